"""Whose turn it is: the queue of runs, fair among people.

Of the people who wait, the one whose last run began longest ago comes next, with their oldest
run; so somebody's sweep lets everybody else in between.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from filelock import FileLock, Timeout

from mnist_core import people
from mnist_core.run import ACTIVE, WAITING, Run

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


def entries(runs: Iterable[Run]) -> list[Entry]:
    """The runs as the queue sees them, in their order."""
    return [_entry(run, run.status()) for run in runs]


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
