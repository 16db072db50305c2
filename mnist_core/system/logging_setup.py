"""The log: a line for a person for each thing that begins, ends or goes wrong."""

import faulthandler
import logging
import os
import sys
from pathlib import Path

from mnist_core.system import settings

FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure(without: str | None = None) -> None:
    """Write the log to standard error, from the level on that MNIST_CORE_LOG says. Once is enough.

    Args:
        without: the level where the variable is not set, if it should be another than its own.

    Raises:
        ValueError: that is no level.
    """
    ours = logging.getLogger("mnist_core")
    ours.setLevel(without if without and not settings.LOG.is_set() else settings.LOG.value())
    if not ours.handlers:
        handler = _StandardError()
        handler.setFormatter(logging.Formatter(FORMAT))
        ours.addHandler(handler)


class _StandardError(logging.StreamHandler):
    """Writes to what is standard error at that moment."""

    @property
    def stream(self):
        return sys.stderr

    @stream.setter
    def stream(self, _):
        """There is nothing to remember."""


def redirect_to_file(file: Path) -> None:
    """From now on, put all that this process says into a file, down to how it crashed."""
    with file.open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    # The command line keeps another copy of standard error for Python; see `__main__`
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    faulthandler.enable(file=sys.stderr)
    configure()
