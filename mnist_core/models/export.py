"""A model as a file to take away: for Keras, as a program, as a bundle."""

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnist_core.models import bundle, interchange, keras_script
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.training import optimizers


class ExportFormat(NamedTuple):
    """A kind of file that a model can be exported as."""

    label: str
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
    drawings = card_file.learned_from_drawings(model_store.card(name))
    return keras_script.generate(name, model_store.experiment(name), drawings).encode()


def _keras(name: str) -> bytes:
    import keras

    with warnings.catch_warnings():  # of LeakyReLU's older argument, of no optimizer's state
        warnings.simplefilter("ignore")
        model = keras.models.model_from_json(json.dumps(_architecture(name)))
        optimizers.compile_model(model, model_store.experiment(name).recipe)
        model_store.load_weights(model, name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _h5(name: str) -> bytes:
    recipe = model_store.experiment(name).recipe
    return interchange.hdf5_model(_architecture(name), _weights(name), recipe)


def _json_and_weights(name: str) -> bytes:
    architecture = json.dumps(interchange.nest_ends(_architecture(name)), indent=1).encode()
    weights = interchange.hdf5_weights(_weights(name))
    return _zip({"architecture.json": architecture, "weights.h5": weights})


def _tensorflow_js(name: str) -> bytes:
    return _zip(interchange.tensorflow_js_model(_architecture(name), _weights(name)))


def _architecture(name: str) -> dict:
    network = model_store.experiment(name).network
    return interchange.architecture(network, model_store.card(name).get("looks", 1))


def _weights(name: str) -> interchange.Weights:
    return interchange.weights_of(model_store.load(name))


def _zip(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def _bundle(name: str) -> bytes:
    return bundle.pack(model_store.experiment(name), model_store.card(name), model_store.load(name))


FORMATS = {
    "script": ExportFormat(
        "Keras script (.py)",
        "train_{}.py",
        "the Keras program that trains this network, to read and to run",
        _script,
    ),
    "keras": ExportFormat(
        "Model for Keras 3 (.keras)",
        "{}.keras",
        "the model in the format of Keras 3: keras.models.load_model reads it",
        _keras,
    ),
    "h5": ExportFormat(
        "Model for Keras 2 (.h5)",
        "{}.h5",
        "the model in the older format, which load_model of Keras 2 and 3 reads; an AdamW begins"
        " anew with Keras' own learning rate and weight decay",
        _h5,
    ),
    "json": ExportFormat(
        "Architecture and weights (.zip)",
        "{}.zip",
        "for Keras 2 and 3, model_from_json reads architecture.json, and load_weights weights.h5",
        _json_and_weights,
    ),
    "tensorflow_js": ExportFormat(
        "Model for TensorFlow.js (.zip)",
        "{}.tensorflow_js.zip",
        "for a web page, unpacked: tf.loadLayersModel reads model.json, which names weights.bin",
        _tensorflow_js,
    ),
    "bundle": ExportFormat(
        "Bundle, to import it here (.zip)",
        "{}.bundle.zip",
        "to import it into this app elsewhere",
        _bundle,
    ),
}
