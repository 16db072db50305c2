"""NumPy's .npz files read with distrust: each array is checked before it is loaded.

An .npz is a zip of arrays. A stranger's may hold pickled objects (code that runs when they are
read), or a few kilobytes that claim to be many gigabytes: `numpy.load` refuses only the first.
"""

import collections
import math
import zipfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

HEADER_BYTES = 4096  # an .npy header is about 128 bytes; room for what others write
HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class ArraySpec(NamedTuple):
    """What an array must be: its shape and its NumPy dtype, "uint8" or "float32"."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self):
        return f"{self.dtype} {self.shape}"


class RejectedFileError(Exception):
    """A stranger's file is refused, in our words; apart from what zipfile, NumPy or HDF5 raise."""


def read(
    source: Path | BinaryIO, specs: dict[str, ArraySpec], *, only: bool = False
) -> dict[str, np.ndarray]:
    """The named arrays of an .npz file, read-only, exactly as specified.

    Members that nobody asked for are left unread.

    Args:
        only: refuse a file with any other member, or with two of a name.

    Raises:
        ValueError: one sentence, without the file's name: what was expected and what came.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            arrays = {name: _load(archive, name, spec) for name, spec in specs.items()}
            members = collections.Counter(archive.namelist())
    except RejectedFileError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # zipfile and NumPy raise anything for a broken file
        raise ValueError(f"it must be a whole .npz file, and {short_reason(error)}") from None
    others = members - collections.Counter(f"{name}.npy" for name in specs)
    if only and others:
        raise ValueError(f"it must hold nothing else, and holds {ascii(min(others))[:100]}")
    return arrays


def short_reason(error: Exception) -> str:
    """Why a zip or an array in it can't be read, in one line."""
    return f"can't be read: {' '.join(str(error).split())[:200] or type(error).__name__}"


def _load(archive: zipfile.ZipFile, name: str, spec: ArraySpec) -> np.ndarray:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise RejectedFileError(f"it must hold an array {name!r}, and doesn't") from None
    size = math.prod(spec.shape) * np.dtype(spec.dtype).itemsize
    if member.file_size > size + HEADER_BYTES:  # zipfile unpacks no more than this
        raise RejectedFileError(
            f"{name} must be {spec}, and would unpack to {member.file_size} bytes"
        )
    with archive.open(member) as file:
        _check_header(file, name, spec)
        received = member.file_size - file.tell()
        if received != size:  # and so the zip's own checksum, known at the end, is compared
            raise RejectedFileError(f"{name} must hold {size} bytes, and holds {received}")
        file.seek(0)
        array = np.load(file, allow_pickle=False)
    array.setflags(write=False)
    return array


def _check_header(file: BinaryIO, name: str, spec: ArraySpec) -> None:
    version = np.lib.format.read_magic(file)
    if version not in HEADER_READERS:
        raise RejectedFileError(f"{name} must be in .npy format 1.0 or 2.0, and is in {version}")
    shape, columns_first, dtype = HEADER_READERS[version](file, max_header_size=HEADER_BYTES)
    if dtype.hasobject:
        raise RejectedFileError(f"{name} must be {spec}, and holds pickled objects")
    if (shape, dtype) != (spec.shape, np.dtype(spec.dtype)):
        raise RejectedFileError(f"{name} must be {spec}, and is {dtype} {shape}")
    if columns_first and len(shape) > 1:
        raise RejectedFileError(f"{name} must be stored row by row, and is stored column by column")
