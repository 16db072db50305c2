"""Our own file for a model that travels, and how one from a stranger is taken apart safely.

A bundle is a zip of experiment.json, card.json and weights.npz. No part of it can hold code; the
names, shapes and dtypes of its weights must be the experiment's before any of them is read.
"""

import io
import json
import logging
import stat
import time
import zipfile
from pathlib import Path

import numpy as np

from mnist_core import arrays, cards, files, layers, network, people, runs, unfinished
from mnist_core.arrays import Form, RefusalError
from mnist_core.config import Experiment, Network

log = logging.getLogger(__name__)

LARGEST_TEXT = 1 << 20  # bytes of experiment.json and of card.json
LARGEST_WEIGHTS = 256 << 20  # bytes: 64 million parameters
PARTS = {
    "experiment.json": LARGEST_TEXT,
    "card.json": LARGEST_TEXT,
    "weights.npz": LARGEST_WEIGHTS,
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


def weight_forms(wanted: Network) -> dict[str, Form]:
    """Every array of weights of a network, in order: "layer.weight" -> its form."""
    found, channels = {}, layers.IMAGE_SHAPE[-1]
    for layer in layers.plan(wanted):
        for name, shape in _shapes(layer, channels).items():
            found[f"{layer.name}.{name}"] = Form(shape, "float32")
        channels = layer.output_shape[-1]
    return found


def _shapes(layer: layers.Layer, inputs: int) -> dict[str, tuple[int, ...]]:
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
            return _checked(archive)
    except RefusalError as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as fault:  # broken files make zipfile fail in every way there is
        raise ValueError(
            f"A bundle must be a whole zip file, and {arrays.in_short(fault)}."
        ) from None


def _checked(archive):
    members = archive.infolist()
    received = sorted(member.filename for member in members)
    if received != sorted(PARTS):
        raise RefusalError(
            f"A bundle must hold exactly {', '.join(PARTS)}."
            f" Received: {ascii(', '.join(received))[1:-1][:200] or 'nothing'}"
        )
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise RefusalError("A bundle must hold files, and holds a link.")
    try:
        experiment = Experiment.from_json(_text(archive, "experiment.json"))
        card = cards.checked(_text(archive, "card.json"), experiment)
    except ValueError as fault:
        raise RefusalError(str(fault)) from None
    return experiment, card, _weights_of(archive, experiment.network)


def _weights_of(archive, wanted: Network) -> dict[str, np.ndarray]:
    count = network.parameter_count(wanted)
    if 4 * count > LARGEST_WEIGHTS:
        raise RefusalError(
            f"A bundle's network must have at most {LARGEST_WEIGHTS // 4:,} parameters."
            f" Received: {count:,}"
        )
    forms = weight_forms(wanted)
    most = min(LARGEST_WEIGHTS, 4 * count + len(forms) * 2 * arrays.HEADER_BYTES)
    packed = io.BytesIO(_part(archive, "weights.npz", most))
    try:
        weights = arrays.read(packed, forms, only=True)
    except ValueError as fault:
        raise RefusalError(f"weights.npz does not fit the experiment: {fault}.") from None
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise RefusalError(f"weights.npz: {name} must hold finite numbers, and doesn't.")
    return weights


def _text(archive, name) -> str:
    try:
        return _part(archive, name, PARTS[name]).decode()
    except UnicodeDecodeError:
        raise RefusalError(f"{name} must be UTF-8 text.") from None


def _part(archive, name, most) -> bytes:
    size = archive.getinfo(name).file_size
    if size > most:
        raise RefusalError(f"{name} would unpack to {size:,} bytes, when {most:,} are allowed.")
    return archive.read(name)  # never more than file_size: zipfile stops there


def with_weights(experiment: Experiment, weights: dict[str, np.ndarray]):
    """A Keras model of an experiment that holds these weights."""
    model = network.build(experiment.network)
    for layer in model.layers:
        for weight in layer.weights:
            weight.assign(weights[f"{layer.name}.{weight.name}"])
    return model


def settle(name: str, experiment: Experiment, card: dict, model) -> str:
    """Keep an imported model as a finished run; gives the name it got.

    The run's folder appears whole: it is filled under another name first.
    """
    runs.require_room()
    with unfinished.making(people.runs_folder()) as new:
        _fill(new, experiment, card, model)
        found = runs.settle(new, name)
    log.info("Run %s was imported.", runs.Run(found))
    return found.name


def _start(experiment, epochs) -> dict:
    """How far the curves of a model from elsewhere go, for their axis."""
    steps = [epoch["step"] for epoch in epochs]
    start = {"kind": "start", "first_step": 1, "first_epoch": 1, "epochs": len(epochs)}
    start |= {"total_steps": max(steps, default=1), "steps_per_epoch": min(steps, default=1)}
    return start | {"parameters": network.parameter_count(experiment.network), "time": time.time()}


def _fill(new: Path, experiment, card, model) -> None:
    model.save(new / "model.keras")
    files.write(new / "card.json", json.dumps(card, indent=1))
    files.write(new / "experiment.json", experiment.to_json())
    status = {"state": "finished", "sentence": "Imported.", "created": time.time()}
    files.write(new / "status.json", json.dumps(status | {"continues": None}))
    run = runs.Run(new)
    run.append(_start(experiment, card["curves"]))
    for epoch in card["curves"]:
        run.append({"kind": "epoch"} | epoch)
    if card["test"]:
        run.append({"kind": "test"} | card["test"])
