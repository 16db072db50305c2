"""Which run is open, or which several are compared: by the table, by lists, by the link."""

import streamlit as st

from mnist_core.plots.comparison import MAX_RUNS
from mnist_core.runs.run import Run
from pages.ui.choices import named_runs
from pages.ui.runs import listing as run_listing
from pages.ui.runs.listing import RunEntry
from pages.ui.state.session import current_session

HELP = (
    f"Up to {MAX_RUNS}: their curves over each other, and what differs. Or tick rows in the table."
)


def choose(entries: list[RunEntry]) -> list[RunEntry]:
    """The open one, or the two and more that are compared.

    The table, and lists for a thumb or a keyboard; what is chosen in one shows in all. The page's
    address holds it: `?run=a`, or `?compare=a&compare=b`.
    """
    runs = {entry.name: entry.model for entry in entries}
    names = list(runs)
    _apply_requests(runs)
    above, open_list = st.container(), st.container()
    chosen = st.multiselect(
        "Compare", names, key="compare", bind="query-params", max_selections=MAX_RUNS,
        placeholder="Choose runs to lay over each other", help=HELP, on_change=_selection_changed,
    )  # fmt: skip
    current_session().compared = [runs[name] for name in chosen] if len(chosen) > 1 else []
    if len(chosen) < 2:
        with open_list:
            chosen = [_open_run(runs, chosen)]
    with above:
        run_listing.table(entries, [names.index(name) for name in chosen], _select)
    return [entries[names.index(name)] for name in chosen]


def select_run(run: Run) -> None:
    """Have this one open when the page runs again."""
    st.session_state["run_next"] = run


def select_runs(runs: list[Run]) -> None:
    """Have these compared when the page runs again."""
    st.session_state["compare_next"] = runs[:MAX_RUNS]


def _apply_requests(runs: dict[str, Run]) -> None:
    """Set the widgets as `select_run` and `select_runs` asked, for runs that are still there."""
    named_runs.update("compare", runs)
    wanted = st.session_state.get("compare")
    if "run_next" in st.session_state:
        wanted = []
    if "compare_next" in st.session_state:
        wanted = [run.name for run in st.session_state.pop("compare_next")]
    if wanted is not None:
        st.session_state["compare"] = [name for name in wanted if name in runs]


def _open_run(runs: dict[str, Run], compared: list[str]) -> str:
    first, *_ = runs
    named_runs.update("run", runs, first)
    default = compared[0] if compared else None  # as a link with one `compare` has it
    wanted = st.session_state.get("run", default)
    if "run_next" in st.session_state:
        wanted = st.session_state.pop("run_next").name
    st.session_state["run"] = wanted if wanted in runs else first
    return st.selectbox("Open", list(runs), key="run", bind="query-params")


def _shown(key: str) -> list[Run]:
    """The runs that are chosen in a list, as it was shown."""
    value, runs = st.session_state.get(key), current_session().listed.get(key, {})
    names = [value] if isinstance(value, str) else value or []
    return [runs[name] for name in names if name in runs]


def _selection_changed() -> None:
    """A single one is compared with the open one; what is left of a comparison is opened."""
    chosen, before = _shown("compare"), current_session().compared
    if before and len(chosen) < 2:
        select_run([*chosen, *before][0])
    elif len(chosen) == 1:
        both = list(dict.fromkeys([*_shown("run"), *chosen]))
        select_runs(both if len(both) > 1 else [])


def _select(entries: list[RunEntry]) -> None:
    """A click on a name opens it; ticks compare."""
    selection = st.session_state["run_table"]["selection"]
    cells = [row for row, _ in selection["cells"] if row < len(entries)]
    runs = [entries[row].model for row in selection["rows"] if row < len(entries)]
    if cells or len(runs) == 1:
        select_run(entries[cells[0]].model if cells else runs[0])
    elif runs:
        before = current_session().compared or _shown("run")
        kept = [run for run in before if run in runs]
        select_runs(kept + [run for run in runs if run not in kept])
