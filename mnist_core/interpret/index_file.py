"""An embedding index as a file, which says what weights and what digits it is of.

The models that ship have theirs beside their weights: without it the reader would have to read
60,000 digits before the first look at the nearest.
"""

import io
from pathlib import Path

import numpy as np

from mnist_core.data.types import Dataset
from mnist_core.evaluation import cached_predictions
from mnist_core.interpret import activations
from mnist_core.interpret.nearest import COMPONENTS, Components, EmbeddingIndex
from mnist_core.models import store as model_store
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs.run import Run
from mnist_core.system import npz_files
from mnist_core.system.npz_files import ArraySpec

NAME = "embedding_index.npz"


def write(model: Run, dataset: Dataset, index: EmbeddingIndex) -> Path:
    """Put the index of a training set beside a model's weights."""
    data = io.BytesIO()
    components, codes = index
    np.savez_compressed(
        data,
        mean=components.mean,
        directions=components.directions,
        step=np.array([components.step]),
        codes=codes,
        **_fingerprints(model, dataset),
    )
    path = model_store.weights_path(model).with_name(NAME)
    path.write_bytes(data.getvalue())
    return path


def read(model: Run, dataset: Dataset, network: InferenceNetwork) -> EmbeddingIndex | None:
    """The index beside a model's weights; None if there is none of them and of these digits."""
    path = model_store.weights_path(model).with_name(NAME)
    if not path.exists():
        return None
    units, count = activations.embedding_units(network), len(dataset.train.labels)
    components = min(COMPONENTS, units)
    specs = {
        "mean": ArraySpec((units,), "float32"),
        "directions": ArraySpec((units, components), "float32"),
        "step": ArraySpec((1,), "float64"),
        "codes": ArraySpec((count, components), "int8"),
    }
    wanted = _fingerprints(model, dataset)
    specs |= {name: ArraySpec(array.shape, "uint8") for name, array in wanted.items()}
    try:
        arrays = npz_files.read(path, specs)
    except ValueError:
        return None
    if any((arrays[name] != array).any() for name, array in wanted.items()):
        return None
    found = Components(arrays["mean"], arrays["directions"], float(arrays["step"][0]))
    return EmbeddingIndex(found, arrays["codes"])


def _fingerprints(model: Run, dataset: Dataset) -> dict[str, np.ndarray]:
    """Of the weights and of the digits: uint8 (32,) each."""
    hexadecimal = {
        "weights": cached_predictions.model_fingerprint(model),
        "digits": dataset.checksum,
    }
    return {name: np.frombuffer(bytes.fromhex(t), np.uint8) for name, t in hexadecimal.items()}
