"""A hand on a run's folder: while somebody uses its model, it is neither deleted nor renamed.

A hold is a lock of the operating system, shared by all who use the model, in any process; it ends
with the process, whatever ends that. Where a file system knows no such locks, nothing is held.
"""

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import portalocker
from portalocker import LockFlags

FILE = "experiment.json"  # never replaced: a card that is written anew would leave its lock behind


class HeldError(Exception):
    """Somebody has a hand on it."""


class Hold:
    """One hand; let go by `release`, or when nothing refers to it any more."""

    def __init__(self, folder: Path):
        """
        Raises:
            OSError: there is no run in the folder.
        """
        self.folder = folder
        self._file = _opened(folder / FILE)
        with contextlib.suppress(portalocker.LockException, OSError):
            portalocker.lock(self._file, LockFlags.SHARED | LockFlags.NON_BLOCKING)

    def release(self) -> None:
        """Let go."""
        self._file.close()


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the model of a folder until the block ends."""
    hold = Hold(folder)
    try:
        yield
    finally:
        hold.release()


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Have the folder's model to oneself until the block ends; without a run that is easy.

    Raises:
        HeldError: somebody has a hand on it.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(FileNotFoundError):
            file = stack.enter_context(_opened(folder / FILE))
            if not _is_free(file):
                gc.collect()  # the memory of somebody who left may still have a hand on it
                if not _is_free(file):
                    raise HeldError(folder.name)
            if os.name == "nt":  # which renames no folder with an open file in it
                file.close()
        yield


def _opened(place: Path):
    """For writing, though nothing is written, where that is allowed: NFS wants it for its locks."""
    try:
        return place.open("rb+")
    except FileNotFoundError:
        raise
    except OSError:
        return place.open("rb")


def _is_free(file) -> bool:
    """Whether nobody has a hand on it; then it is locked."""
    try:
        portalocker.lock(file, LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        return False
    except portalocker.LockException:  # there is no such thing here
        return True
    return True
