"""The weights in a bundle: safetensors, or the .npz that earlier versions wrote.

Neither can hold code as it is read here. Names, shapes and dtypes must be the network's before
any value is read.
"""

import io

import numpy as np
import safetensors.numpy

from mnist_core.config.schema import Network
from mnist_core.network import summary
from mnist_core.network.inference import Weights
from mnist_core.system import npz_files
from mnist_core.system.npz_files import ArraySpec, RejectedFileError

SAFETENSORS = "weights.safetensors"
NPZ = "weights.npz"
MAX_BYTES = 256 << 20  # 64 million parameters
# Of a safetensors file; the largest network takes about 10 kB. Without a limit, a header of 20 MB
# that names empty arrays takes five seconds to parse
HEADER_BYTES = 64 << 10


def to_bytes(weights: Weights) -> bytes:
    """Weights as a safetensors file."""
    return safetensors.numpy.save(dict(weights))


def specs(network: Network) -> dict[str, ArraySpec]:
    """Every array of weights of a network, in order: "layer.weight" -> its shape and dtype."""
    shapes = summary.weight_shapes(network)
    return {name: ArraySpec(shape, "float32") for name, shape in shapes.items()}


def max_bytes(network: Network) -> int:
    """The size over which a file can't be the weights of this network.

    Raises:
        RejectedFileError: the network is too large for a bundle.
    """
    count = summary.parameter_count(network)
    if 4 * count > MAX_BYTES:
        raise RejectedFileError(
            f"A bundle's network must have at most {MAX_BYTES // 4:,} parameters."
            f" Received: {count:,}"
        )
    npz_headers = len(specs(network)) * 2 * npz_files.HEADER_BYTES
    return min(MAX_BYTES, 4 * count + max(HEADER_BYTES, npz_headers))


def read(name: str, data: bytes, network: Network) -> dict[str, np.ndarray]:
    """The weights in a file, float32, exactly those of the network, all finite.

    Args:
        name: SAFETENSORS or NPZ.
        data: at most `max_bytes(network)`.

    Raises:
        RejectedFileError: one sentence that says what was expected and what came.
    """
    read_arrays = {SAFETENSORS: _read_safetensors, NPZ: _read_npz}[name]
    try:
        weights = read_arrays(data, specs(network))
    except ValueError as error:
        raise RejectedFileError(f"{name} does not fit the experiment: {error}.") from None
    for array_name, array in weights.items():
        if not np.isfinite(array).all():
            raise RejectedFileError(f"{name}: {array_name} must hold finite numbers, and doesn't.")
    return weights


def _read_npz(data, wanted) -> dict[str, np.ndarray]:
    return npz_files.read(io.BytesIO(data), wanted, only=True)


def _read_safetensors(data, wanted) -> dict[str, np.ndarray]:
    if int.from_bytes(data[:8], "little") > HEADER_BYTES:
        raise ValueError(f"its header must be at most {HEADER_BYTES:,} bytes, and is larger")
    try:
        tensors = dict(safetensors.deserialize(data))
    except safetensors.SafetensorError as error:
        reason = ascii(str(error))[1:-1][:200]
        raise ValueError(
            f"it must be a whole safetensors file, and can't be read: {reason}"
        ) from None
    for name, spec in wanted.items():
        if name not in tensors:
            raise ValueError(f"it must hold an array {name!r}, and doesn't")
        dtype, shape = tensors[name]["dtype"], tuple(tensors[name]["shape"])
        if (dtype, shape) != ("F32", spec.shape):
            raise ValueError(f"{name} must be {spec}, and is {dtype} {str(shape)[:100]}")
    others = sorted(tensors.keys() - wanted.keys())
    if others:
        raise ValueError(f"it must hold nothing else, and holds {ascii(others[0])[:100]}")
    return {
        name: np.frombuffer(tensors[name]["data"], "<f4").reshape(spec.shape)
        for name, spec in wanted.items()
    }
