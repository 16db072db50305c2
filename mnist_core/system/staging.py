"""Folders of runs that are being made or removed: not listed as runs, and cleaned up after a kill.

They lie among the runs under names that no run can have. A process that uses one holds a file lock
beside it, which ends with the process; so the leftovers of a killed process can be told from
folders in use, whatever the clocks say.
"""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

STAGED_PREFIX, DELETED_PREFIX = ".new-", ".gone-"  # of their names
LOCK_SUFFIX = ".lock"  # of the lock file beside one


@contextlib.contextmanager
def staging_folder(runs_folder: Path, prefix: str = STAGED_PREFIX) -> Iterator[Path]:
    """A folder to fill, removed afterwards unless it was renamed.

    Args:
        runs_folder: made if need be.
        prefix: STAGED or DELETED: for a new run, or for one to delete.
    """
    runs_folder.mkdir(parents=True, exist_ok=True)
    folder = runs_folder / f"{prefix}{secrets.token_hex(8)}"
    lock = folder.with_name(folder.name + LOCK_SUFFIX)
    try:
        with FileLock(lock):
            folder.mkdir(mode=0o755)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.unlink(missing_ok=True)


def remove_leftovers(runs_folder: Path) -> None:
    """Remove what killed processes left in a folder of runs."""
    for path in runs_folder.iterdir():
        if path.name.startswith((STAGED_PREFIX, DELETED_PREFIX)):
            folder = path.with_name(path.name.removesuffix(LOCK_SUFFIX))
            lock = folder.with_name(folder.name + LOCK_SUFFIX)
            with contextlib.suppress(Timeout), FileLock(lock, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)
