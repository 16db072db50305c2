"""The queue of runs, for pages: what goes wrong with it is one sentence, and the page goes on."""

import streamlit as st

from mnist_core.runs.run import WAITING, Run
from mnist_core.scheduler import scheduler
from mnist_core.system import error_messages
from pages.ui.app import errors

MIN_INTERVAL = 0.5  # seconds between two looks at the queue by one server, however many people look


def advance() -> None:
    """Have the queue move on."""
    try:
        scheduler.advance(MIN_INTERVAL)
    except error_messages.ClusterUnreachableError as fault:
        errors.show(fault, icon=":material/lan:")
    except OSError as fault:
        errors.show(fault, "Runs can't be started or stopped now.", icon=":material/hard_drive:")


def position_text(place: int) -> str:
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
    st.button(
        label, key=key, icon=icon, on_click=errors.attempt, args=(scheduler.stop, run), help=words
    )
