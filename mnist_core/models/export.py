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
from mnist_core.network.inference import Weights
from mnist_core.runs.run import Run
from mnist_core.training import optimizers


class ExportFormat(NamedTuple):
    """A kind of file that a model can be exported as."""

    label: str
    file_name: str  # a template for the model's name
    description: str
    make: Callable[[Run], bytes]


def file_name(name: str, kind: str) -> str:
    """What an export is called; known before it is made."""
    made = FORMATS[kind].file_name.format(name)
    return made.replace(" ", "_") if kind == "script" else made


def to_bytes(model: str | Run, kind: str) -> bytes:
    """The content of an export of a model.

    Raises:
        ModelError: there is no such model, or no such kind in FORMATS.
    """
    if kind not in FORMATS:
        known = ", ".join(FORMATS)
        raise model_store.ModelError(f"kind must be one of {known}. Received: {kind!r}")
    return FORMATS[kind].make(model_store.find(model))


def _script(model: Run) -> bytes:
    drawings = card_file.learned_from_drawings(model_store.card(model))
    return keras_script.generate(model.name, model_store.experiment(model), drawings).encode()


def _keras(model: Run) -> bytes:
    import keras

    with warnings.catch_warnings():  # of LeakyReLU's older argument, of no optimizer's state
        warnings.simplefilter("ignore")
        network = keras.models.model_from_json(json.dumps(_architecture(model)))
        optimizers.compile_model(network, model_store.experiment(model).recipe)
        model_store.load_weights(network, model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        network.save(path)
        return path.read_bytes()


def _h5(model: Run) -> bytes:
    recipe = model_store.experiment(model).recipe
    return interchange.hdf5_model(_architecture(model), _weights(model), recipe)


def _json_and_weights(model: Run) -> bytes:
    architecture = json.dumps(interchange.nest_ends(_architecture(model)), indent=1).encode()
    weights = interchange.hdf5_weights(_weights(model))
    return _zip({"architecture.json": architecture, "weights.h5": weights})


def _tensorflow_js(model: Run) -> bytes:
    return _zip(interchange.tensorflow_js_model(_architecture(model), _weights(model)))


def _architecture(model: Run) -> dict:
    network = model_store.experiment(model).network
    return interchange.architecture(network, model_store.card(model).get("looks", 1))


def _weights(model: Run) -> Weights:
    return model_store.inference_network(model).weights


def _zip(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def _bundle(model: Run) -> bytes:
    return bundle.pack(model_store.experiment(model), model_store.card(model), _weights(model))


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
