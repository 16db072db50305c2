"""All runs and the models that ship: what a page knows of each, and a table of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from mnist_core import comparison, models, network, options, runs, worker
from mnist_core.config import Experiment
from mnist_core.runs import Run
from pages.ui import live, notice

SHIPPED = "Comes with the app"
TEST = "Share of the test images that it read right."
EXPERIMENT = "What was asked: the preset nearest to it, and what is different."
ROWS = 8  # shown at once; more are scrolled to


@dataclass(frozen=True)
class Entry:
    """What a page knows of a run, or of the model that ships; what can't be read is missing."""

    name: str
    run: Run | None  # None: the model that ships
    state: str
    sentence: str = ""
    created: float | None = None  # unix time
    seconds: float | None = None  # it took to train
    card: dict = field(default_factory=dict)  # empty: there is no model
    experiment: Experiment | None = None
    fault: str = ""  # why something of it can't be read
    place: int = 0  # among those that wait, 1 is next; 0: it doesn't

    def has_ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.run is None or self.state in runs.ENDED

    def test(self) -> dict:
        """Its test figures, or nothing. A run that goes on has none, whatever it began with."""
        return (self.card.get("test") or {}) if self.has_ended() else {}

    def says(self) -> str:
        """Its state in words."""
        if self.run is None:
            return SHIPPED
        return f"Waiting, place {self.place}" if self.place else live.SAYS[self.state]


def entries() -> list[Entry]:
    """Every run, the newest first, and the model that ships."""
    with_model = set(models.names())
    found = [_of_run(run, run.name in with_model) for run in runs.all_runs()]
    return [*found, *map(_of_shipped, models.SHIPPED)]


def standings() -> dict[str, tuple[str, int]]:
    """Where each run stands now, by name: its state, and its place if it waits."""
    return {run.name: (run.state, worker.place(run)) for run in runs.all_runs()}


def _of_run(run: Run, has_model: bool) -> Entry:
    status, card, experiment, faults = run.status(), {}, None, []
    try:
        experiment = run.experiment()
    except (ValueError, OSError) as fault:
        faults.append(notice.words(fault, "Its experiment can't be read."))
    try:
        card = models.card(run.name) if has_model else {}
    except (ValueError, OSError) as fault:
        faults.append(notice.words(fault))
    state = status.get("state", "interrupted")
    took = status.get("seconds")
    if took is None and state in runs.ENDED:
        took = card.get("seconds")
    return Entry(
        run.name, run, state, status.get("sentence", ""), status.get("created"), took, card,
        experiment, " ".join(faults), worker.place(run),
    )  # fmt: skip


def _of_shipped(name) -> Entry:
    card = models.card(name)
    return Entry(
        name,
        None,
        "finished",
        created=datetime.fromisoformat(card["made"]).timestamp(),
        seconds=card["seconds"],
        card=card,
        experiment=options.from_plain(Experiment, card["experiment"]),
    )


def table(found: list[Entry], chosen: list[int], on_select: Callable) -> None:
    """All of them, a row each.

    Args:
        chosen: rows that are ticked.
        on_select: called with `found` after a click.
    """
    selection = {"rows": chosen, "columns": [], "cells": []}
    st.session_state["run_table"] = {"selection": selection}
    st.dataframe(
        [_row(entry) for entry in found],
        key="run_table",
        on_select=lambda: on_select(found),
        selection_mode=["multi-row", "single-cell"],
        hide_index=True,
        placeholder="–",
        height=36 + 35 * min(len(found), ROWS),
        column_config=_columns(),
        alt="All runs, newest first. The lists below open one of them, or compare several.",
    )


def _row(entry: Entry) -> dict:
    made = entry.created and datetime.fromtimestamp(entry.created)
    return {
        "Name": entry.name,
        "Test": entry.test().get("accuracy"),
        "State": entry.says(),
        "Experiment": entry.experiment and comparison.in_short(entry.experiment),
        "Parameters": entry.experiment and network.parameter_count(entry.experiment.network),
        "Seconds": entry.seconds,
        "Made": made or None,
    }


def _columns() -> dict:
    return {
        "Name": st.column_config.TextColumn(pinned=True),
        "Test": st.column_config.NumberColumn(format="percent", width="small", help=TEST),
        "Experiment": st.column_config.TextColumn(help=EXPERIMENT),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Seconds": st.column_config.NumberColumn(format="%.0f"),
        "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    }
