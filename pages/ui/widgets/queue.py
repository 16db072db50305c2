"""The queue of runs on pages: an error of it is one sentence, and the page goes on."""

import streamlit as st

from mnist_core.runs.run import WAITING, Run
from mnist_core.scheduler import scheduler
from mnist_core.system import error_messages
from pages.ui.app import errors

MIN_INTERVAL = 0.5  # seconds between two advances by one server, however many pages ask


def advance() -> None:
    """Have the queue move on, or say why it can't."""
    try:
        scheduler.advance(MIN_INTERVAL)
    except error_messages.ClusterUnreachableError as error:
        errors.show(error, icon=":material/lan:")
    except OSError as error:
        errors.show(error, "Runs can't be started or stopped now.", icon=":material/hard_drive:")


def position_text(position: int) -> str:
    """A run's position among those that wait, in words."""
    text = "Next in the queue" if position == 1 else f"Place {position} in the queue"
    return f"{text}. It starts by itself, with this page open or not."


def stop_button(key: str, run: Run) -> None:
    """A button that ends a run that trains, or takes one that waits out of the queue."""
    if run.state in WAITING:
        label, icon, text = "Cancel", ":material/close:", "Takes it out of the queue."
    else:
        label, icon = "Stop", ":material/stop_circle:"
        text = "Ends within one batch and keeps what was learned."
    st.button(
        label, key=key, icon=icon, on_click=errors.attempt, args=(scheduler.stop, run), help=text
    )
