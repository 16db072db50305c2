"""Deleting runs, one or several at once, and having them back from the trash."""

import time

import streamlit as st

from mnist_core.runs import store as run_store
from mnist_core.runs.trash import KEPT_DAYS, Deletion
from pages.ui.app import errors
from pages.ui.runs import selection as run_selection
from pages.ui.runs.listing import RunEntry
from pages.ui.state.session import current_session
from pages.ui.widgets import bound_button

MOST_NAMES = 5  # written out; of more the rest is counted
HELP = f"Into the trash: for {KEPT_DAYS} days they can be had back."


def locked_reason(entries: list[RunEntry]) -> str:
    """Why these can't be renamed or deleted; nothing if they can."""
    alone = len(entries) == 1
    for entry in entries:
        name = "It" if alone else errors.escape(entry.name)
        if entry.run is None:
            return f"{name} comes with the app, and stays."
        if not entry.has_ended():
            return f"{name} is waiting or training: stop it first."
    return ""


def button(entries: list[RunEntry]) -> None:
    """Deletes these runs at once; nothing is asked, as they can be had back."""
    reason = locked_reason(entries)
    label = "Delete" if len(entries) == 1 else f"Delete these {len(entries)}"
    runs = bound_button.show(label, "delete", [entry.model for entry in entries],
                             icon=":material/delete:", disabled=bool(reason), help=reason or HELP,
    )  # fmt: skip
    present = [run for run in runs or [] if run.exists()]
    if not present:
        return
    try:
        deleted = run_store.delete(*present)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    session = current_session()
    session.deletion, session.deleted = deleted, present
    st.rerun()


def notice() -> None:
    """What this visitor deleted just now, and the button that undoes it."""
    session = current_session()
    if session.deletion not in run_store.deletions():
        return
    with st.container(horizontal=True, vertical_alignment="center", key="deleted"):
        st.markdown(f"Deleted: {_names(session.deletion)}.", width="content")
        _restore_button("Undo", "undo", session.deletion)


def trash() -> None:
    """All that can be had back, and until when; nothing where nothing was deleted."""
    deletions = run_store.deletions()
    if not deletions:
        return
    count = sum(len(deletion.names) for deletion in deletions)
    with st.popover(f"Trash ({count:,})", icon=":material/delete_history:", key="trash"):
        st.caption(f"Deleted runs stay here for {KEPT_DAYS} days, then they are gone for good.")
        for deletion in deletions:
            until = time.strftime("%d %B, %H:%M", time.localtime(deletion.gone_after)).lstrip("0")
            st.markdown(f"{_names(deletion)}  \n:small[until {until}]")
            _restore_button("Bring back", f"restore_{deletion.folder.name}", deletion)


def _names(deletion: Deletion) -> str:
    named = [f"**{errors.escape(name)}**" for name in deletion.names[:MOST_NAMES]]
    more = len(deletion.names) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")


def _restore_button(label: str, key: str, deletion: Deletion) -> None:
    wanted = bound_button.show(label, key, deletion, icon=":material/undo:")
    if wanted is None:
        return
    try:
        runs = run_store.restore(wanted)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    current_session().deleted = []
    run_selection.select_runs(runs)
    st.rerun()
