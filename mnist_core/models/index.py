"""The index of runs: what a list tells of each, without opening every folder at every look.

The folders stay the truth. A row is believed as long as the versions of its folder and files are
those from before it was read:

- whatever comes, goes or is renamed changes the folder of runs, and then every run's folder is
  looked at, and what is new or changed is read;
- a run that has not ended is compared with its files at every look, and one that was changed just
  now, or of which something can't be read, is read;
- nothing of this program changes a run that has ended. For who does it by hand, a look compares
  CHECKED_AT_ONCE more of them, and one that follows at once, as a page looks several times, none:
  a list of thousands is right a little later, and a list of fewer at once.

Rows are kept in memory, and for the next process in `runs.index_file`.
"""

import contextlib
import functools
import json
import os
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnist_core.models import store as model_store
from mnist_core.models.run_summary import RunSummary, summarize
from mnist_core.runs import index_file, run_name
from mnist_core.runs import store as run_store
from mnist_core.runs.index_file import StoredRow
from mnist_core.runs.run import ENDED, Run, runs_with_unsaved_status
from mnist_core.system import atomic_files, paths, users
from mnist_core.system.counted_task import CountedTask

FILES = ("status.json", "experiment.json", "card.json")  # that a row is made of
CHECKED_AT_ONCE = 100  # ended runs compared with their files at a look: a few milliseconds
CHECK_INTERVAL = 0.1  # seconds between two looks that do so
TIME_RESOLUTION = 2_000_000_000  # nanoseconds: two quick changes may leave the same times
MAX_FOLDERS = 100  # of users, whose rows are in memory: some 1.5 KB for each run


class _Row(NamedTuple):
    summary: RunSummary | None  # None: no run, or not yet, as while somebody copies it
    versions: list  # of its folder and of FILES, from before it was read; [] of one that is missing
    is_sure: bool  # whether it holds while the versions stay

    def may_change(self) -> bool:
        """Whether it has to be compared with its files at every look."""
        return not (self.is_sure and self.summary and self.summary.state in ENDED)


def summaries() -> Sequence[RunSummary]:
    """Every run of the current user, the newest first.

    Raises:
        OSError: the folder of runs can't be read.
    """
    return _folder_index(users.runs_folder()).look()


def first_look() -> CountedTask:
    """The first look at the current user's runs in this process, which is begun if it has not been.

    After an update every run is read anew, which takes seconds for thousands: it goes on in a
    thread, and who would wait for `summaries` can say meanwhile how far it is.
    """
    return _folder_index(users.runs_folder()).first_look()


def models() -> dict[str, Run]:
    """Every model by its name, the newest first, and those that ship last; errors as above."""
    own = {one.name: one.run for one in summaries() if one.has_model}
    return own | {name: model_store.find(name) for name in model_store.SHIPPED}


def find(run_id: str) -> RunSummary | None:
    """The current user's run of this id, if it is still there; errors as above."""
    return next((one for one in summaries() if one.id == run_id), None)


class _FolderIndex:
    """The rows of one folder of runs."""

    def __init__(self, folder: Path):
        self.folder, self.lock = folder, threading.Lock()
        self.version: list = []  # of the folder at the last look
        self.rows: dict[str, _Row] = {}
        self.changing: set[str] = set()  # of the rows, those that may
        self.ordered: Sequence[RunSummary] = ()
        self.stored = index_file.load(folder)  # not taken over yet
        self.first: CountedTask | None = None
        self.checked = 0  # up to which row they have been compared with their files
        self.checked_at = 0.0  # by time.monotonic()

    def first_look(self) -> CountedTask:
        """The look that was begun first of all."""
        with _lock:
            self.first = self.first or CountedTask(self.look)
            return self.first

    def look(self, progress: CountedTask | None = None) -> Sequence[RunSummary]:
        """All runs that are there now, the newest first."""
        with self.lock:
            version = _version(self.folder)
            if version == self.version and _is_settled([version]):
                rows = {name: self._current_row(name) for name in self._due_names()}
                if any(row != self.rows[name] for name, row in rows.items()):
                    self._remember(self.rows | rows)
            else:
                found = _list(self.folder)
                entries = progress.count(found) if progress else found
                rows = {name: self._listed_row(name, entry) for name, entry in entries}
                if rows != self.rows:
                    self._remember(rows)
            self.version, self.stored = version, {}
            return self.ordered

    def _due_names(self) -> set[str]:
        """Of the rows to compare with their files: all that may change, the next of the others."""
        names, now = list(self.rows), time.monotonic()
        if len(names) > CHECKED_AT_ONCE and now - self.checked_at < CHECK_INTERVAL:
            return self.changing
        first = self.checked if self.checked < len(names) else 0
        self.checked, self.checked_at = first + CHECKED_AT_ONCE, now
        return self.changing.union(names[first : self.checked])

    def _listed_row(self, name: str, version: list) -> _Row:
        before = self.rows.get(name)
        if before is None or before.may_change() or before.versions[0] != version:
            return self._current_row(name)
        return before

    def _current_row(self, name: str) -> _Row:
        """The row that holds now: the one before, the one that is stored, or a new one."""
        folder, before = self.folder / name, self.rows.get(name)
        versions = [_version(path) for path in (folder, *(folder / file for file in FILES))]
        if before and before.is_sure and before.versions == versions and _is_saved(before.summary):
            return before
        stored = self.stored.get(name)
        if stored and stored.stamp == _stamp(versions):
            with contextlib.suppress(ValueError, TypeError):  # nobody's row: it is made anew
                return _Row(_restore(folder, stored.text), versions, True)
        read = summarize(Run(folder)) if run_store.is_run(folder) else None
        is_sure = read and read.created and not read.errors and _is_saved(read)
        return _Row(read, versions, bool(is_sure) and _is_settled(versions))

    def _remember(self, rows: dict[str, _Row]) -> None:
        """Take these rows over, and keep for other processes what is new of ended runs."""
        new = {
            name: StoredRow(_stamp(row.versions), _text(row.summary))
            for name, row in rows.items()
            if row is not self.rows.get(name) and not row.may_change()
        }
        new = {name: row for name, row in new.items() if row != self.stored.get(name)}
        gone = (self.rows.keys() | self.stored.keys()) - rows.keys()
        if new or gone:
            index_file.save(self.folder, new, gone)
        runs = [row.summary for row in rows.values() if row.summary]
        self.rows = rows
        self.changing = {name for name, row in rows.items() if row.may_change()}
        self.ordered = tuple(sorted(runs, key=lambda run: run.created, reverse=True))


def _text(known: RunSummary) -> str:
    """What is stored of a summary without errors."""
    return json.dumps(known[2:-1])


def _restore(folder: Path, text: str) -> RunSummary:
    run_id, *others = json.loads(text)
    return RunSummary(Run(folder, run_id), folder.name, run_id, *others, ())


def _is_saved(known: RunSummary) -> bool:
    """Whether its state is that of its files, and not one that could not be written."""
    return known.run not in runs_with_unsaved_status()


def _list(folder: Path) -> list[tuple[str, list]]:
    """(name, version) of each entry of a folder of runs that may be one."""
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if run_name.is_valid(entry.name):
                found.append((entry.name, _version(entry)))
    return found


def _version(path: Path | os.DirEntry) -> list[int]:
    """See `atomic_files.version`; empty where there is no such file, or none that can be read."""
    try:
        return list(atomic_files.version(path))
    except OSError:
        return []


def _is_settled(versions: list) -> bool:
    """Whether what changes from now on will have another version."""
    latest = max((max(version[:2]) for version in versions if version), default=0)
    return time.time_ns() - latest > TIME_RESOLUTION


def _stamp(versions: list) -> str:
    return json.dumps([_program(), versions])


@functools.cache
def _program() -> int:
    """Another number for another version of the program, which may tell something else of runs."""
    sources = sorted(paths.PACKAGE.rglob("*.py"))
    return zlib.crc32(b"".join(source.read_bytes() for source in sources))


_folders: OrderedDict[Path, _FolderIndex] = OrderedDict()  # the last used at the end
_lock = threading.Lock()


def _folder_index(folder: Path) -> _FolderIndex:
    with _lock:
        if folder not in _folders:
            _folders[folder] = _FolderIndex(folder)
        _folders.move_to_end(folder)
        while len(_folders) > MAX_FOLDERS:
            _folders.popitem(last=False)
        return _folders[folder]
