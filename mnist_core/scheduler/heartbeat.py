"""Whether a run is alive that can't be asked about from here: its files go on changing.

That is so for a process of another machine that shares the folder, and for a cluster that can't
be reached.
"""

import time
from pathlib import Path

from mnist_core.runs.run import Run
from mnist_core.system import atomic_files

TIMEOUT = 300.0  # seconds; TensorFlow's start, or a test on a slow machine, is quiet for a minute
FILES = ("status.json", "events.jsonl", "card.json", "worker.log")

_seen: dict[Run, tuple[list, float]] = {}  # versions of the files, and since when they are so


def has_heartbeat(run: Run) -> bool:
    """Whether its files have changed in the last TIMEOUT seconds, as far as this process has seen.

    The time is taken from this process's own clock: those of several machines differ.
    """
    now, versions = time.monotonic(), [_file_version(run.folder / name) for name in FILES]
    before, since = _seen.get(run, (None, now))
    if versions != before:
        since = now
    _seen[run] = versions, since
    return now - since < TIMEOUT


def _file_version(path: Path) -> tuple | None:
    try:
        return atomic_files.version(path)
    except OSError:
        return None
