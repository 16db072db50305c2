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

from mnist_core import people, runs
from mnist_core.run import ACTIVE, ENDED, WAITING, Run

SETTLED = 2_000_000_000  # nanoseconds: two changes in quick succession may bear the same time
PATIENCE = 10.0  # seconds: what is done with the queue takes milliseconds

_lock = threading.Lock()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Have the queue to oneself, among this process's threads and among processes.

    Raises:
        OSError: the folder for runs can't be used.
        filelock.Timeout: somebody doesn't let go of it; an OSError, too.
    """
    home = people.home()
    home.mkdir(parents=True, exist_ok=True)
    place = home / "queue.lock"
    if not _lock.acquire(timeout=PATIENCE):  # else a class would wait so long one after the other
        raise Timeout(str(place))
    try:
        with FileLock(place, timeout=PATIENCE):
            yield
    finally:
        _lock.release()


class Entry(NamedTuple):
    """What the queue knows of a run."""

    run: Run
    person: str
    state: str
    created: float  # unix time
    started: float  # unix time; 0: not yet


class _Shelf(NamedTuple):
    """What is remembered of a folder of runs."""

    changed: int  # when something came, went or was renamed in it: nanoseconds of unix time
    open: list[Run]  # those that may still begin or end
    last: Entry | None  # of those that have ended, the one that began last


_shelves: dict[Path, _Shelf] = {}


def look() -> list[Entry]:
    """All that the queue must know, the oldest first.

    That is every run that waits or trains, and of each person the ended one that began last. A
    thousand people keep many runs, and the queue is looked at all the time: a folder of runs is
    read again when it has changed, and nothing of what has ended is read twice.
    """
    places = people.everyones_folders()
    for gone in _shelves.keys() - set(places):
        _shelves.pop(gone, None)
    found = [entry for place in places for entry in _in(place)]
    return sorted(found, key=lambda entry: entry.created)


def _in(place: Path) -> list[Entry]:
    try:
        changed = place.stat().st_mtime_ns
    except OSError:
        return []
    shelf = _shelves.get(place)
    is_known = shelf is not None and shelf.changed == changed
    found = entries(shelf.open if is_known else runs.in_folder(place))
    ended = [entry for entry in found if entry.state in ENDED]
    if is_known and shelf.last:
        ended.append(shelf.last)
    last = max(ended, key=lambda entry: entry.started, default=None)
    still_open = [entry for entry in found if entry.state not in ENDED]
    if time.time_ns() - changed > SETTLED:
        _shelves[place] = _Shelf(changed, [entry.run for entry in still_open], last)
    return still_open + [last] * (last is not None)


def entries(found: Iterable[Run]) -> list[Entry]:
    """The runs as the queue sees them, in their order."""
    return [_entry(run, run.status()) for run in found]


def _entry(run, status) -> Entry:
    started = status.get("started", 0.0)
    if started > time.time():  # the clock was set back since: that person would wait for it
        started = 0.0
    return Entry(run, run.person, status["state"], status["created"], started)


def order(found: Sequence[Entry]) -> list[Entry]:
    """The runs that wait, in the order in which their turns come."""
    waiting: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda entry: entry.created):
        if entry.state in WAITING:
            waiting.setdefault(entry.person, []).append(entry)
    # Turns had: first those that are over or begun, then those that this order gives
    last = dict.fromkeys(waiting, (0, 0.0))
    for entry in found:
        if entry.person in last:
            last[entry.person] = max(last[entry.person], (0, entry.started))
    ordered = []
    while waiting:
        person = min(waiting, key=lambda person: (last[person], waiting[person][0].created))
        ordered.append(waiting[person].pop(0))
        last[person] = (len(ordered), 0.0)
        if not waiting[person]:
            del waiting[person]
    return ordered


def next_ones(
    found: Sequence[Entry],
    at_once: int,
    per_person: int,
    begins: Callable[[Entry], bool] = lambda entry: True,
) -> list[Entry]:
    """Those that should begin now.

    Args:
        at_once: how many may train at the same time.
        per_person: how many of them may be one person's; 0 is no limit.
        begins: whether one does begin, called in turn; if not, the next may in its place.
    """
    busy = Counter(entry.person for entry in found if entry.state in ACTIVE)
    chosen = []
    for entry in order(found):
        if busy.total() >= at_once:
            break
        if (not per_person or busy[entry.person] < per_person) and begins(entry):
            chosen.append(entry)
            busy[entry.person] += 1
    return chosen
