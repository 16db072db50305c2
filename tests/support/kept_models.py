"""A small network, its card and its files, for tests of what becomes of models."""

import functools
import json
import tempfile
from pathlib import Path

import numpy as np

from mnist_core.config.choices import ACTIVATIONS
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation import cached_predictions, labelled_sets
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.training import loop

SMALL = Experiment(
    network=Network(
        blocks=(ConvBlock(filters=4, batch_normalization=True, dropout_rate=0.2),),
        dense=(DenseLayer(units=8, dropout_rate=0.1),),
    )
)
# Every kind of layer, every activation, with and without batch normalization
VARIED = Experiment(
    network=Network(
        blocks=(
            ConvBlock(4, 5, convolutions=2, activation="leaky_relu", batch_normalization=True),
            ConvBlock(4, activation="leaky_relu", padding="same", dropout_rate=0.2),
            ConvBlock(4, activation="gelu", padding="same", pool_size=0),
        ),
        head="global_average_pooling",
        dense=tuple(DenseLayer(6, activation) for activation in ("elu", "tanh", "sigmoid")),
    ),
    recipe=Recipe(optimizer="SGD", learning_rate=0.03, momentum=0.7),
)
used = {b.activation for b in VARIED.network.blocks} | {d.activation for d in VARIED.network.dense}
assert used | {"relu", "linear"} == set(ACTIVATIONS)  # relu and linear: in SMALL
NO_DIGITS = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
DATASET = Dataset("mnist", NO_DIGITS, NO_DIGITS, "0" * 64, "/home/somebody/secret/mnist.npz")
EPOCHS = [{"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8, "seconds": 1.5}]
TEST = {"loss": 0.4, "accuracy": 0.85, "images": 2}


def make_card(name: str = "mine", experiment: Experiment = SMALL) -> dict:
    return card_file.make_card(name, experiment, DATASET, EPOCHS, TEST, 12.34, "finished")


@functools.cache
def small_model():
    """The Keras model of SMALL."""
    return keras_model.build(SMALL.network, seed=1)


def adapted_model(name: str, parent: str = "classic") -> Run:
    """A model that says to have learned a hand from another, with that one's weights."""
    before = model_store.find(parent)
    known = {"id": before.id, "name": before.name, "drawings": 1}
    run = run_store.create(model_store.experiment(before), name, adapts=known)
    for file in ("model.keras", "card.json"):
        (run.folder / file).write_bytes((before.folder / file).read_bytes())
    run.set_status("finished")
    return run


def keras_file(model, ending: str = ".keras") -> bytes:
    """What Keras saves of a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{ending}"
        model.save(path)
        return path.read_bytes()


@functools.cache
def small_keras_file() -> bytes:
    return keras_file(small_model())


def keep(name: str = "mine", **card) -> Run:
    """A finished run whose model is `small_model()`, with these fields of its card."""
    run = run_store.create(SMALL, name)
    (run.folder / "model.keras").write_bytes(small_keras_file())
    (run.folder / "card.json").write_text(json.dumps(make_card(name) | card))
    run.set_status("finished")
    return run


def keep_varied(name: str, **card) -> Run:
    """A finished run of VARIED: random weights, an optimizer in mid-training, `card`'s fields."""
    model = loop.compile_model(VARIED)
    rng = np.random.default_rng(0)
    for weight in model.weights + model.optimizer.variables[2:]:  # without step and rate
        change = rng.normal(0, 1, weight.shape)
        weight.assign_add(abs(change) if weight.name == "moving_variance" else change)
    run = run_store.create(VARIED, name)
    model_store.save(run.folder, model, make_card(name, VARIED) | card)
    run.set_status("finished")
    return run


# Models to export: what keeps them under their name. The shipped ones are there
KINDS = {
    "mine": keep,
    "varied": keep_varied,
    "looks twice": functools.partial(keep_varied, looks=2),
    **dict.fromkeys(model_store.SHIPPED, lambda name: None),
}


def random_x(count: int = 6) -> np.ndarray:
    """What a network is fed: float32 (count, 28, 28, 1)."""
    return np.random.default_rng(0).random((count, 28, 28, 1), np.float32)


def keep_made_up_predictions(model, digits) -> None:
    """Predictions of a model for a test set, as if it had read it: one in fifty is wrong."""
    count = np.arange(len(digits.labels))
    probabilities = np.full((len(count), 10), 0.001, np.float32)
    probabilities[count, (digits.labels + (count % 50 == 0)) % 10] = 0.991
    path = cached_predictions.cache_path(model, labelled_sets.make_test_set(digits), ".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, probabilities=probabilities, seconds=np.array([1.0]))
