"""A person's own drawings, kept because they asked for it: two stroke files in their folder.

    HOME/drawings.jsonl, test_drawings.jsonl     on a server for one user
    HOME/people/USER_ID/drawings.jsonl, ...      on a server for many, for each user

Models learn from the first and are tested on the second: no drawing is in both. A line is one of
any stroke file (see `strokes.files`), with when the drawing was kept and what which model had read
on it. Nobody else's program reads it, and no run keeps a copy.
"""

import io
import json
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from mnist_core.strokes import files
from mnist_core.strokes.stored_drawing import (
    MAX_TEXT,
    KeptDrawing,
    KeptDrawings,
    field,
    id_in,
    parse,
    parse_all,
    with_id,
)
from mnist_core.system import atomic_files, users

TO_LEARN, TO_TEST = "drawings.jsonl", "test_drawings.jsonl"  # the names of the files
IN_THE_OTHER = {
    TO_LEARN: "This drawing is in your test set, and nothing is learned from that: draw it anew.",
    TO_TEST: "This drawing is one to learn from, so it can't be in your test set: draw it anew.",
}
MAX_DRAWINGS = 1000  # of one person in a file; a run learns from three of each digit or so
MAX_BYTES = 20 << 20  # of their file; a drawing by mouse or finger takes about 1 kB
LOCK_TIMEOUT = 10.0  # seconds: under the lock a file is read and written, no more
DECIMALS = 1  # of a pixel: no pen on a canvas is more exact


class DrawingStoreError(ValueError):
    """Drawings can't be kept or found; the message says why, and what to do."""


def load(file: str = TO_LEARN) -> KeptDrawings:
    """The current user's drawings; a damaged line costs that drawing alone.

    Args:
        file: TO_LEARN or TO_TEST, here and below.

    Raises:
        OSError: the file is there and can't be read.
    """
    return parse_all(_lines(file))


def keep(
    label: int | None,
    strokes: Sequence[np.ndarray],
    model: str = "",
    read_as: str = "",
    file: str = TO_LEARN,
) -> KeptDrawing:
    """Add a drawing of the current user.

    Args:
        label: 0 to 9, the digit that it is; None: it is no digit.
        strokes: (k, 2) each, in any unit, y down.
        model: the name of the model that read it.
        read_as: what that read.

    Raises:
        DrawingStoreError: there are as many as may be kept, or it is in the other file.
        ValueError: the drawing isn't one; says what was expected and what came.
        OSError: the file can't be written.
    """
    plain = {"label": label, "strokes": [np.round(s, DECIMALS).tolist() for s in strokes]}
    plain |= {"id": secrets.token_hex(8), "time": time.time()}
    plain |= {"model": model[:MAX_TEXT], "read": read_as[:MAX_TEXT]}
    line = json.dumps(plain)
    kept = parse("The drawing", line)
    if not _append([line], file):
        raise DrawingStoreError(IN_THE_OTHER[file])
    return kept


def delete(ids: Collection[str], file: str = TO_LEARN) -> int:
    """Delete the drawings with these ids; returns how many there were.

    Raises:
        OSError: the file can't be written.
    """
    with _lock():
        lines = _lines(file)
        left = [line for line in lines if id_in(line) not in ids]
        _write(left, file)
    return len(lines) - len(left)


def delete_all(file: str = TO_LEARN) -> None:
    """Delete all drawings of the current user in a file, damaged lines too.

    Raises:
        OSError: the file can't be deleted.
    """
    with _lock():
        _path(file).unlink(missing_ok=True)


def export_bytes(file: str = TO_LEARN) -> bytes:
    """The current user's drawings as a stroke file, without the damaged lines."""
    return "".join(f"{line}\n" for line in _lines(file) if parse_all([line]).drawings).encode()


def import_bytes(data: bytes, name: str, file: str = TO_LEARN) -> int:
    """Add the drawings of a stroke file, all or none; returns how many are new.

    One that is here already, as an export brings it back, is not added again, and none that is in
    the other file.

    Args:
        name: what errors call the file.

    Raises:
        ValueError: it isn't a stroke file; names the line, what was expected and what came.
        DrawingStoreError: more would be kept than may be.
        OSError: they can't be written.
    """
    files.parse_drawings(data, name, with_non_digits=True)
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    return _append([with_id(json.loads(line)) for line in text if line.strip()], file)


def _append(lines: Sequence[str], file: str) -> int:
    with _lock():
        old, others = _lines(file), _lines(TO_TEST if file == TO_LEARN else TO_LEARN)
        known = {id_in(line) for line in old}
        elsewhere = {field(line, "strokes") for line in others} - {""}
        known |= {id_in(line) for line in lines if field(line, "strokes") in elsewhere}
        new = list({id_in(line): line for line in lines if id_in(line) not in known}.values())
        if new and len(old) + len(new) > MAX_DRAWINGS:
            raise DrawingStoreError(
                f"At most {MAX_DRAWINGS:,} of your drawings are kept, and there are {len(old):,}:"
                " delete some first."
            )
        _write([*old, *new], file)
    return len(new)


def _write(lines: Iterable[str], file: str) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    if len(data) > MAX_BYTES:
        raise DrawingStoreError(
            f"Your drawings may take {MAX_BYTES >> 20} MB in all: delete some first."
        )
    atomic_files.write(_path(file), data)


def _path(file: str) -> Path:
    return users.user_folder(users.current_user()) / file


def _lock() -> FileLock:
    """One for both files."""
    path = _path(TO_LEARN).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path, timeout=LOCK_TIMEOUT)


def _lines(file: str) -> list[str]:
    """Those of the file that hold something, however damaged."""
    try:
        data = atomic_files.read(_path(file), most=2 * MAX_BYTES)
    except FileNotFoundError:
        return []
    lines = data.decode(errors="replace").split("\n")
    return [line for line in lines if line.strip()]
