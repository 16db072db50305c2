"""A .keras file of weights, looked through before Keras reads it.

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
    except RejectedFileError as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as fault:  # h5py and Keras raise anything for a damaged file
        raise ValueError(" ".join(str(fault).split())) from None


def _check(path: Path, most: int) -> None:
    """Refuse a file that would have Keras open others, or read more than `most` bytes."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if names.count(WEIGHTS) != 1:
            raise RejectedFileError(
                f"It must hold one {WEIGHTS}, and holds {names.count(WEIGHTS)}."
            )
        size = archive.getinfo(WEIGHTS).file_size
        if size > most:
            raise RejectedFileError(
                f"Its weights must be at most {most:,} bytes, and are {size:,}."
            )
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as file:
            _check_arrays(file, most)


def _check_arrays(file: h5py.File, most: int) -> None:
    total, things, groups = 0, 0, [("", file)]
    while groups:
        where, group = groups.pop()
        for name in group:
            things += 1
            place = f"{where}/{name}"[-100:]
            if things > MAX_OBJECTS:  # also where a group holds itself
                raise RejectedFileError(f"It must hold at most {MAX_OBJECTS:,} arrays and groups.")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise RejectedFileError(f"{place} must be in the file, and is a link.")
            thing = group[name]
            if isinstance(thing, h5py.Group):
                groups.append((place, thing))
                continue
            total += _bytes(place, thing)
            if total > most:
                raise RejectedFileError(f"Its arrays must be at most {most:,} bytes, and are more.")


def _bytes(place: str, thing) -> int:
    """How much memory an array takes, if it is one of numbers, and in this file."""
    if not isinstance(thing, h5py.Dataset) or thing.dtype.kind not in "fiu":
        raise RejectedFileError(f"{place} must be an array of numbers, and isn't.")
    if thing.external or thing.is_virtual:
        raise RejectedFileError(f"{place} must be in the file, and is in another.")
    if thing.shape is None:
        raise RejectedFileError(f"{place} must have a shape, and has none.")
    unpacked = max(math.prod(thing.shape), math.prod(thing.chunks or (0,)))
    return unpacked * thing.dtype.itemsize
