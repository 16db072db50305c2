"""What a run is known by: an id that it keeps when it is renamed, and that no other run gets."""

import hashlib
import json
import re
import secrets
from pathlib import Path

from mnist_core.system import atomic_files

FILE = "id"
ID = re.compile(rb"[0-9a-f]{16}")


def write(folder: Path) -> None:
    """Give the run in a folder a new id."""
    atomic_files.write(folder / FILE, secrets.token_hex(8))


def keep(folder: Path) -> None:
    """Have the run in a folder keep its id when it is renamed."""
    if not _written(folder):
        atomic_files.write(folder / FILE, _derived(folder))


def read(folder: Path) -> str:
    """The id of the run in a folder; empty if there is no folder."""
    try:
        return _read(folder)
    except OSError:
        return ""


def _read(folder: Path) -> str:
    return _written(folder) or _derived(folder)


def _written(folder: Path) -> str:
    try:
        with (folder / FILE).open("rb") as file:
            text = file.read(17)
    except FileNotFoundError:
        if not folder.is_dir():
            raise
        return ""
    return text.decode() if ID.fullmatch(text) else ""


def _derived(folder: Path) -> str:
    """That of a run of an earlier version, which has none: from its name, and when it was made."""
    try:
        created = json.loads(atomic_files.read(folder / "status.json"))["created"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        created = None
    return hashlib.sha256(f"{folder.name} {created}".encode()).hexdigest()[:16]


def is_in(folder: Path, run_id: str) -> bool:
    """Whether the run of this id is in a folder. One that can't be read now counts as unchanged."""
    try:
        return _read(folder) == run_id
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # too many open files, or a share that doesn't answer
        return True


def find(runs_folder: Path, run_id: str) -> Path | None:
    """The folder of the run of this id, among those in a folder of runs."""
    folders = runs_folder.iterdir() if runs_folder.is_dir() else ()
    candidates = (folder for folder in folders if not folder.name.startswith("."))
    return next((folder for folder in candidates if read(folder) == run_id), None)
