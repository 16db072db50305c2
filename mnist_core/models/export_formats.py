"""A model in other programs' formats."""

import io
import logging
import tempfile
import zipfile
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.models import keras_script


def script(name: str, experiment: Experiment) -> tuple[str, bytes]:
    """A Keras program that trains this experiment, alone."""
    file_name = f"train_{name}.py".replace(" ", "_")
    return file_name, keras_script.generate(name, experiment).encode()


def h5(name: str, model) -> tuple[str, bytes]:
    """The whole model in Keras' older format."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "model.h5"
        logger = logging.getLogger("absl")
        level = logger.level
        logger.setLevel(logging.ERROR)  # it warns that the format is old, which is the point
        try:
            model.save(path)
        finally:
            logger.setLevel(level)
        return f"{name}.h5", path.read_bytes()


def json_and_weights(name: str, model) -> tuple[str, bytes]:
    """A zip of architecture.json, as `keras.models.model_from_json` reads it, and the weights."""
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(content, "w") as archive:
        path = Path(place) / "model.weights.h5"
        model.save_weights(path)
        archive.write(path, path.name)
        archive.writestr("architecture.json", model.to_json(indent=1))
    return f"{name}.zip", content.getvalue()
