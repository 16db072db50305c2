"""The log: one line for each event that an administrator should see."""

import faulthandler
import logging
import os
import sys
from pathlib import Path

from mnist_core.system import settings

FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure(default_level: str | None = None) -> None:
    """Log to standard error, from the level of MNIST_CORE_LOG on. Called again it sets the level.

    Args:
        default_level: where the variable is not set, in place of its own default.

    Raises:
        ValueError: the variable names no level.
    """
    logger = logging.getLogger("mnist_core")
    use_default = default_level and not settings.LOG.is_set()
    logger.setLevel(default_level if use_default else settings.LOG.value())
    if not logger.handlers:
        handler = _StandardErrorHandler()
        handler.setFormatter(logging.Formatter(FORMAT))
        logger.addHandler(handler)


class _StandardErrorHandler(logging.StreamHandler):
    """Writes to whatever `sys.stderr` is at that moment."""

    @property
    def stream(self):
        return sys.stderr

    @stream.setter
    def stream(self, _):
        """Required by the base class; nothing is stored."""


def redirect_to_file(path: Path) -> None:
    """Append this process's standard output and error to a file, traces of crashes included."""
    with path.open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    # The command line keeps another copy of standard error for Python; see `__main__`
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    faulthandler.enable(file=sys.stderr)
    configure()
