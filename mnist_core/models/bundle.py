"""Our own file for a model that travels, and how one from a stranger is taken apart safely.

A bundle is a zip of experiment.json, card.json and weights.safetensors. No part of it can hold
code; the names, shapes and dtypes of its weights must be the experiment's before any is read.
Earlier versions wrote weights.npz instead; such bundles can still be read, and so can one that was
unpacked and zipped again: in a folder, with what a file manager adds.
"""

import io
import json
import re
import stat
import zipfile
from collections.abc import Callable
from functools import partial

import numpy as np

from mnist_core.config.schema import Experiment
from mnist_core.models import bundle_weights
from mnist_core.models import card as card_file
from mnist_core.network.inference import Weights
from mnist_core.system import npz_files
from mnist_core.system.npz_files import RejectedFileError

TEXTS = ("experiment.json", "card.json")
# What file managers of macOS and Windows add when a folder is zipped; never read
ADDED = re.compile(r"__MACOSX/.*|(.*/)?(\._[^/]*|\.DS_Store|desktop\.ini|Thumbs\.db)", re.DOTALL)
MAX_TEXT_BYTES = 1 << 20  # of each of them
MAX_BYTES = len(TEXTS) * MAX_TEXT_BYTES + bundle_weights.MAX_BYTES


def pack(experiment: Experiment, card: dict, weights: Weights) -> bytes:
    """A bundle of a model.

    Args:
        weights: all that `summary.weight_shapes` names.

    Raises:
        ValueError: the network is larger than `unpack` takes.
    """
    try:
        bundle_weights.max_bytes(experiment.network)
    except RejectedFileError as refusal:
        raise ValueError(str(refusal)) from None
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("experiment.json", experiment.to_json())
        archive.writestr("card.json", json.dumps(card, indent=1))
        archive.writestr(bundle_weights.SAFETENSORS, bundle_weights.to_bytes(weights))
    return content.getvalue()


def unpack(data: bytes) -> tuple[Experiment, dict, dict[str, np.ndarray]]:
    """(experiment, card, weights by name) of a bundle, all of it checked.

    Nothing is written, and no more is unpacked than the experiment's weights take.

    Raises:
        ValueError: one sentence that says which part is wrong, what was expected, what came.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"A bundle must be at most {MAX_BYTES >> 20} MB. Received: {len(data) >> 20} MB"
        )
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
    folder, weights_name = _check_parts(archive)
    read_part = partial(_part, archive, folder)
    try:
        experiment = Experiment.from_json(_text(read_part, "experiment.json"))
        card = card_file.validate_card(_text(read_part, "card.json"), experiment)
    except ValueError as error:
        raise RejectedFileError(str(error)) from None
    weights = read_part(weights_name, bundle_weights.max_bytes(experiment.network))
    return experiment, card, bundle_weights.read(weights_name, weights, experiment.network)


def _check_parts(archive: zipfile.ZipFile) -> tuple[str, str]:
    """(folder, name of the file of weights) of a zip with the parts of a bundle and no more.

    The folder is "" or ends in "/"; where there is one, all parts are in it.
    """
    members = archive.infolist()
    received = sorted(member.filename for member in members)
    kept = [name for name in received if not ADDED.fullmatch(name)]
    folder = re.match(r"((?!\.+/)[^/]+/)?", kept[0])[0] if kept else ""
    kept = [name for name in kept if name != folder]
    for weights_name in (bundle_weights.SAFETENSORS, bundle_weights.NPZ):
        if kept == sorted(folder + part for part in (*TEXTS, weights_name)):
            break
    else:
        raise RejectedFileError(
            f"A bundle must hold exactly {', '.join(TEXTS)}, {bundle_weights.SAFETENSORS}."
            f" Received: {ascii(', '.join(received))[1:-1][:200] or 'nothing'}"
        )
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise RejectedFileError("A bundle must hold files, and holds a link.")
    return folder, weights_name


def _text(read_part: Callable, name: str) -> str:
    try:
        return read_part(name, MAX_TEXT_BYTES).decode()
    except UnicodeDecodeError:
        raise RejectedFileError(f"{name} must be UTF-8 text.") from None


def _part(archive: zipfile.ZipFile, folder: str, name: str, max_bytes: int) -> bytes:
    size = archive.getinfo(folder + name).file_size
    if size > max_bytes:
        raise RejectedFileError(
            f"{name} must unpack to at most {max_bytes:,} bytes. Received: {size:,}"
        )
    return archive.read(folder + name)  # never more than file_size: zipfile stops there
