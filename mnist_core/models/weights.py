"""A .keras file of weights, checked before Keras reads it.

Such a file is a zip; its weights are HDF5, which can point to other files and can claim, in a few
kilobytes, to hold gigabytes. Keras reads 15 GB to find that a shape is wrong. Its network's
description (config.json), which can name code to run, is never read here at all.
"""

import math
import zipfile
from pathlib import Path

import h5py

from mnist_core.system.npz_files import RejectedFileError

WEIGHTS = "model.weights.h5"  # in the zip. Source: keras/src/saving/saving_lib.py, keras 3.15
MAX_OBJECTS = 2000  # groups and arrays; of the largest network here Keras makes about 300
OPTIMIZER_FACTOR = 4  # the weights, and what an optimizer keeps of each: Adam two more
HDF5_OVERHEAD = 1 << 20  # bytes, for what else HDF5 and an optimizer need


def load_weights(model, path: Path) -> None:
    """Put the weights of a .keras file into a Keras model; nothing else of the file is used.

    Raises:
        ValueError: one sentence, without the file's name; the model may hold some of its weights.
    """
    try:
        _check(path, OPTIMIZER_FACTOR * 4 * model.count_params() + HDF5_OVERHEAD)
        model.load_weights(path)
    except RejectedFileError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # h5py and Keras raise anything for a damaged file
        raise ValueError(" ".join(str(error).split())) from None


def _check(path: Path, max_bytes: int) -> None:
    """Refuse a file that would have Keras open others, or read more than `max_bytes`."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if names.count(WEIGHTS) != 1:
            raise RejectedFileError(
                f"It must hold one {WEIGHTS}, and holds {names.count(WEIGHTS)}."
            )
        size = archive.getinfo(WEIGHTS).file_size
        if size > max_bytes:
            raise RejectedFileError(
                f"Its weights must be at most {max_bytes:,} bytes, and are {size:,}."
            )
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as file:
            _check_arrays(file, max_bytes)


def _check_arrays(file: h5py.File, max_bytes: int) -> None:
    total, objects, groups = 0, 0, [("", file)]
    while groups:
        parent, group = groups.pop()
        for name in group:
            objects += 1
            path = f"{parent}/{name}"[-100:]
            if objects > MAX_OBJECTS:  # also where a group holds itself
                raise RejectedFileError(f"It must hold at most {MAX_OBJECTS:,} arrays and groups.")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise RejectedFileError(f"{path} must be in the file, and is a link.")
            member = group[name]
            if isinstance(member, h5py.Group):
                groups.append((path, member))
                continue
            total += _unpacked_bytes(path, member)
            if total > max_bytes:
                raise RejectedFileError(
                    f"Its arrays must be at most {max_bytes:,} bytes, and are more."
                )


def _unpacked_bytes(path: str, array) -> int:
    """How much memory an array takes, if it is one of numbers, and in this file."""
    if not isinstance(array, h5py.Dataset) or array.dtype.kind not in "fiu":
        raise RejectedFileError(f"{path} must be an array of numbers, and isn't.")
    if array.external or array.is_virtual:
        raise RejectedFileError(f"{path} must be in the file, and is in another.")
    if array.shape is None:
        raise RejectedFileError(f"{path} must have a shape, and has none.")
    unpacked = max(math.prod(array.shape), math.prod(array.chunks or (0,)))
    return unpacked * array.dtype.itemsize
