"""Which runs are chosen: one is open, several are compared; by the table, and by the link.

The page's address holds them: `?run=a`, or `?compare=a&compare=b`.
"""

import streamlit as st

from mnist_core.plots.comparison import MAX_RUNS
from mnist_core.runs.run import Run
from pages.ui.choices import named_runs
from pages.ui.runs import listing as run_listing
from pages.ui.runs.listing import RunEntry
from pages.ui.state.session import current_session

KEYS = ("run", "compare")  # of the address


def choose(entries: list[RunEntry]) -> list[RunEntry]:
    """The open one, or the two and more that are chosen together, with the table to choose by."""
    session, rows = current_session(), {entry.name: row for row, entry in enumerate(entries)}
    address = _read_address()
    # Streamlit forgets what a page doesn't show: without its table one has just arrived
    if run_listing.TABLE not in st.session_state or address != session.runs_address:
        _follow_address(address, rows, entries)
        session.deletion = None
    session.runs_listed |= {name: entries[row].model for name, row in rows.items()}
    session.chosen = _present(session.chosen, entries[0]) or [entries[0].model]
    chosen = [rows[run.name] for run in session.chosen if run.name in rows] or [0]
    run_listing.table(entries, chosen, _select)
    _write_address([entries[row].name for row in chosen[:MAX_RUNS]], entries[0].name)
    return [run_listing.read_again(entries[row]) for row in chosen]


def select_runs(runs: list[Run]) -> None:
    """Have these chosen when the page runs again."""
    current_session().chosen = runs


def _read_address() -> list[str]:
    """The names in the page's address."""
    single, several = (st.query_params.get_all(key) for key in KEYS)
    return several or single


def _follow_address(names: list[str], rows: dict[str, int], entries: list[RunEntry]) -> None:
    """Choose what the address names, as on arrival and after the browser's Back."""
    known = {name: entries[rows[name]].model for name in names if name in rows}
    session = current_session()
    named_runs.note_reused_names(names, session.runs_listed, known)
    for name in names:
        if name not in rows and name not in session.runs_listed:
            named_runs.note_unknown(name)
    session.chosen, session.runs_address = list(known.values()), names


def _present(chosen: list[Run], first: RunEntry) -> list[Run]:
    """Those that are still there. Of each other one, unless it was deleted here, it is said."""
    session = current_session()
    gone = [run for run in chosen if not run.exists()]
    present = [run for run in chosen if run not in gone]
    for run in gone:
        if run not in session.deleted:
            named_runs.note_deleted(run.name, "" if present else first.name)
    return present


def _write_address(names: list[str], first: str) -> None:
    """Make the page's address one that leads here; the newest alone needs no word."""
    before, session = _read_address(), current_session()
    if before or names != [first]:
        session.runs_address = names
        key = KEYS[len(names) > 1]
        if names != before or st.query_params.get_all(key) != names:
            others = {k: v for k, v in st.query_params.to_dict().items() if k not in KEYS}
            st.query_params.from_dict(others | {key: names})


def _select(entries: list[RunEntry]) -> None:
    """A click on a row opens it; ticks choose several."""
    selection = st.session_state[run_listing.TABLE]["selection"]
    cells = [row for row, _ in selection["cells"] if row < len(entries)]
    runs = [entries[row].model for row in selection["rows"] if row < len(entries)]
    if cells:
        select_runs([entries[cells[0]].model])
    elif runs:  # with none ticked, what was open stays open
        before = [run for run in current_session().chosen if run in runs]
        select_runs([*before, *(run for run in runs if run not in before)])
