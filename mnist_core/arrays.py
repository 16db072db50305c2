"""NumPy's .npz files read with distrust: what is inside is checked before it is read.

An .npz is a zip of arrays. A stranger's may hold pickled objects (code that runs when they are
read), or a few kilobytes that claim to be many gigabytes.
"""

import math
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

HEADER_BYTES = 4096  # an .npy header is about 128 bytes; room for what others write
FAULTS = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error)
FAULTS += (zipfile.BadZipFile, SyntaxError, RecursionError, MemoryError, OverflowError)


class Form(NamedTuple):
    """What an array must be: its shape and its NumPy dtype, "uint8" or "float32"."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self):
        return f"{self.dtype} {self.shape}"


def read(source: Path | BinaryIO, forms: dict[str, Form]) -> dict[str, np.ndarray]:
    """The named arrays of an .npz file, read-only, exactly of the forms asked for.

    Members that nobody asked for are left unread.

    Raises:
        ValueError: one sentence, without the file's name: what was expected and what came.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return {name: _array(archive, name, form) for name, form in forms.items()}
    except _RefusalError as refusal:
        raise ValueError(str(refusal)) from None
    except FAULTS as fault:
        raise ValueError(f"it must be a whole .npz file, and can't be read: {fault}") from None


class _RefusalError(Exception):
    """Found by us, in our words; apart from what zipfile and NumPy raise."""


def _array(archive: zipfile.ZipFile, name: str, form: Form) -> np.ndarray:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise _RefusalError(f"it must hold an array {name!r}, and doesn't") from None
    dtype = np.dtype(form.dtype)
    size = math.prod(form.shape) * dtype.itemsize
    if member.file_size > size + HEADER_BYTES:
        raise _RefusalError(f"{name} must be {form}, and would unpack to {member.file_size} bytes")
    with archive.open(member) as file:
        _check_header(file, name, form)
        data = file.read(size + 1)  # reading past the end is what checks the zip's own checksum
    if len(data) != size:
        raise _RefusalError(f"{name} must hold {size} bytes, and holds {len(data)}")
    return np.frombuffer(data, dtype).reshape(form.shape)


def _check_header(file: BinaryIO, name: str, form: Form) -> None:
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise _RefusalError(f"{name} must be in .npy format 1.0 or 2.0, and is in {version}")
    shape, columns_first, dtype = readers[version](file, max_header_size=HEADER_BYTES)
    if dtype.hasobject:
        raise _RefusalError(f"{name} must be {form}, and holds pickled objects")
    if (shape, dtype) != (form.shape, np.dtype(form.dtype)):
        raise _RefusalError(f"{name} must be {form}, and is {dtype} {shape}")
    if columns_first and len(shape) > 1:
        raise _RefusalError(f"{name} must be stored row by row, and is stored column by column")
