"""A model as a file to take away: for Keras, as a program, as a bundle."""

import io
import logging
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnist_core.models import bundle, keras_script
from mnist_core.models import store as model_store


class ExportFormat(NamedTuple):
    """A kind of file that a model can be exported as."""

    file_name: str  # a template for the model's name
    description: str
    make: Callable[[str], bytes]  # of the model of this name


def file_name(name: str, kind: str) -> str:
    """What an export is called; known before it is made."""
    made = FORMATS[kind].file_name.format(name)
    return made.replace(" ", "_") if kind == "script" else made


def to_bytes(name: str, kind: str) -> bytes:
    """The content of an export of the model of this name.

    Raises:
        ModelError: there is no such model, or no such kind in FORMATS.
    """
    if kind not in FORMATS:
        known = ", ".join(FORMATS)
        raise model_store.ModelError(f"kind must be one of {known}. Received: {kind!r}")
    return FORMATS[kind].make(name)


def _script(name: str) -> bytes:
    return keras_script.generate(name, model_store.experiment(name)).encode()


def _keras(name: str) -> bytes:
    return model_store.weights_path(name).read_bytes()


def _h5(name: str) -> bytes:
    model = model_store.load(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        logger = logging.getLogger("absl")
        level = logger.level
        logger.setLevel(logging.ERROR)  # it warns that the format is old, which is the point
        try:
            model.save(path)
        finally:
            logger.setLevel(level)
        return path.read_bytes()


def _json_and_weights(name: str) -> bytes:
    """A zip of architecture.json, as `keras.models.model_from_json` reads it, and the weights."""
    model, content = model_store.load(name), io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(content, "w") as archive:
        path = Path(folder) / "model.weights.h5"
        model.save_weights(path)
        archive.write(path, path.name)
        archive.writestr("architecture.json", model.to_json(indent=1))
    return content.getvalue()


def _bundle(name: str) -> bytes:
    return bundle.pack(model_store.experiment(name), model_store.card(name), model_store.load(name))


FORMATS = {
    "script": ExportFormat(
        "train_{}.py", "the Keras program that trains this network, to read and to run", _script
    ),
    "keras": ExportFormat(
        "{}.keras", "the model in Keras' own format: keras.models.load_model reads it", _keras
    ),
    "h5": ExportFormat("{}.h5", "the model in Keras' older format, for older programs", _h5),
    "json": ExportFormat(
        "{}.zip", "a zip: the architecture as JSON, the weights apart", _json_and_weights
    ),
    "bundle": ExportFormat("{}.bundle.zip", "to import it into this app elsewhere", _bundle),
}
