"""Folders of runs that are being made or removed: nobody sees them, and none stays behind.

They lie among the runs under names that no run can have. All who have one hold a lock beside the
folder of runs, which ends with their process: so what a killed program left can be told from what
somebody is at work on, whatever the clocks say.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import portalocker
from portalocker import LockFlags

LOCK = "making.lock"
NEW, GONE = ".new-", ".gone-"  # how their names begin


@contextlib.contextmanager
def work_in(place: Path) -> Iterator[None]:
    """Others leave the unfinished folders in a folder of runs alone until the block ends."""
    with place.with_name(LOCK).open("ab+") as file:  # NFS wants to read what is shared
        with contextlib.suppress(portalocker.LockException):
            portalocker.lock(file, LockFlags.SHARED)
        yield


@contextlib.contextmanager
def making(place: Path) -> Iterator[Path]:
    """A folder to fill, which is gone afterwards if it wasn't given a name of its own.

    Args:
        place: the folder of runs that it is for; made if need be.
    """
    place.mkdir(parents=True, exist_ok=True)
    with work_in(place):
        new = Path(tempfile.mkdtemp(prefix=NEW, dir=place))
        try:
            new.chmod(0o755)
            yield new
        finally:
            shutil.rmtree(new, ignore_errors=True)  # gone already if all went well


def clear_away(place: Path) -> None:
    """Remove what killed programs left in a folder of runs."""
    found = [path for path in place.iterdir() if path.name.startswith((NEW, GONE))]
    if not found:
        return
    with place.with_name(LOCK).open("ab") as file:
        try:
            portalocker.lock(file, LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            return
        for path in found:
            shutil.rmtree(path, ignore_errors=True)
