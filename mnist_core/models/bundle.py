"""Our own file for a model that travels, and how one from a stranger is taken apart safely.

A bundle is a zip of experiment.json, card.json and weights.safetensors. No part of it can hold
code; the names, shapes and dtypes of its weights must be the experiment's before any is read.
Earlier versions wrote weights.npz instead; such bundles can still be read.
"""

import io
import json
import stat
import zipfile

import numpy as np

from mnist_core.config.schema import Experiment
from mnist_core.models import bundle_weights
from mnist_core.models import card as card_file
from mnist_core.system import npz_files
from mnist_core.system.npz_files import RejectedFileError

TEXTS = ("experiment.json", "card.json")
MAX_TEXT_BYTES = 1 << 20  # of each of them
MAX_BYTES = len(TEXTS) * MAX_TEXT_BYTES + bundle_weights.MAX_BYTES


def pack(experiment: Experiment, card: dict, model) -> bytes:
    """A bundle of a Keras model."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("experiment.json", experiment.to_json())
        archive.writestr("card.json", json.dumps(card, indent=1))
        archive.writestr(bundle_weights.SAFETENSORS, bundle_weights.to_bytes(model))
    return content.getvalue()


def unpack(data: bytes) -> tuple[Experiment, dict, dict[str, np.ndarray]]:
    """(experiment, card, weights by name) of a bundle, all of it checked.

    Nothing is written, and no more is unpacked than the experiment's weights take.

    Raises:
        ValueError: one sentence that says which part is wrong, what was expected, what came.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"A bundle must be at most {MAX_BYTES >> 20} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_parts(archive)
    except RejectedFileError as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as error:  # broken files make zipfile fail in every way there is
        raise ValueError(
            f"A bundle must be a whole zip file, and {npz_files.short_reason(error)}."
        ) from None


def _read_parts(archive: zipfile.ZipFile):
    weights_name = _check_parts(archive)
    try:
        experiment = Experiment.from_json(_text(archive, "experiment.json"))
        card = card_file.validate_card(_text(archive, "card.json"), experiment)
    except ValueError as error:
        raise RejectedFileError(str(error)) from None
    limit = bundle_weights.max_bytes(experiment.network)
    weights = _part(archive, weights_name, limit)
    return experiment, card, bundle_weights.read(weights_name, weights, experiment.network)


def _check_parts(archive: zipfile.ZipFile) -> str:
    """The name of the file of weights, in a zip that holds the parts of a bundle and no more."""
    members = archive.infolist()
    received = sorted(member.filename for member in members)
    for weights_name in (bundle_weights.SAFETENSORS, bundle_weights.NPZ):
        if received == sorted((*TEXTS, weights_name)):
            break
    else:
        raise RejectedFileError(
            f"A bundle must hold exactly {', '.join(TEXTS)}, {bundle_weights.SAFETENSORS}."
            f" Received: {ascii(', '.join(received))[1:-1][:200] or 'nothing'}"
        )
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise RejectedFileError("A bundle must hold files, and holds a link.")
    return weights_name


def _text(archive: zipfile.ZipFile, name: str) -> str:
    try:
        return _part(archive, name, MAX_TEXT_BYTES).decode()
    except UnicodeDecodeError:
        raise RejectedFileError(f"{name} must be UTF-8 text.") from None


def _part(archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    size = archive.getinfo(name).file_size
    if size > max_bytes:
        raise RejectedFileError(
            f"{name} would unpack to {size:,} bytes, when {max_bytes:,} are allowed."
        )
    return archive.read(name)  # never more than file_size: zipfile stops there
