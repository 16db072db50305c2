"""Atomic writes: a crash at any moment leaves the old file or the new one, whole.

And what a reader needs: a file's version, by which it knows that it has changed since, and content
that has an end.
"""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replace(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` to write to; it replaces `path` when the block ends.

    It keeps the suffix of `path`, because Keras goes by it. On an error nothing changes.
    """
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def version(path: Path) -> tuple[int, int, int, int]:
    """Differs between two states of a file, also where a copy took over the time of writing.

    Raises:
        OSError: there is no such file, or it can't be looked at.
    """
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_size


def read(path: Path, start: int = 0, most: int = -1) -> bytes:
    """The content of a file, from a byte offset on; at most so many bytes, -1 for all.

    Raises:
        OSError: there is no such file, or something that has no end or never answers: a link to
            /dev/zero, a pipe.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "Not a file", str(path))
    with path.open("rb") as file:
        file.seek(start)
        return file.read(most)


def write(path: Path, data: bytes | str) -> None:
    """Write `data` to `path`, whole or not at all; text as UTF-8."""
    with replace(path) as part:
        part.write_bytes(data.encode() if isinstance(data, str) else data)
