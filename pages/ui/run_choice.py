"""Which run is open, or which several are compared: by the table, by lists, by the link."""

import streamlit as st

from mnist_core import comparison_figures
from pages.ui import run_list
from pages.ui.run_list import Entry
from pages.ui.session import session

MOST = comparison_figures.MOST
HELP = f"Up to {MOST}: their curves over each other, and what differs. Or tick rows in the table."


def choose(found: list[Entry]) -> list[Entry]:
    """The open one, or the two and more that are compared.

    The table, and lists for a thumb or a keyboard; what is chosen in one shows in all. The page's
    address holds it: `?run=a`, or `?compare=a&compare=b`.
    """
    names = [entry.name for entry in found]
    _carry_out(names)
    place = st.container()
    alone = st.container()
    picked = st.multiselect(
        "Compare", names, key="compare", bind="query-params", max_selections=MOST,
        placeholder="Choose runs to lay over each other", help=HELP, on_change=_picked_anew,
    )  # fmt: skip
    session().compared = picked if len(picked) > 1 else []
    if not session().compared:
        with alone:
            picked = [_opened(names, picked)]
    with place:
        run_list.table(found, [names.index(name) for name in picked], _select)
    return [found[names.index(name)] for name in picked]


def open_next(name: str) -> None:
    """Have this one open when the page runs again."""
    st.session_state["run_next"] = name


def compare_next(names: list[str]) -> None:
    """Have these compared when the page runs again."""
    st.session_state["compare_next"] = names[:MOST]


def _carry_out(names) -> None:
    """Do what was asked for since the page last ran, as far as the runs are still there."""
    wanted = st.session_state.get("compare")
    if "run_next" in st.session_state:
        wanted = []
    wanted = st.session_state.pop("compare_next", wanted)
    if wanted is not None:
        st.session_state["compare"] = [name for name in wanted if name in names]


def _opened(names, picked) -> str:
    alone = picked[0] if picked else None  # as a link with one `compare` has it
    wanted = st.session_state.pop("run_next", st.session_state.get("run", alone))
    st.session_state["run"] = wanted if wanted in names else names[0]
    return st.selectbox("Open", names, key="run", bind="query-params")


def _picked_anew() -> None:
    """One alone is compared with the open one; what is left of a comparison is opened."""
    picked, before = st.session_state["compare"], session().compared
    if before and len(picked) < 2:
        open_next([*picked, *before][0])
    elif len(picked) == 1:
        both = dict.fromkeys([st.session_state.get("run"), *picked])
        compare_next([name for name in both if name] if len(both) > 1 else [])


def _select(found: list[Entry]) -> None:
    """A click on a name opens it; ticks compare."""
    chosen = st.session_state["run_table"]["selection"]
    cells = [row for row, _ in chosen["cells"] if row < len(found)]
    names = [found[row].name for row in chosen["rows"] if row < len(found)]
    if cells or len(names) == 1:
        open_next(found[cells[0]].name if cells else names[0])
    elif names:
        before = session().compared or [st.session_state.get("run")]
        kept = [name for name in before if name in names]
        compare_next(kept + [name for name in names if name not in kept])
