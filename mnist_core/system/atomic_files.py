"""Files that are whole: a crash at any moment leaves the old one or the new one."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replace(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to, which takes the place of `path` once it is complete.

    The name keeps the ending of `path`, because Keras goes by it. On an error nothing changes.
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


def write(path: Path, data: bytes | str) -> None:
    """Put `data` into `path`, whole or not at all."""
    with replace(path) as place:
        place.write_bytes(data.encode() if isinstance(data, str) else data)
