"""Which run is open, or which several are compared: by the table, by lists, by the link."""

import streamlit as st

from mnist_core.plots import comparison as comparison_plots
from pages.ui.runs import listing as run_listing
from pages.ui.runs.listing import RunEntry
from pages.ui.state.session import session

MOST = comparison_plots.MAX_RUNS
HELP = f"Up to {MOST}: their curves over each other, and what differs. Or tick rows in the table."


def choose(found: list[RunEntry]) -> list[RunEntry]:
    """The open one, or the two and more that are compared.

    The table, and lists for a thumb or a keyboard; what is chosen in one shows in all. The page's
    address holds it: `?run=a`, or `?compare=a&compare=b`.
    """
    names = [entry.name for entry in found]
    _apply_requests(names)
    place = st.container()
    alone = st.container()
    picked = st.multiselect(
        "Compare", names, key="compare", bind="query-params", max_selections=MOST,
        placeholder="Choose runs to lay over each other", help=HELP, on_change=_selection_changed,
    )  # fmt: skip
    session().compared = picked if len(picked) > 1 else []
    if not session().compared:
        with alone:
            picked = [_open_run(names, picked)]
    with place:
        run_listing.table(found, [names.index(name) for name in picked], _select)
    return [found[names.index(name)] for name in picked]


def select_run(name: str) -> None:
    """Have this one open when the page runs again."""
    st.session_state["run_next"] = name


def select_runs(names: list[str]) -> None:
    """Have these compared when the page runs again."""
    st.session_state["compare_next"] = names[:MOST]


def _apply_requests(names) -> None:
    """Do what was asked for since the page last ran, as far as the runs are still there."""
    wanted = st.session_state.get("compare")
    if "run_next" in st.session_state:
        wanted = []
    wanted = st.session_state.pop("compare_next", wanted)
    if wanted is not None:
        st.session_state["compare"] = [name for name in wanted if name in names]


def _open_run(names, picked) -> str:
    alone = picked[0] if picked else None  # as a link with one `compare` has it
    wanted = st.session_state.pop("run_next", st.session_state.get("run", alone))
    st.session_state["run"] = wanted if wanted in names else names[0]
    return st.selectbox("Open", names, key="run", bind="query-params")


def _selection_changed() -> None:
    """One alone is compared with the open one; what is left of a comparison is opened."""
    picked, before = st.session_state["compare"], session().compared
    if before and len(picked) < 2:
        select_run([*picked, *before][0])
    elif len(picked) == 1:
        both = dict.fromkeys([st.session_state.get("run"), *picked])
        select_runs([name for name in both if name] if len(both) > 1 else [])


def _select(found: list[RunEntry]) -> None:
    """A click on a name opens it; ticks compare."""
    chosen = st.session_state["run_table"]["selection"]
    cells = [row for row, _ in chosen["cells"] if row < len(found)]
    names = [found[row].name for row in chosen["rows"] if row < len(found)]
    if cells or len(names) == 1:
        select_run(found[cells[0]].name if cells else names[0])
    elif names:
        before = session().compared or [st.session_state.get("run")]
        kept = [name for name in before if name in names]
        select_runs(kept + [name for name in names if name not in kept])
