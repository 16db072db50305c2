"""Folders that are being made or removed: invisible as runs, and none stays behind.

They lie among the runs under names that no run can have. Who works in one holds a lock beside it,
which ends with the process: so what a killed program left can be told from what is in use, whatever
the clocks say.
"""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

STAGED, DELETED = ".new-", ".gone-"  # how their names begin
LOCK = ".lock"  # how the name of the lock beside one ends


@contextlib.contextmanager
def staging_folder(place: Path, prefix: str = STAGED) -> Iterator[Path]:
    """A folder to fill, removed afterwards unless it was renamed.

    Args:
        place: the folder of runs that it is for; made if need be.
        prefix: STAGED or DELETED: what it is for.
    """
    place.mkdir(parents=True, exist_ok=True)
    folder = place / f"{prefix}{secrets.token_hex(8)}"
    lock = folder.with_name(folder.name + LOCK)
    try:
        with FileLock(lock):
            folder.mkdir(mode=0o755)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.unlink(missing_ok=True)


def remove_leftovers(place: Path) -> None:
    """Remove what killed programs left in a folder of runs."""
    for path in place.iterdir():
        if path.name.startswith((STAGED, DELETED)):
            lock = path.with_name(path.name.removesuffix(LOCK) + LOCK)
            with contextlib.suppress(Timeout), FileLock(lock, timeout=0):
                shutil.rmtree(path.with_name(lock.name.removesuffix(LOCK)), ignore_errors=True)
                lock.unlink(missing_ok=True)
