"""A .keras file of weights, checked before it is read, with Keras or without.

Such a file is a zip; its weights are HDF5, which can point to other files and can claim, in a few
kilobytes, to hold gigabytes. Keras reads 15 GB to find that a shape is wrong. Its network's
description (config.json), which can name code to run, is never read here at all.
"""

import contextlib
import math
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.schema import Network
from mnist_core.network import summary
from mnist_core.system.npz_files import RejectedFileError

WEIGHTS = "model.weights.h5"  # in the zip. Source: keras/src/saving/saving_lib.py, keras 3.15
GROUPS = {
    "Conv2D": "conv2d",
    "BatchNormalization": "batch_normalization",
    "Dense": "dense",
}
MAX_OBJECTS = 2000  # groups and arrays; of the largest network here Keras makes about 300
OPTIMIZER_FACTOR = 4  # the weights, and what an optimizer keeps of each: Adam two more
HDF5_OVERHEAD = 1 << 20  # bytes, for what else HDF5 and an optimizer need


def load_weights(model, path: Path) -> None:
    """Put the weights of a .keras file into a Keras model, and what its optimizer keeps of them.

    Raises:
        ValueError: one sentence, without the file's name; the model may hold some of its weights.
    """
    with _one_sentence(), _open(path, model.count_params()):
        model.load_weights(path)


def read(network: Network, path: Path) -> dict[str, np.ndarray]:
    """The weights in a .keras file, without Keras; those of `summary.weight_shapes(network)`.

    Raises:
        ValueError: one sentence, without the file's name.
    """
    with _one_sentence(), _open(path, summary.parameter_count(network)) as file:
        names = _names_in_file(network)
        return {
            name: _array(file, names[name], shape)
            for name, shape in summary.weight_shapes(network).items()
        }


def _names_in_file(network: Network) -> dict[str, str]:
    """ "layer.weight" -> where Keras puts it: by the layer's class and its place among those.

    Source: keras/src/saving/saving_lib.py (_save_container_state), keras 3.15.
    """
    names, counts = {}, Counter()
    weights = summary.by_layer(summary.weight_shapes(network))
    for layer in plan_layers(network):
        group = GROUPS.get(layer.kind)
        for number, name in enumerate(weights.get(layer.name, ())):
            place = f"{group}_{counts[group]}" if counts[group] else group
            names[name] = f"layers/{place}/vars/{number}"
        counts[group] += 1
    return names


def _array(file: h5py.File, name: str, shape: tuple[int, ...]) -> np.ndarray:
    array = file.get(name)
    if not isinstance(array, h5py.Dataset):
        raise RejectedFileError(f"it must hold {name}, an array of numbers, and doesn't.")
    if array.shape != shape:
        raise RejectedFileError(f"{name} must have the shape {shape}, and has {array.shape}.")
    return array[()].astype(np.float32)


@contextlib.contextmanager
def _one_sentence():
    """Whatever h5py and Keras raise for a damaged file, as a ValueError."""
    try:
        yield
    except RejectedFileError as error:
        raise ValueError(str(error)) from None
    except Exception as error:
        raise ValueError(" ".join(str(error).split())) from None


@contextlib.contextmanager
def _open(path: Path, parameters: int) -> Iterator[h5py.File]:
    """The HDF5 file in it, unless it would have its reader open others, or read too much."""
    max_bytes = OPTIMIZER_FACTOR * 4 * parameters + HDF5_OVERHEAD
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if names.count(WEIGHTS) != 1:
            raise RejectedFileError(
                f"it must hold one {WEIGHTS}, and holds {names.count(WEIGHTS)}."
            )
        size = archive.getinfo(WEIGHTS).file_size
        if size > max_bytes:
            raise RejectedFileError(
                f"its weights must be at most {max_bytes:,} bytes, and are {size:,}."
            )
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as file:
            _check_arrays(file, max_bytes)
            yield file


def _check_arrays(file: h5py.File, max_bytes: int) -> None:
    total, objects, groups = 0, 0, [("", file)]
    while groups:
        parent, group = groups.pop()
        for name in group:
            objects += 1
            path = f"{parent}/{name}"[-100:]
            if objects > MAX_OBJECTS:  # also where a group holds itself
                raise RejectedFileError(f"it must hold at most {MAX_OBJECTS:,} arrays and groups.")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise RejectedFileError(f"{path} must be in the file, and is a link.")
            member = group[name]
            if isinstance(member, h5py.Group):
                groups.append((path, member))
                continue
            total += _unpacked_bytes(path, member)
            if total > max_bytes:
                raise RejectedFileError(
                    f"its arrays must be at most {max_bytes:,} bytes, and are more."
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
