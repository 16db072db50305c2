"""All runs and the models that ship: what a page knows of each, and a table of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import streamlit as st

from mnist_core.config import validation
from mnist_core.config.layer_shapes import Layer
from mnist_core.config.schema import Experiment
from mnist_core.evaluation import comparison
from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import scheduler
from pages.ui.app import errors
from pages.ui.widgets import run_status

SHIPPED = "Comes with the app"
TEST = "Share of the test images that it read right."
EXPERIMENT = "What was asked: the preset nearest to it, and what is different."
ROWS = 8  # shown at once; more are scrolled to


@dataclass(frozen=True)
class RunEntry:
    """What a page knows of a run, or of a model that ships; what can't be read is missing."""

    name: str
    run: Run | None  # None: a model that ships
    state: str
    sentence: str = ""
    created: float | None = None  # unix time
    seconds: float | None = None  # it took to train
    card: dict = field(default_factory=dict)  # empty: there is no model
    experiment: Experiment | None = None
    error: str = ""  # why something of it can't be read
    queue_position: int = 0  # among those that wait, 1 is next; 0: it doesn't wait

    @cached_property
    def model(self) -> Run:
        """The run, also of a model that ships; by it an entry is known."""
        return self.run or model_store.find(self.name)

    def has_ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.run is None or self.state in ENDED

    def test(self) -> dict:
        """Its test figures, or nothing. A run that goes on has none, whatever it began with."""
        return (self.card.get("test") or {}) if self.has_ended() else {}

    def status_text(self) -> str:
        """Its state in words."""
        if self.run is None:
            return SHIPPED
        if self.queue_position:
            return f"Waiting, place {self.queue_position}"
        return run_status.STATE_LABELS[self.state]

    @cached_property
    def layers(self) -> Sequence[Layer]:
        """Its network's layers; none if its experiment can't be read."""
        return summary.layer_table(self.experiment.network) if self.experiment else ()

    @property
    def parameters(self) -> int | None:
        """How many numbers its network holds."""
        return sum(layer.parameters for layer in self.layers) if self.experiment else None


def list_entries() -> list[RunEntry]:
    """Every run, the newest first, then the models that ship."""
    entries = [_entry_of_run(run, run.has_model()) for run in run_store.all_runs()]
    return [*entries, *map(_entry_of_shipped, model_store.SHIPPED)]


def states() -> dict[Run, tuple[str, str, int]]:
    """Where each run stands now: its name, its state, and its place in the queue."""
    runs = run_store.all_runs()
    return {run: (run.name, run.state, scheduler.queue_position(run)) for run in runs}


def _entry_of_run(run: Run, has_model: bool) -> RunEntry:
    status, card, experiment, messages = run.status(), {}, None, []
    try:
        experiment = run.experiment()
    except (ValueError, OSError) as error:
        messages.append(errors.message(error))
    try:
        card = model_store.card(run) if has_model else {}
    except (ValueError, OSError) as error:
        messages.append(errors.message(error))
    state = status.get("state", "interrupted")
    seconds = status.get("seconds")
    if seconds is None and state in ENDED:
        seconds = card.get("seconds")
    return RunEntry(
        run.name, run, state, status.get("sentence", ""), status.get("created"), seconds, card,
        experiment, " ".join(messages), scheduler.queue_position(run),
    )  # fmt: skip


def _entry_of_shipped(name: str) -> RunEntry:
    card = model_store.card(name)
    return RunEntry(
        name,
        None,
        "finished",
        created=datetime.fromisoformat(card["made"]).timestamp(),
        seconds=card["seconds"],
        card=card,
        experiment=validation.from_dict(Experiment, card["experiment"]),
    )


def table(entries: list[RunEntry], selected: list[int], on_select: Callable) -> None:
    """All of them, a row each.

    Args:
        selected: rows that are ticked.
        on_select: called with `entries` after a click.
    """
    selection = {"rows": selected, "columns": [], "cells": []}
    st.session_state["run_table"] = {"selection": selection}
    st.dataframe(
        [_row(entry) for entry in entries],
        key="run_table",
        on_select=lambda: on_select(entries),
        selection_mode=["multi-row", "single-cell"],
        hide_index=True,
        placeholder="–",
        height=36 + 35 * min(len(entries), ROWS),
        column_config=_columns(),
        alt="All runs, newest first. The lists below open one of them, or compare several.",
    )


def _row(entry: RunEntry) -> dict:
    return {
        "Name": entry.name,
        "Test": entry.test().get("accuracy"),
        "State": entry.status_text(),
        "Experiment": entry.experiment and comparison.describe_experiment(entry.experiment),
        "Parameters": entry.parameters,
        "Seconds": entry.seconds,
        "Made": datetime.fromtimestamp(entry.created) if entry.created else None,
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
