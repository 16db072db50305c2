"""The trash: deleted runs, kept for a while beside the folder of runs, where nothing lists them.

    runs/NAME/                 a run
    trash/TIME-TOKEN/NAME/     the same, deleted; what was deleted together lies together

Each run is moved by one rename, so a crash at any moment leaves it whole, here or there.
TIME is in the name, in milliseconds of unix time: copying the folders does not change their age.
Other folders that lie in the trash are left alone.
"""

import contextlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mnist_core.runs import run_name
from mnist_core.system import settings, staging

KEPT_DAYS = 7  # a week's homework: what was deleted in one lesson can be had back in the next
DAY = 24 * 60 * 60  # seconds
ENTRY = re.compile(r"(\d{13})-[0-9a-f]{8}")

log = logging.getLogger(__name__)


class Deletion(NamedTuple):
    """Runs that were deleted together."""

    folder: Path  # in the trash; the runs are in it, under their names
    deleted: float  # unix time
    names: tuple[str, ...]

    @property
    def gone_after(self) -> float:
        """Until when they can be had back, as unix time."""
        return self.deleted + KEPT_DAYS * DAY


def folder_of(runs_folder: Path) -> Path:
    """The trash of a folder of runs; it need not exist."""
    return runs_folder.with_name("trash")


def move_in(folders: Sequence[Path]) -> Deletion:
    """Move folders of runs from one folder into its trash, all of them or none.

    Raises:
        OSError: one can't be moved.
    """
    milliseconds = round(1000 * time.time())
    entry = folder_of(folders[0].parent) / f"{milliseconds:013}-{secrets.token_hex(4)}"
    entry.mkdir(parents=True)
    try:
        move_all((folder, lambda folder: entry / folder.name) for folder in folders)
    except BaseException:
        entry.rmdir()
        raise
    return Deletion(entry, milliseconds / 1000, tuple(sorted(folder.name for folder in folders)))


def move_all(moves: Iterable[tuple[Path, Callable[[Path], Path]]]) -> list[Path]:
    """Rename folders, all or none, one after the other; returns their new paths.

    Args:
        moves: each with a function that says its new path, once those before it are moved.

    Raises:
        OSError: one can't be moved; those before it are back where they were.
    """
    done = []
    try:
        for origin, find_place in moves:
            done.append((origin, origin.rename(find_place(origin))))
    except BaseException:
        for origin, place in done:
            place.rename(origin)
        raise
    return [place for _, place in done]


def deletions(runs_folder: Path) -> list[Deletion]:
    """What can be had back, the last deleted first; nothing if the trash can't be read."""
    found = []
    with contextlib.suppress(OSError):
        for entry in folder_of(runs_folder).iterdir():
            if match := ENTRY.fullmatch(entry.name):
                names = _names_in(entry)
                found += [Deletion(entry, int(match[1]) / 1000, names)] if names else []
    return sorted(found, key=lambda one: one.folder.name, reverse=True)


def _names_in(entry: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in entry.iterdir() if run_name.is_valid(path.name)))
    except OSError:
        return ()


def remove_old(runs_folder: Path) -> None:
    """Remove for good what has been in the trash for KEPT_DAYS, and what killed processes left.

    Where the number of kept runs is limited, the trash holds no more either: the oldest go first,
    never what was deleted last.
    """
    folder, limit = folder_of(runs_folder), settings.KEPT_PER_PERSON.value()
    if not folder.is_dir():
        return
    with contextlib.suppress(OSError):
        staging.remove_leftovers(folder)
    count = 0
    for number, deletion in enumerate(deletions(runs_folder)):
        count += len(deletion.names)
        is_full = limit and count > limit and number
        if is_full or deletion.gone_after < time.time():
            with contextlib.suppress(OSError):  # to be read only, or had back just now
                _remove(deletion)


def _remove(deletion: Deletion) -> None:
    """Out of the trash at once, so that a kill leaves nothing half there; then from the disk."""
    trash = deletion.folder.parent
    with staging.staging_folder(trash, staging.DELETED_PREFIX) as gone:
        deletion.folder.rename(gone / deletion.folder.name)
        log.info("Deleted runs are gone for good: %s", ", ".join(map(repr, deletion.names)))
