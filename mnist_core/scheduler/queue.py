"""Whose turn it is: the queue of runs, fair among people.

Of the people who wait, the one whose last run began longest ago comes next, with their oldest
run; so somebody's sweep lets everybody else in between.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED, WAITING, Run
from mnist_core.system import users

MTIME_RESOLUTION = (
    2_000_000_000  # nanoseconds: two changes in quick succession may bear the same time
)
LOCK_TIMEOUT = 10.0  # seconds: what is done with the queue takes milliseconds

_thread_lock = threading.Lock()


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Have the queue to oneself, among this process's threads and among processes.

    Raises:
        OSError: the folder for runs can't be used.
        filelock.Timeout: somebody doesn't let go of it; an OSError, too.
    """
    home = users.home()
    home.mkdir(parents=True, exist_ok=True)
    place = home / "queue.lock"
    if not _thread_lock.acquire(
        timeout=LOCK_TIMEOUT
    ):  # else a class would wait so long one after the other
        raise Timeout(str(place))
    try:
        with FileLock(place, timeout=LOCK_TIMEOUT):
            yield
    finally:
        _thread_lock.release()


class QueueEntry(NamedTuple):
    """What the queue knows of a run."""

    run: Run
    user_id: str
    state: str
    created: float  # unix time
    started: float  # unix time; 0: not yet


class _FolderCache(NamedTuple):
    """What is remembered of a folder of runs."""

    changed: int  # when something came, went or was renamed in it: nanoseconds of unix time
    open: list[Run]  # those that may still begin or end
    last: QueueEntry | None  # of those that have ended, the one that began last


_folder_caches: dict[Path, _FolderCache] = {}


def snapshot() -> list[QueueEntry]:
    """All that the queue must know, the oldest first.

    That is every run that waits or trains, and of each person the ended one that began last. A
    thousand people keep many runs, and the queue is looked at all the time: a folder of runs is
    read again when it has changed, and nothing of what has ended is read twice.
    """
    places = users.all_run_folders()
    for gone in _folder_caches.keys() - set(places):
        _folder_caches.pop(gone, None)
    found = [entry for place in places for entry in _folder_entries(place)]
    return sorted(found, key=lambda entry: entry.created)


def _folder_entries(place: Path) -> list[QueueEntry]:
    try:
        changed = place.stat().st_mtime_ns
    except OSError:
        return []
    shelf = _folder_caches.get(place)
    is_known = shelf is not None and shelf.changed == changed
    found = make_entries(shelf.open if is_known else run_store.runs_in(place))
    ended = [entry for entry in found if entry.state in ENDED]
    if is_known and shelf.last:
        ended.append(shelf.last)
    last = max(ended, key=lambda entry: entry.started, default=None)
    still_open = [entry for entry in found if entry.state not in ENDED]
    if time.time_ns() - changed > MTIME_RESOLUTION:
        _folder_caches[place] = _FolderCache(changed, [entry.run for entry in still_open], last)
    return still_open + [last] * (last is not None)


def make_entries(found: Iterable[Run]) -> list[QueueEntry]:
    """The runs as the queue sees them, in their order."""
    return [_entry(run, run.status()) for run in found]


def _entry(run, status) -> QueueEntry:
    started = status.get("started", 0.0)
    if started > time.time():  # the clock was set back since: that person would wait for it
        started = 0.0
    return QueueEntry(run, run.user_id, status["state"], status["created"], started)


def order(found: Sequence[QueueEntry]) -> list[QueueEntry]:
    """The runs that wait, in the order in which their turns come."""
    waiting: dict[str, list[QueueEntry]] = {}
    for entry in sorted(found, key=lambda entry: entry.created):
        if entry.state in WAITING:
            waiting.setdefault(entry.user_id, []).append(entry)
    # Turns had: first those that are over or begun, then those that this order gives
    last = dict.fromkeys(waiting, (0, 0.0))
    for entry in found:
        if entry.user_id in last:
            last[entry.user_id] = max(last[entry.user_id], (0, entry.started))
    ordered = []
    while waiting:
        person = min(waiting, key=lambda person: (last[person], waiting[person][0].created))
        ordered.append(waiting[person].pop(0))
        last[person] = (len(ordered), 0.0)
        if not waiting[person]:
            del waiting[person]
    return ordered


def select_runnable(
    found: Sequence[QueueEntry],
    at_once: int,
    per_person: int,
    begins: Callable[[QueueEntry], bool] = lambda entry: True,
) -> list[QueueEntry]:
    """Those that should begin now.

    Args:
        at_once: how many may train at the same time.
        per_person: how many of them may be one person's; 0 is no limit.
        begins: whether one does begin, called in turn; if not, the next may in its place.
    """
    busy = Counter(entry.user_id for entry in found if entry.state in ACTIVE)
    chosen = []
    for entry in order(found):
        if busy.total() >= at_once:
            break
        if (not per_person or busy[entry.user_id] < per_person) and begins(entry):
            chosen.append(entry)
            busy[entry.user_id] += 1
    return chosen
