"""All runs: open one, compare several, sweep a setting; name, export, import, delete."""

import streamlit as st

from mnist_core.runs.run import Run
from mnist_core.system import settings
from pages.ui.app import errors, explanation, identity
from pages.ui.navigation import page_entry
from pages.ui.runs import actions as run_actions
from pages.ui.runs import compare as compare_view
from pages.ui.runs import deletion
from pages.ui.runs import detail as run_detail
from pages.ui.runs import listing as run_listing
from pages.ui.runs import selection as run_selection
from pages.ui.runs import sweep as sweep_form
from pages.ui.widgets import queue as queue_widgets

POLL_INTERVAL = 2.0  # seconds between two looks while something trains


@errors.guard
def watch(shown: dict[Run, tuple[str, str, int]]) -> None:
    """Run the page again once a run stands elsewhere than the page shows."""
    queue_widgets.advance()
    if run_listing.states() != shown:
        st.rerun()


def first_visit() -> None:
    """What this page is for, said where there is nothing on it yet."""
    words = "Nothing has been trained here yet. What you train will be kept on this page."
    st.info(words, icon=":material/school:")
    st.page_link("pages/train.py", label="Train a network", icon=":material/arrow_forward:")


def tensorboard_note() -> None:
    """How to look at the runs with TensorBoard, without a word on where this server keeps them."""
    with st.popover("TensorBoard", icon=":material/query_stats:", key="tensorboard"):
        words = "Every run also writes event files. On the computer that runs this app, type:"
        st.markdown(words)
        st.code('tensorboard --logdir "$(python -m mnist_core runs --folder)"', language="sh")


page_entry.require()
queue_widgets.advance()
entries = run_listing.list_entries()

st.markdown("# Runs")
with st.container(horizontal=True):  # above what comes later and would push it away
    explanation.show("Runs")
    run_actions.import_form()
    deletion.trash()
    if settings.PEOPLE.value() == settings.ONE_USER:  # others have no shell on that computer
        tensorboard_note()
identity.ownership_note()
if not any(entry.run for entry in entries):  # only the models that ship
    first_visit()
chosen = run_selection.choose(entries)
deletion.notice()
if len(chosen) > 1:
    with st.container(border=True, key="compared"):
        compare_view.show(chosen)
else:
    with st.container(border=True, key="opened"):
        run_detail.headline_and_metrics(chosen[0])
        run_actions.show(chosen[0])
        run_detail.curves_and_experiment(chosen[0])
sweep_form.show(chosen[0] if len(chosen) == 1 else None)
if not all(entry.has_ended() for entry in entries):
    shown = {e.run: (e.name, e.state, e.queue_position) for e in entries if e.run}
    st.fragment(watch, run_every=POLL_INTERVAL)(shown)
