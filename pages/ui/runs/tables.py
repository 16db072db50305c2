"""Runs side by side as tables: how they did, with the key to the figures, and what differs.

As `st.table`: its cells take Markdown, so they can hold colours and two lines; cells and headings
of `st.dataframe` can't.
"""

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.schema import OPTIONS
from mnist_core.evaluation.comparison import ComparedRun, differences, short_names
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.plots.comparison import run_style
from pages.ui.app import errors
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.widgets import run_status

SYMBOLS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "triangle-down": "▼",
    "cross": "✚",
}
LINES = {"solid": "━", "dash": "╍"}
NO_BREAK = "\u00a0"
GUESSES = "hardly better than guessing"
HEADING = "### What differs between their experiments"


def results(
    compared: list[ComparedRun], entries: list[RunEntry], followers: list[RunFollower]
) -> None:
    """A row per run: its key, where it stands, and its figures so far."""
    rows = [
        _result_row(number, *of_run)
        for number, of_run in enumerate(zip(compared, entries, followers, strict=True))
    ]
    st.table(rows, hide_index=True, border="horizontal", width="content", alt="The runs' results.")


def what_differs(compared: list[ComparedRun]) -> None:
    """A row per field in which the experiments differ, and no other."""
    known = [(i, run) for i, run in enumerate(compared) if run.experiment]
    differing = differences([run.experiment for _, run in known])
    st.markdown(HEADING, help="\n".join(dict.fromkeys(map(_meaning, differing))) or None)
    for run in compared:
        if not run.experiment:
            name = errors.escape(run.name)
            st.caption(f"The experiment of {name} can't be read, so it is left out here.")
    if not differing:
        st.caption("Nothing: the same was asked of them.")
        return
    shorts = short_names([run.name for run in compared])
    keys = [_key(number, shorts[number]) for number, _ in known]
    rows = [
        {"Setting": _field(path)} | dict(zip(keys, _values(path, values), strict=True))
        for path, values in differing.items()
    ]
    st.table(rows, hide_index=True, border="horizontal", width="content", alt="What differs.")
    if any(value is None for values in differing.values() for value in values):
        st.caption(f"{labels.MISSING}: its network has no such layer.")


def _result_row(number, run: ComparedRun, entry: RunEntry, follower: RunFollower) -> dict[str, str]:
    validation = follower.last("epoch").get("val_accuracy")
    return {
        "Run": _key(number, run.name),
        "State": _state(entry, follower),
        "Test accuracy": _accuracy(run.test, entry.peeked()),
        "On new images": run_status.format_figure(validation, ".2%"),
        "Parameters": f"{run.parameters:,}" if run.parameters else labels.MISSING,
        "Time taken": run_status.format_duration(run.seconds) if run.seconds else labels.MISSING,
    }


def _two_lines(first: str, second: str) -> str:
    return f"{first}  \n:small[{second.replace(' ', NO_BREAK)}]"


def _state(entry: RunEntry, follower: RunFollower) -> str:
    """In two lines until it has ended, so that no row grows as it trains; and if it guesses."""
    state, start = entry.status_text(), follower.last("start")
    if entry.has_ended():
        return _two_lines(state, GUESSES) if entry.only_guesses() else state
    if entry.state != "training" or not start:
        return _two_lines(state, NO_BREAK)
    epoch = max(start["first_epoch"], follower.last("steps").get("epoch", 1))
    return _two_lines(state, f"epoch {epoch} of {start['first_epoch'] - 1 + start['epochs']}")


def _accuracy(test: dict | None, peeked: bool) -> str:
    if not test:
        return labels.MISSING
    low, high = accuracy_interval(test["accuracy"], test["images"])
    percent = run_status.format_percent
    interval = f"{percent(low)} to {percent(high)}" + ", peeked" * peeked
    return _two_lines(percent(test["accuracy"]), interval)


def _field(path) -> str:
    option = OPTIONS[path]
    unit = f" ({option.unit})" if option.unit and not option.choices else ""
    return f"**{labels.path_label(path)}**{unit}"


def _meaning(path) -> str:
    """As an item of a list; the same for every block and every dense layer."""
    return f"- **{labels.label(path.split('.')[-1])}**: {OPTIONS[path].help}"


def _values(path, values) -> list[str]:
    return [errors.escape(labels.format_value(path, value)) for value in values]


def _key(number, name) -> str:
    """A run's name behind a piece of its line."""
    style = run_style(number)
    line = LINES[style.dash]
    mark = f"{line}{SYMBOLS[style.symbol]}{line}"
    return f':color[{mark}]{{foreground="{style.colour}"}}{NO_BREAK}**{errors.escape(name)}**'
