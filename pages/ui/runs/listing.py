"""All runs and the models that ship: what a page knows of each, and a table of them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from mnist_core.config.layer_shapes import Layer
from mnist_core.config.schema import Experiment
from mnist_core.models import index
from mnist_core.models import store as model_store
from mnist_core.models.run_summary import RunSummary, summarize
from mnist_core.network import summary
from mnist_core.presets import describe_experiment
from mnist_core.runs.run import ENDED, WAITING, Run
from mnist_core.scheduler import scheduler
from mnist_core.system import users
from mnist_core.training import guessing
from pages.ui.app import errors
from pages.ui.widgets import run_status

SHIPPED = "Comes with the app"
PEEKED = "peeked: it was validated on the test images, so they are no fair exam."
TEST = "Share of the test images that it read right."
EXPERIMENT = "What was asked: the preset nearest to it, and what is different."
TIME = "How long it trained."
STATE = "guesses: it does hardly better than guessing. " + PEEKED
TABLE = "run_table"  # its key
ROWS = 8  # shown at once; more are scrolled to


@dataclass(frozen=True)
class RunEntry:
    """What a page knows of a run, or of a model that ships; what can't be read is missing."""

    summary: RunSummary
    run: Run | None  # None: a model that ships
    queue_position: int = 0  # among those that wait, 1 is next; 0: it doesn't wait

    @property
    def name(self) -> str:
        """What it is called."""
        return self.summary.name

    @property
    def model(self) -> Run:
        """The run, also of a model that ships; by it an entry is known."""
        return self.summary.run

    @property
    def state(self) -> str:
        """Where it stands; see `runs.run`."""
        return self.summary.state

    @property
    def seconds(self) -> float | None:
        """How long it took to train."""
        return self.summary.seconds

    @property
    def parameters(self) -> int | None:
        """How many numbers its network holds."""
        return self.summary.parameters

    @property
    def test(self) -> dict:
        """Its test figures, or nothing. A run that goes on has none, whatever it began with."""
        return self.summary.test

    def only_guesses(self) -> bool:
        """Whether its test showed that."""
        return guessing.is_guessing(self.test.get("accuracy"))

    def peeked(self) -> bool:
        """Whether it has test figures of images that it was validated on."""
        return bool(self.test) and self.summary.peeked

    def verdict(self) -> str:
        """Its status's sentence, and that it only guesses where it does."""
        return guessing.add_verdict(self.summary.sentence, self.test.get("accuracy"))

    @property
    def error(self) -> str:
        """Why something of it can't be read, as Markdown."""
        return " ".join(map(errors.escape, self.summary.errors))

    def has_ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.run is None or self.state in ENDED

    def status_text(self) -> str:
        """Its state in words."""
        if self.run is None:
            return SHIPPED
        if self.queue_position:
            return f"Waiting, place {self.queue_position}"
        return run_status.STATE_LABELS[self.state]

    @cached_property
    def card(self) -> dict:
        """What is known of its model; empty if there is none, or none that can be read."""
        with suppress(ValueError, OSError):
            return model_store.card(self.model) if self.summary.has_model else {}
        return {}

    @cached_property
    def experiment(self) -> Experiment | None:
        """What was asked."""
        with suppress(ValueError, OSError):
            return self.run.experiment() if self.run else model_store.experiment(self.model)
        return None

    @cached_property
    def layers(self) -> Sequence[Layer]:
        """Its network's layers; none if its experiment can't be read."""
        return summary.layer_table(self.experiment.network) if self.experiment else ()


class _List(NamedTuple):
    """What was listed last: it is the same while the index says the same."""

    summaries: Sequence[RunSummary]
    entries: list[RunEntry]
    table: Any  # an Arrow table, a row for each entry


MOST_LISTS = 40  # folders whose list is kept: a class and a few
_lists: dict[Path, _List] = {}  # of folders of runs, as the index has them


def list_entries() -> list[RunEntry]:
    """Every run, the newest first, then the models that ship."""
    folder, found = users.runs_folder(), index.summaries()
    known = _lists.get(folder)
    if known is None or known.summaries is not found:
        runs, shipped = map(_entry_of_run, found), map(_entry_of_shipped, model_store.SHIPPED)
        entries = [*runs, *shipped]
        if any(entry.queue_position for entry in entries):  # which changes without a run's doing
            return entries
        known = _lists[folder] = _List(found, entries, _arrow_table(entries))
        for oldest in list(_lists)[:-MOST_LISTS]:
            _lists.pop(oldest, None)
    return known.entries


def read_again(entry: RunEntry) -> RunEntry:
    """What its folder holds now; what was listed, if it was deleted meanwhile."""
    found = entry.run and summarize(entry.run)
    return _entry_of_run(found) if found else entry


def states() -> dict[Run, tuple[str, str, int]]:
    """Where each run stands now: its name, its state, and its place in the queue."""
    return {one.run: (one.name, one.state, _queue_position(one)) for one in index.summaries()}


def _entry_of_run(found: RunSummary) -> RunEntry:
    return RunEntry(found, found.run, _queue_position(found))


def _queue_position(found: RunSummary) -> int:
    return scheduler.queue_position(found.run) if found.state in WAITING else 0


@cache  # they never change
def _entry_of_shipped(name: str) -> RunEntry:
    model, card = model_store.find(name), model_store.card(name)
    experiment = model_store.experiment(name)
    made = datetime.fromisoformat(card["made"]).timestamp()
    description = describe_experiment(experiment)
    parameters = summary.parameter_count(experiment.network)
    return RunEntry(
        RunSummary(
            model, name, model.id, "finished", "", made, card["seconds"], True, card["test"],
            description, parameters, experiment.recipe.validation == "test", "", (),
        ),
        None,
    )  # fmt: skip


def table(entries: list[RunEntry], selected: list[int], on_select: Callable) -> None:
    """All of them, a row each.

    Args:
        selected: rows that are ticked.
        on_select: called with `entries` after a click.
    """
    selection = {"rows": selected, "columns": [], "cells": []}
    st.session_state[TABLE] = {"selection": selection}
    known = _lists.get(users.runs_folder())
    st.dataframe(
        known.table if known and known.entries is entries else _arrow_table(entries),
        key=TABLE,
        on_select=lambda: on_select(entries),
        selection_mode=["multi-row", "single-cell"],
        hide_index=True,
        placeholder="–",
        height=36 + 35 * min(len(entries), ROWS),
        column_config=_columns(),
        alt="All runs, newest first. A row that is clicked opens; ticks choose several.",
    )


def _arrow_table(entries: list[RunEntry]):
    """The table by its columns, as Streamlit sends it: thousands of rows are made sooner so."""
    import pandas
    import pyarrow

    frame = pandas.DataFrame(_cells(entries))
    try:
        return pyarrow.Table.from_pandas(frame, preserve_index=False)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):  # a number that nobody trained
        return frame


def _cells(entries: list[RunEntry]) -> dict[str, list]:
    times = [entry.summary.created for entry in entries]
    return {
        "Name": [entry.name for entry in entries],
        "Test": [100 * entry.test["accuracy"] if entry.test else None for entry in entries],
        "State": list(map(_state, entries)),
        "Experiment": [entry.summary.description or None for entry in entries],
        "Parameters": [entry.parameters for entry in entries],
        "Time": [entry.seconds for entry in entries],
        "Made": [datetime.fromtimestamp(time) if time else None for time in times],
    }


def _state(entry: RunEntry) -> str:
    marks = {"guesses": entry.only_guesses(), "peeked": entry.peeked()}
    return ", ".join([entry.status_text(), *(mark for mark, holds in marks.items() if holds)])


def _columns() -> dict:
    return {
        "Name": st.column_config.TextColumn(),  # not pinned: pinned words are pale
        "Test": st.column_config.NumberColumn(format="%.2f %%", width="small", help=TEST),
        "State": st.column_config.TextColumn(help=STATE),
        "Experiment": st.column_config.TextColumn(help=EXPERIMENT),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Time": st.column_config.NumberColumn(format="duration", help=TIME),
        "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    }
