"""The index of runs in a file of this machine's own cache, which several servers may share.

A row for each run folder: a stamp, by which one sees whether the row still holds, and a text.
All of it can be made anew from the folders. So a damaged file is replaced, and where the file can't
be read or written, the rows are just not remembered. SQLite's locks need a disk of this machine,
and are held only while rows that are at hand are read or written.
"""

import contextlib
import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import platformdirs

from mnist_core.system import settings

FILE = "runs-1.sqlite3"  # another number for other columns: versions may share the folder
TIMEOUT = 1.0  # seconds to wait for another process that writes
TABLE = (
    "CREATE TABLE IF NOT EXISTS runs (folder BLOB, name TEXT, stamp TEXT, text TEXT,"
    " PRIMARY KEY (folder, name)) WITHOUT ROWID"
)
Result = TypeVar("Result")
log = logging.getLogger(__name__)
_warned: set[str] = set()  # what was logged already: every page would meet it again


class StoredRow(NamedTuple):
    """What is remembered of a run folder."""

    stamp: str
    text: str


def path() -> Path:
    """The file, which need not exist: in `MNIST_CORE_CACHE`, or the user's cache folder."""
    folder = os.environ.get(settings.CACHE.name)
    cache = Path(folder) if folder else platformdirs.user_cache_path("mnist_core", appauthor=False)
    return cache / FILE


def load(runs_folder: Path) -> dict[str, StoredRow]:
    """The rows of a folder of runs, by the names of the run folders; empty if none can be read."""
    query = "SELECT name, stamp, text FROM runs WHERE folder = ?"
    rows = _attempt(lambda database: database.execute(query, [_key(runs_folder)]).fetchall()) or []
    return {name: StoredRow(stamp, text) for name, stamp, text in rows}


def save(runs_folder: Path, rows: dict[str, StoredRow], gone: Iterable[str] = ()) -> None:
    """Remember these rows of a folder of runs, and forget those of the names in `gone`."""
    folder = _key(runs_folder)

    def write(database):
        with database:  # one transaction
            database.executemany(
                "DELETE FROM runs WHERE folder = ? AND name = ?", [(folder, name) for name in gone]
            )
            database.executemany(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)",
                [(folder, name, *row) for name, row in rows.items()],
            )

    _attempt(write)


def _key(runs_folder: Path) -> bytes:
    return os.fsencode(runs_folder.absolute())


def _attempt(action: Callable[[sqlite3.Connection], Result]) -> Result | None:
    """What the action returns; None where the file can't be used."""
    for _ in range(2):
        try:
            with contextlib.closing(_connect()) as database:
                return action(database)
        except (sqlite3.OperationalError, OSError) as error:  # locked, read-only, a full disk
            return _warn(error)
        except sqlite3.DatabaseError as error:
            _warn(error)
            _remove()
    return None


def _connect() -> sqlite3.Connection:
    file = path()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # runs' names are private
    if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
        _remove()  # a pipe, say, for which SQLite would wait
    database = sqlite3.connect(file, timeout=TIMEOUT)
    try:
        database.execute("PRAGMA synchronous = OFF")  # after a power cut it is made anew
        database.execute(TABLE)
    except BaseException:
        database.close()
        raise
    return database


def _remove() -> None:
    """Remove a damaged file; a process that has it open goes on with a file of its own."""
    for suffix in ("", "-journal"):
        with contextlib.suppress(OSError):
            path().with_name(FILE + suffix).unlink()


def _warn(error: Exception) -> None:
    if str(error) not in _warned:
        _warned.add(str(error))
        log.warning("The index of runs can't be kept in %s: %s", path(), error)
