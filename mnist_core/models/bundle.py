"""Our own file for a model that travels, and how one from a stranger is taken apart safely.

A bundle is a zip of experiment.json, card.json and weights.npz. No part of it can hold code; the
names, shapes and dtypes of its weights must be the experiment's before any of them is read.
"""

import io
import json
import stat
import zipfile

import numpy as np

from mnist_core.config import layer_shapes
from mnist_core.config.schema import Experiment, Network
from mnist_core.models import card as card_file
from mnist_core.network import summary
from mnist_core.system import npz_files
from mnist_core.system.npz_files import ArraySpec, RejectedFileError

MAX_TEXT_BYTES = 1 << 20  # bytes of experiment.json and of card.json
MAX_WEIGHT_BYTES = 256 << 20  # bytes: 64 million parameters
PARTS = {
    "experiment.json": MAX_TEXT_BYTES,
    "card.json": MAX_TEXT_BYTES,
    "weights.npz": MAX_WEIGHT_BYTES,
}


def pack(experiment: Experiment, card: dict, model) -> bytes:
    """A bundle of a model."""
    weights = io.BytesIO()
    np.savez(weights, **_weights(model))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("experiment.json", experiment.to_json())
        archive.writestr("card.json", json.dumps(card, indent=1))
        archive.writestr("weights.npz", weights.getvalue())
    return content.getvalue()


def _weights(model) -> dict[str, np.ndarray]:
    return {
        f"{layer.name}.{weight.name}": weight.numpy()
        for layer in model.layers
        for weight in layer.weights
    }


def weight_specs(wanted: Network) -> dict[str, ArraySpec]:
    """Every array of weights of a network, in order: "layer.weight" -> its form."""
    found, channels = {}, layer_shapes.IMAGE_SHAPE[-1]
    for layer in layer_shapes.plan_layers(wanted):
        for name, shape in _shapes(layer, channels).items():
            found[f"{layer.name}.{name}"] = ArraySpec(shape, "float32")
        channels = layer.output_shape[-1]
    return found


def _shapes(layer: layer_shapes.Layer, inputs: int) -> dict[str, tuple[int, ...]]:
    outputs = layer.output_shape[-1]
    if layer.kind == "Conv2D":
        side = layer.arguments["kernel_size"]
        return {"kernel": (side, side, inputs, outputs), "bias": (outputs,)}
    if layer.kind == "Dense":
        return {"kernel": (inputs, outputs), "bias": (outputs,)}
    if layer.kind == "BatchNormalization":
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        return dict.fromkeys(parts, (outputs,))
    return {}


def unpack(data: bytes) -> tuple[Experiment, dict, dict[str, np.ndarray]]:
    """(experiment, card, weights by name) of a bundle, all of it checked.

    Nothing is written, and no more is unpacked than the experiment's weights take.

    Raises:
        ValueError: one sentence that says which part is at fault, what was expected, what came.
    """
    if len(data) > sum(PARTS.values()):
        raise ValueError(f"A bundle must be at most {sum(PARTS.values()) >> 20} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_parts(archive)
    except RejectedFileError as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as fault:  # broken files make zipfile fail in every way there is
        raise ValueError(
            f"A bundle must be a whole zip file, and {npz_files.short_reason(fault)}."
        ) from None


def _read_parts(archive):
    members = archive.infolist()
    received = sorted(member.filename for member in members)
    if received != sorted(PARTS):
        raise RejectedFileError(
            f"A bundle must hold exactly {', '.join(PARTS)}."
            f" Received: {ascii(', '.join(received))[1:-1][:200] or 'nothing'}"
        )
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise RejectedFileError("A bundle must hold files, and holds a link.")
    try:
        experiment = Experiment.from_json(_text(archive, "experiment.json"))
        card = card_file.validate_card(_text(archive, "card.json"), experiment)
    except ValueError as fault:
        raise RejectedFileError(str(fault)) from None
    return experiment, card, _read_weights(archive, experiment.network)


def _read_weights(archive, wanted: Network) -> dict[str, np.ndarray]:
    count = summary.parameter_count(wanted)
    if 4 * count > MAX_WEIGHT_BYTES:
        raise RejectedFileError(
            f"A bundle's network must have at most {MAX_WEIGHT_BYTES // 4:,} parameters."
            f" Received: {count:,}"
        )
    forms = weight_specs(wanted)
    most = min(MAX_WEIGHT_BYTES, 4 * count + len(forms) * 2 * npz_files.HEADER_BYTES)
    packed = io.BytesIO(_part(archive, "weights.npz", most))
    try:
        weights = npz_files.read(packed, forms, only=True)
    except ValueError as fault:
        raise RejectedFileError(f"weights.npz does not fit the experiment: {fault}.") from None
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise RejectedFileError(f"weights.npz: {name} must hold finite numbers, and doesn't.")
    return weights


def _text(archive, name) -> str:
    try:
        return _part(archive, name, PARTS[name]).decode()
    except UnicodeDecodeError:
        raise RejectedFileError(f"{name} must be UTF-8 text.") from None


def _part(archive, name, most) -> bytes:
    size = archive.getinfo(name).file_size
    if size > most:
        raise RejectedFileError(
            f"{name} would unpack to {size:,} bytes, when {most:,} are allowed."
        )
    return archive.read(name)  # never more than file_size: zipfile stops there
