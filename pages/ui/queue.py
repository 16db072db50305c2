"""The queue of runs, for pages: what goes wrong with it is one sentence, and the page goes on."""

import streamlit as st
from filelock import Timeout

from mnist_core import faults, worker
from mnist_core.run import Run

REST = 0.5  # seconds between two looks at the queue by one server, however many people look


def tend() -> None:
    """Have the queue move on."""
    try:
        worker.tend(REST)
    except (OSError, Timeout) as fault:
        st.warning(f"Runs can't be started now. {faults.words(fault)}", icon=":material/hard_drive:")


def stop(run: Run) -> None:
    """Stop a run, or take it out of the queue."""
    try:
        worker.stop(run)
    except (OSError, Timeout) as fault:
        words = f"It could not be stopped. {faults.words(fault)}"
        st.toast(words, icon=":material/error:", duration="long")
