"""A person's own drawings, kept because they asked for it: one stroke file in their folder.

    HOME/drawings.jsonl                  on a server for one user
    HOME/people/USER_ID/drawings.jsonl   on a server for many, for each user

A line is one of any stroke file (see `strokes.files`), with when the drawing was kept and what
which model had read on it. Nobody else's program reads it, and no run keeps a copy.
"""

import io
import json
import re
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock

from mnist_core.strokes import files
from mnist_core.strokes.files import Drawing
from mnist_core.system import atomic_files, users

MAX_DRAWINGS = 1000  # of one person; a run learns from three of each digit or so
MAX_BYTES = 20 << 20  # of their file; a drawing by mouse or finger takes about 1 kB
LOCK_TIMEOUT = 10.0  # seconds: under the lock a file is read and written, no more
MAX_TEXT = 60  # characters of a model's name, and of what it read
DECIMALS = 1  # of a pixel: no pen on a canvas is more exact
ID = re.compile(r"[0-9a-f]{16}")


class DrawingStoreError(ValueError):
    """Drawings can't be kept or found; the message says why, and what to do."""


class KeptDrawing(NamedTuple):
    """A drawing that its person kept."""

    id: str  # 16 hexadecimal digits
    drawing: Drawing
    time: float  # unix time at which it was kept; 0: not known
    model: str  # the name of the model that read it; may be empty
    read_as: str  # what that read; may be empty


class KeptDrawings(NamedTuple):
    """All that a person kept, the oldest first."""

    drawings: tuple[KeptDrawing, ...]
    damaged: int  # lines that can't be read

    def sentence(self) -> str:
        """What is to be said of damaged lines; empty where there are none."""
        if not self.damaged:
            return ""
        lines = "A line" if self.damaged == 1 else f"{self.damaged} lines"
        return f"{lines} of your drawings can't be read; the others are all here."


def load() -> KeptDrawings:
    """The current user's drawings; a damaged line costs that drawing alone.

    Raises:
        OSError: the file is there and can't be read.
    """
    return _parsed(_lines())


def keep(
    label: int, strokes: Sequence[np.ndarray], model: str = "", read_as: str = ""
) -> KeptDrawing:
    """Add a drawing of the current user.

    Args:
        label: 0 to 9, the digit that it is.
        strokes: (k, 2) each, in any unit, y down.
        model: the name of the model that read it.
        read_as: what that read.

    Raises:
        DrawingStoreError: there are as many as may be kept.
        ValueError: the drawing isn't one; says what was expected and what came.
        OSError: the file can't be written.
    """
    plain = {"label": label, "strokes": [np.round(s, DECIMALS).tolist() for s in strokes]}
    plain |= {"id": secrets.token_hex(8), "time": time.time()}
    plain |= {"model": model[:MAX_TEXT], "read": read_as[:MAX_TEXT]}
    line = json.dumps(plain)
    kept = _parse("The drawing", line)
    _append([line])
    return kept


def delete(ids: Collection[str]) -> int:
    """Delete the drawings with these ids; returns how many there were.

    Raises:
        OSError: the file can't be written.
    """
    with _lock():
        lines = _lines()
        left = [line for line in lines if _id_in(line) not in ids]
        _write(left)
    return len(lines) - len(left)


def delete_all() -> None:
    """Delete all drawings of the current user, damaged lines too.

    Raises:
        OSError: the file can't be deleted.
    """
    with _lock():
        _path().unlink(missing_ok=True)


def export_bytes() -> bytes:
    """The current user's drawings as a stroke file, without the damaged lines."""
    return "".join(f"{line}\n" for line in _lines() if _parsed([line]).drawings).encode()


def import_bytes(data: bytes, name: str) -> int:
    """Add the drawings of a stroke file, all or none; returns how many are new.

    One that is here already, as an export brings it back, is not added again.

    Args:
        name: what errors call the file.

    Raises:
        ValueError: it isn't a stroke file; names the line, what was expected and what came.
        DrawingStoreError: more would be kept than may be.
        OSError: they can't be written.
    """
    files.parse_drawings(data, name)
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    return _append([_with_id(json.loads(line)) for line in text if line.strip()])


def _append(lines: Sequence[str]) -> int:
    with _lock():
        old = _lines()
        known = {_id_in(line) for line in old}
        new = list({_id_in(line): line for line in lines if _id_in(line) not in known}.values())
        if len(old) + len(new) > MAX_DRAWINGS:
            raise DrawingStoreError(
                f"At most {MAX_DRAWINGS:,} of your drawings are kept, and there are {len(old):,}:"
                " delete some first."
            )
        _write([*old, *new])
    return len(new)


def _write(lines: Iterable[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    if len(data) > MAX_BYTES:
        raise DrawingStoreError(
            f"Your drawings may take {MAX_BYTES >> 20} MB in all: delete some first."
        )
    atomic_files.write(_path(), data)


def _path() -> Path:
    return users.user_folder(users.current_user()) / "drawings.jsonl"


def _lock() -> FileLock:
    path = _path().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path, timeout=LOCK_TIMEOUT)


def _lines() -> list[str]:
    """Those of the file that hold something, however damaged."""
    try:
        data = atomic_files.read(_path(), most=2 * MAX_BYTES)
    except FileNotFoundError:
        return []
    lines = data.decode(errors="replace").split("\n")
    return [line for line in lines if line.strip()]


def _parsed(lines: Iterable[str]) -> KeptDrawings:
    drawings, damaged = [], 0
    for number, line in enumerate(lines, start=1):
        try:
            drawings.append(_parse(f"drawings.jsonl, line {number}", line))
        except ValueError:
            damaged += 1
    return KeptDrawings(tuple(drawings), damaged)


def _parse(where: str, line: str) -> KeptDrawing:
    drawing = files.parse_line(where, line)
    plain = json.loads(line)
    when = plain.get("time")
    when = float(when) if type(when) in (int, float) and 0 <= when < 1e11 else 0.0
    texts = (_text(plain.get(field)) for field in ("model", "read"))
    if not _id_in(line):
        raise ValueError(f"{where} must have an id of 16 hexadecimal digits.")
    return KeptDrawing(plain["id"], drawing, when, *texts)


def _text(value) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) and value.isprintable() else ""


def _id_in(line: str) -> str:
    """The id on a line; empty where it has none, or is no drawing."""
    try:
        plain = json.loads(line)
        found = plain.get("id")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return found if isinstance(found, str) and ID.fullmatch(found) else ""


def _with_id(plain: dict) -> str:
    """A line of any stroke file as one that is kept, with the fields that are known here."""
    found = plain.get("id")
    if not (isinstance(found, str) and ID.fullmatch(found)):
        plain["id"] = secrets.token_hex(8)
    known = ("label", "writer", "strokes", "id", "time", "model", "read")
    return json.dumps({field: plain[field] for field in known if field in plain})
