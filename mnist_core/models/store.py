"""Trained networks by name: those of the runs, and the two that ship with the package.

A model is a folder with model.keras (its weights) and card.json (what is known of it). The
network is always built from the card's experiment and only weights are read from files: Keras'
own `load_model` can be made to run a stranger's code.
"""

import json
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.models import weights
from mnist_core.network import keras_model
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, paths, users

SHIPPED = run_store.RESERVED
READER, CLASSIC = SHIPPED  # CLASSIC: LeNet by its published recipe, on MNIST alone


class ModelError(ValueError):
    """A model can't be used; the message says which and why."""


def names() -> list[str]:
    """Every model, the newest first, and those that ship last."""
    return [run.name for run in run_store.all_runs() if run.has_model()] + list(SHIPPED)


def folder(name: str) -> Path:
    """Where the model of this name is, or would be.

    Raises:
        RunError: that can't be a name.
    """
    if name in SHIPPED:
        return paths.PACKAGE / "pretrained" / name
    return users.runs_folder() / run_store.validate_name(name)


def weights_path(name: str) -> Path:
    """The file with the weights of this model.

    Raises:
        ModelError: there is no such model.
    """
    model_folder = folder(name)
    if not Run(model_folder).has_model():
        raise ModelError(f"There is no model called {name!r}. There are: {', '.join(names())}")
    return model_folder / "model.keras"


def card(name: str) -> dict:
    """What is known of this model; see `models.card`. Its name is the one it goes by now.

    Raises:
        ModelError: there is no such model, or its card can't be read.
    """
    path = weights_path(name).with_name("card.json")
    try:
        return json.loads(path.read_text()) | {"name": name}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} must be the card of a model, as JSON: {error}.") from None


def load(name: str):
    """This model, built from its card's experiment, with its weights: x -> probabilities.

    Raises:
        ModelError: there is no such model, or its files don't fit together.
    """
    model = keras_model.build(experiment(name).network)
    load_weights(model, name)
    return model


def load_weights(model, name: str) -> None:
    """Put the weights of the model of this name into a Keras model of the same layers.

    Raises:
        ModelError: there is no such model, or its weights don't fit.
    """
    path = weights_path(name)
    try:
        weights.load_weights(model, path)
    except ValueError as error:
        raise ModelError(f"{path} must hold the weights of {name!r}: {error}") from None


def experiment(name: str) -> Experiment:
    """The experiment that this model was trained by: its network, recipe and data set.

    Raises:
        ModelError: there is no such model, or its card is damaged.
    """
    plain = json.dumps(card(name).get("experiment"))
    try:
        return Experiment.from_json(plain)
    except ValueError as error:
        raise ModelError(f"The card of {name!r} is damaged: {error}") from None


def save(run_folder: Path, model, card: dict) -> None:
    """Put a model and its card into a folder, each file whole or not at all."""
    with atomic_files.replace(run_folder / "model.keras") as part:
        model.save(part)
    atomic_files.write(run_folder / "card.json", json.dumps(card, indent=1))
