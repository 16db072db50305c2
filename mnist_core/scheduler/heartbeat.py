"""Signs of life of a run where nobody here can ask what works on it: its files go on changing.

That is so for a process of another machine that shares the folder, and for a cluster that can't
be reached.
"""

import time
from pathlib import Path

from mnist_core.runs.run import Run

TIMEOUT = 300.0  # seconds; TensorFlow's start, or a test on a slow machine, is quiet for a minute
FILES = ("status.json", "events.jsonl", "card.json", "worker.log")

_seen: dict[Path, tuple[list, float]] = {}  # the files as they were, and since when so


def has_heartbeat(run: Run) -> bool:
    """Whether its files have changed in the last QUIET seconds, as far as this process has looked.

    That is counted by this process's own clock: machines' clocks differ.
    """
    now, state = time.monotonic(), [_file_version(run.folder / name) for name in FILES]
    before, since = _seen.get(run.folder, (None, now))
    if state != before:
        since = now
    _seen[run.folder] = state, since
    return now - since < TIMEOUT


def _file_version(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
