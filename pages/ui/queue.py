"""The queue of runs, for pages: what goes wrong with it is one sentence, and the page goes on."""

import streamlit as st

from mnist_core import faults, worker
from mnist_core.run import WAITING, Run
from pages.ui import notice

REST = 0.5  # seconds between two looks at the queue by one server, however many people look


def tend() -> None:
    """Have the queue move on."""
    try:
        worker.tend(REST)
    except faults.Unreachable as fault:
        notice.say(fault, icon=":material/lan:")
    except OSError as fault:
        notice.say(fault, "Runs can't be started or stopped now.", icon=":material/hard_drive:")


def place_in_words(place: int) -> str:
    """What a run's place among those that wait means."""
    before = "Next in the queue" if place == 1 else f"Place {place} in the queue"
    return f"{before}. It starts by itself, with this page open or not."


def stop_button(key: str, run: Run) -> None:
    """Ends a run that trains, or takes one that waits out of the queue."""
    if run.state in WAITING:
        label, icon, words = "Cancel", ":material/close:", "Takes it out of the queue."
    else:
        label, icon = "Stop", ":material/stop_circle:"
        words = "Ends within one batch and keeps what was learned."
    st.button(label, key=key, icon=icon, on_click=notice.tried, args=(worker.stop, run), help=words)
