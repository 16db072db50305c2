"""The queue of runs, fair among users.

Of the users who wait, the one whose last run began longest ago comes next, with their oldest run;
so a user's sweep lets everybody else in between.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED, WAITING, Run
from mnist_core.system import users

MTIME_RESOLUTION = 2_000_000_000  # nanoseconds: two quick changes may leave the same time
LOCK_FILE = "scheduler.lock"
BUSY_TIMEOUT = 60.0  # seconds; who has it move on may wait for a cluster, but not so long

_busy_since: float | None = None


@contextlib.contextmanager
def turn(timeout: float = 0.0) -> Iterator[bool]:
    """Whether it is this thread's turn to have the queue move on: one does, of all processes.

    Args:
        timeout: seconds to wait for whoever does it now.

    Raises:
        OSError: the folder for runs can't be used.
        filelock.Timeout: somebody else does it for longer than BUSY_TIMEOUT; an OSError, too.
    """
    global _busy_since
    began = time.monotonic()
    users.home().mkdir(parents=True, exist_ok=True)
    lock = FileLock(users.home() / LOCK_FILE, timeout=timeout)
    try:
        lock.acquire()
    except Timeout:
        _busy_since = began if _busy_since is None else _busy_since
        if time.monotonic() - _busy_since >= BUSY_TIMEOUT:
            raise
    else:
        _busy_since = None
    try:
        yield lock.is_locked
    finally:
        lock.release()


class QueueEntry(NamedTuple):
    """A run as the queue sees it."""

    run: Run
    user_id: str
    state: str
    created: float  # unix time
    started: float  # unix time; 0: not yet


class _FolderCache(NamedTuple):
    """What is kept in memory of a folder of runs."""

    modified: int  # nanoseconds of unix time: when an entry came, went or was renamed
    open_runs: list[Run]  # those that have not ended
    last_ended: QueueEntry | None  # of those that have ended, the one that began last


_folder_caches: dict[Path, _FolderCache] = {}


def snapshot() -> list[QueueEntry]:
    """All entries that matter to the queue, the oldest first.

    These are the runs that wait or train, and of each user the ended one that began last. Many
    users keep many runs, and the queue is read all the time: a folder of runs is listed again
    only when it has changed, and no status of an ended run is read twice.
    """
    folders = users.all_run_folders()
    for gone in _folder_caches.keys() - set(folders):
        _folder_caches.pop(gone, None)
    entries = [entry for folder in folders for entry in _folder_entries(folder)]
    return sorted(entries, key=lambda entry: entry.created)


def _folder_entries(folder: Path) -> list[QueueEntry]:
    try:
        modified = folder.stat().st_mtime_ns
    except OSError:
        return []
    cache = _folder_caches.get(folder)
    is_current = cache is not None and cache.modified == modified
    entries = make_entries(cache.open_runs if is_current else run_store.runs_in(folder))
    ended = [entry for entry in entries if entry.state in ENDED]
    if is_current and cache.last_ended:
        ended.append(cache.last_ended)
    last = max(ended, key=lambda entry: entry.started, default=None)
    not_ended = [entry for entry in entries if entry.state not in ENDED]
    if time.time_ns() - modified > MTIME_RESOLUTION:
        _folder_caches[folder] = _FolderCache(modified, [entry.run for entry in not_ended], last)
    return not_ended + [last] * (last is not None)


def make_entries(runs: Iterable[Run]) -> list[QueueEntry]:
    """An entry for each run, in the same order."""
    return [_make_entry(run, run.status()) for run in runs]


def _make_entry(run, status) -> QueueEntry:
    started = status.get("started", 0.0)
    if started > time.time():  # the clock was set back since; the user would wait until then
        started = 0.0
    return QueueEntry(run, run.user_id, status["state"], status["created"], started)


def order(entries: Sequence[QueueEntry]) -> list[QueueEntry]:
    """The runs that wait, in the order in which they begin."""
    waiting: dict[str, list[QueueEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.created):
        if entry.state in WAITING:
            waiting.setdefault(entry.user_id, []).append(entry)
    # Each user's last turn: first by real starts (0, unix time), then by this order (position, 0)
    last_turn = dict.fromkeys(waiting, (0, 0.0))
    for entry in entries:
        if entry.user_id in last_turn:
            last_turn[entry.user_id] = max(last_turn[entry.user_id], (0, entry.started))
    ordered = []
    while waiting:
        user = min(waiting, key=lambda user: (last_turn[user], waiting[user][0].created))
        ordered.append(waiting[user].pop(0))
        last_turn[user] = (len(ordered), 0.0)
        if not waiting[user]:
            del waiting[user]
    return ordered


def select_runnable(
    entries: Sequence[QueueEntry],
    max_concurrent: int,
    max_per_user: int,
    begin: Callable[[QueueEntry], bool] = lambda entry: True,
) -> list[QueueEntry]:
    """The entries that should begin now.

    Args:
        max_concurrent: how many may train at the same time.
        max_per_user: how many of them may be one user's; 0 is no limit.
        begin: called in turn, true if the run begins; if not, the next one may in its place.
    """
    active = Counter(entry.user_id for entry in entries if entry.state in ACTIVE)
    begun = []
    for entry in order(entries):
        if active.total() >= max_concurrent:
            break
        if (not max_per_user or active[entry.user_id] < max_per_user) and begin(entry):
            begun.append(entry)
            active[entry.user_id] += 1
    return begun
