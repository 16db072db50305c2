"""The queue of runs on pages: an error of it is one sentence, and the page goes on."""

from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from mnist_core.runs.run import WAITING, Run
from mnist_core.scheduler import scheduler
from mnist_core.system import error_messages, settings
from pages.ui.app import errors
from pages.ui.widgets import duration, run_status

MIN_INTERVAL = 0.5  # seconds between two advances by one server, however many pages ask

_executor = ThreadPoolExecutor(1, thread_name_prefix="queue")
_last: Future | None = None  # the advance begun last
_error: OSError | None = None  # of the advance that ended last


def advance() -> None:
    """Have the queue move on, or say why it can't."""
    try:
        if settings.RAY.is_set():
            _advance_in_background()
        else:
            scheduler.advance(MIN_INTERVAL)
    except error_messages.ClusterUnreachableError as error:
        errors.show(error, icon=":material/lan:")
    except OSError as error:
        errors.show(error, "Waiting runs can't begin now.", icon=":material/hard_drive:")


def _advance_in_background() -> None:
    """Have another thread do it, which may have to wait for a cluster: a click, Stop, must not.

    Raises:
        OSError: what went wrong the last time.
    """
    global _last
    last = _last
    if last is None or last.done():
        _last = _executor.submit(_advance_and_note)
    if last and last.done():
        last.result()  # an error of the program is shown as one
    if _error:
        raise _error.with_traceback(None)  # else it would grow with each page that shows it


def _advance_and_note() -> None:
    global _error
    try:
        scheduler.advance(MIN_INTERVAL)
        _error = None
    except OSError as error:
        _error = error


def waiting_text(run: Run) -> str:
    """Where a run stands in the queue, and when it will begin, where that can be known."""
    text = position_text(scheduler.queue_position(run))
    if settings.PEOPLE.value() != settings.ONE_USER:  # how long others train is theirs to know
        return text
    seconds = duration.seconds_until_start(run)
    return f"{text} In about {run_status.format_duration(seconds)}."


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
