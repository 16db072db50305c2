"""NumPy's .npz files read with distrust: what is inside is checked before it is read.

An .npz is a zip of arrays. A stranger's may hold pickled objects (code that runs when they are
read), or a few kilobytes that claim to be many gigabytes.
"""

import collections
import math
import zipfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

HEADER_BYTES = 4096  # an .npy header is about 128 bytes; room for what others write


class ArraySpec(NamedTuple):
    """What an array must be: its shape and its NumPy dtype, "uint8" or "float32"."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self):
        return f"{self.dtype} {self.shape}"


def read(
    source: Path | BinaryIO, forms: dict[str, ArraySpec], *, only: bool = False
) -> dict[str, np.ndarray]:
    """The named arrays of an .npz file, read-only, exactly of the forms asked for.

    Members that nobody asked for are left unread.

    Args:
        only: refuse a file with any other member, or with two of a name.

    Raises:
        ValueError: one sentence, without the file's name: what was expected and what came.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = {name: _member(archive, name, form) for name, form in forms.items()}
            for name, form in forms.items():  # all of them, before any is read
                with archive.open(members[name]) as file:
                    _check_header(file, name, form)
            if only:
                _has_only(archive, forms)
            return {n: _array(archive, members[n], n, form) for n, form in forms.items()}
    except RejectedFileError as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as fault:  # broken files make zipfile and NumPy fail in every way there is
        raise ValueError(f"it must be a whole .npz file, and {short_reason(fault)}") from None


def short_reason(fault: Exception) -> str:
    """Why a zip or an array in it can't be read, in one line."""
    return f"can't be read: {' '.join(str(fault).split())[:200] or type(fault).__name__}"


class RejectedFileError(Exception):
    """A stranger's file is refused, in our words; apart from what zipfile, NumPy or HDF5 raise."""


def _has_only(archive: zipfile.ZipFile, forms: dict[str, ArraySpec]) -> None:
    found = collections.Counter(archive.namelist())
    others = found - collections.Counter(f"{name}.npy" for name in forms)
    if others:
        raise RejectedFileError(f"it must hold nothing else, and holds {ascii(min(others))[:100]}")


def _member(archive: zipfile.ZipFile, name: str, form: ArraySpec) -> zipfile.ZipInfo:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise RejectedFileError(f"it must hold an array {name!r}, and doesn't") from None
    if member.file_size > _size(form) + HEADER_BYTES:
        raise RejectedFileError(
            f"{name} must be {form}, and would unpack to {member.file_size} bytes"
        )
    return member


def _size(form: ArraySpec) -> int:
    return math.prod(form.shape) * np.dtype(form.dtype).itemsize


def _array(archive, member: zipfile.ZipInfo, name: str, form: ArraySpec) -> np.ndarray:
    size = _size(form)
    with archive.open(member) as file:
        _check_header(file, name, form)
        data = file.read(size + 1)  # reading past the end is what checks the zip's own checksum
    if len(data) != size:
        raise RejectedFileError(f"{name} must hold {size} bytes, and holds {len(data)}")
    return np.frombuffer(data, form.dtype).reshape(form.shape)


def _check_header(file: BinaryIO, name: str, form: ArraySpec) -> None:
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise RejectedFileError(f"{name} must be in .npy format 1.0 or 2.0, and is in {version}")
    shape, columns_first, dtype = readers[version](file, max_header_size=HEADER_BYTES)
    if dtype.hasobject:
        raise RejectedFileError(f"{name} must be {form}, and holds pickled objects")
    if (shape, dtype) != (form.shape, np.dtype(form.dtype)):
        raise RejectedFileError(f"{name} must be {form}, and is {dtype} {shape}")
    if columns_first and len(shape) > 1:
        raise RejectedFileError(f"{name} must be stored row by row, and is stored column by column")
