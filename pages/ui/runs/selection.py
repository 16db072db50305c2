"""Which run is open, or which several are compared: by the table, by lists, by the link."""

import streamlit as st

from mnist_core.plots.comparison import MAX_RUNS
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
    names = [entry.name for entry in entries]
    _apply_requests(names)
    above, open_list = st.container(), st.container()
    chosen = st.multiselect(
        "Compare", names, key="compare", bind="query-params", max_selections=MAX_RUNS,
        placeholder="Choose runs to lay over each other", help=HELP, on_change=_selection_changed,
    )  # fmt: skip
    current_session().compared = chosen if len(chosen) > 1 else []
    if len(chosen) < 2:
        with open_list:
            chosen = [_open_run(names, chosen)]
    with above:
        run_listing.table(entries, [names.index(name) for name in chosen], _select)
    return [entries[names.index(name)] for name in chosen]


def select_run(name: str) -> None:
    """Have this one open when the page runs again."""
    st.session_state["run_next"] = name


def select_runs(names: list[str]) -> None:
    """Have these compared when the page runs again."""
    st.session_state["compare_next"] = names[:MAX_RUNS]


def _apply_requests(names) -> None:
    """Set the widgets as `select_run` and `select_runs` asked, for runs that are still there."""
    wanted = st.session_state.get("compare")
    if "run_next" in st.session_state:
        wanted = []
    wanted = st.session_state.pop("compare_next", wanted)
    if wanted is not None:
        st.session_state["compare"] = [name for name in wanted if name in names]


def _open_run(names, compared) -> str:
    default = compared[0] if compared else None  # as a link with one `compare` has it
    wanted = st.session_state.pop("run_next", st.session_state.get("run", default))
    st.session_state["run"] = wanted if wanted in names else names[0]
    return st.selectbox("Open", names, key="run", bind="query-params")


def _selection_changed() -> None:
    """A single one is compared with the open one; what is left of a comparison is opened."""
    chosen, before = st.session_state["compare"], current_session().compared
    if before and len(chosen) < 2:
        select_run([*chosen, *before][0])
    elif len(chosen) == 1:
        both = dict.fromkeys([st.session_state.get("run"), *chosen])
        select_runs([name for name in both if name] if len(both) > 1 else [])


def _select(entries: list[RunEntry]) -> None:
    """A click on a name opens it; ticks compare."""
    selection = st.session_state["run_table"]["selection"]
    cells = [row for row, _ in selection["cells"] if row < len(entries)]
    names = [entries[row].name for row in selection["rows"] if row < len(entries)]
    if cells or len(names) == 1:
        select_run(entries[cells[0]].name if cells else names[0])
    elif names:
        before = current_session().compared or [st.session_state.get("run")]
        kept = [name for name in before if name in names]
        select_runs(kept + [name for name in names if name not in kept])
