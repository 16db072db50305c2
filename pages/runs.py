"""All runs: open one, draw on it, name it, export it, delete it; bring in a model."""

import streamlit as st

from mnist_core import runs, worker
from pages.ui import entry, opened_run, run_actions, run_list

LOOK_EVERY = 2.0  # seconds between two looks while something trains


def watch(seen: dict[str, str]) -> None:
    """Run the page again once a run's state is another than the page shows."""
    worker.tend()
    if {run.name: run.state for run in runs.all_runs()} != seen:
        st.rerun()


def first_visit() -> None:
    """What this page is for, said where there is nothing on it yet."""
    words = "Nothing has been trained here yet. What you train will be kept on this page."
    st.info(words, icon=":material/school:")
    st.page_link("pages/train.py", label="Train a network", icon=":material/arrow_forward:")


entry.require()
worker.tend()
found = run_list.entries()

st.markdown("### Runs")
if not any(entry.run for entry in found):  # only the models that ship
    first_visit()
opened = run_list.choose(found)
with st.container(border=True, key="opened"):
    opened_run.figures_of(opened)
    run_actions.show(opened)
    opened_run.details_of(opened)
run_actions.bring_in()
if not all(one.has_ended() for one in found):
    st.fragment(watch, run_every=LOOK_EVERY)({one.name: one.state for one in found if one.run})
