"""Ctrl-C: it ends a command at once, without a word, or is noted where there is more to do."""

import contextlib
import signal
from collections.abc import Iterator


def end_silently() -> None:
    """Have Ctrl-C end this process as it ends any program: a shell reports status 130.

    Python's own way, an exception, prints a traceback, and compiled code may turn it into others.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored: nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)


class Interrupt:
    """Whether Ctrl-C was pressed. No threading.Event: a signal handler could wait for itself."""

    is_set = False


@contextlib.contextmanager
def noted() -> Iterator[Interrupt]:
    """Have Ctrl-C be noted, and no more, until the block ends; a second one ends the process."""
    interrupt = Interrupt()

    def note(*_):
        interrupt.is_set = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
