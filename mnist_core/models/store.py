"""Trained networks: those of the runs, and the two that ship with the package.

A model is a folder with model.keras (its weights) and card.json (what is known of it), held as a
`Run`, also where it ships. Functions take that, or its name: whoever remembers a model should
remember the run, which is never another of the same name.

The network is always built from the card's experiment and only weights are read from files:
Keras' own `load_model` can be made to run a stranger's code.
"""

import json
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.models import card as card_file
from mnist_core.models import weights
from mnist_core.network import keras_model
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, paths, users

SHIPPED = run_store.RESERVED
READER, CLASSIC = SHIPPED  # CLASSIC: LeNet by its published recipe, on MNIST alone


class ModelError(ValueError):
    """A model can't be used; the message says which and why."""


def all_models() -> list[Run]:
    """Every model, the newest first, and those that ship last."""
    return [run for run in run_store.all_runs() if run.has_model()] + list(map(find, SHIPPED))


def names() -> list[str]:
    """What they are called."""
    return [model.name for model in all_models()]


def find(model: str | Run) -> Run:
    """The model of this name, which need not be there.

    Raises:
        RunError: that can't be a name.
    """
    if isinstance(model, Run):
        return model
    if model in SHIPPED:
        return Run(paths.PACKAGE / "pretrained" / model)
    return Run(run_name.find_folder(users.runs_folder(), run_name.validate(model)))


def parent(model: str | Run) -> Run | None:
    """The model that this one began as, by whatever name that goes now, where it learned a hand.

    None where it learned none, or that model was deleted.
    """
    run = find(model)
    known = run.status().get("adapts") if run.name not in SHIPPED else None
    if not isinstance(known, dict):
        return None
    if known.get("name") in SHIPPED:
        return find(known["name"])
    return run_store.find(str(known.get("id")))


def weights_path(model: str | Run) -> Path:
    """The file with the weights of a model.

    Raises:
        ModelError: there is no such model.
    """
    run = find(model)
    if not run.has_model():
        if run.id and not run.exists():
            raise ModelError(f"There is no model called {run.name!r} here any more.")
        raise ModelError(f"There is no model called {run.name!r}. There are: {', '.join(names())}")
    return run.folder / "model.keras"


def card(model: str | Run) -> dict:
    """What is known of a model; see `models.card`. Its name is the one it goes by now.

    Raises:
        ModelError: there is no such model, or its card is damaged.
    """
    path = weights_path(model).with_name("card.json")
    try:
        return card_file.read_card(path.read_bytes()) | {"name": find(model).name}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} must be the card of a model: {error}") from None


def inference_network(model: str | Run) -> InferenceNetwork:
    """A model to read with, without TensorFlow: its card's network with its weights.

    Raises:
        ModelError: there is no such model, or its files don't fit together.
    """
    path, network = weights_path(model), experiment(model).network
    try:
        return InferenceNetwork(network, weights.read(network, path))
    except ValueError as error:
        raise _unreadable(path, error) from None


def load(model: str | Run):
    """A Keras model, built from its card's experiment, with its weights: x -> probabilities.

    Raises:
        ModelError: there is no such model, or its files don't fit together.
    """
    in_keras = keras_model.build(experiment(model).network)
    keras_model.assign(in_keras, inference_network(model).weights)
    return in_keras


def load_weights(in_keras, model: str | Run) -> None:
    """Put a model's weights into a Keras model of the same layers; the optimizer's state, too.

    Raises:
        ModelError: there is no such model, or its weights don't fit.
    """
    path = weights_path(model)
    try:
        weights.load_weights(in_keras, path)
    except ValueError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: ValueError) -> ModelError:
    return ModelError(f"{path} must hold the weights of {path.parent.name!r}: {error}")


def experiment(model: str | Run) -> Experiment:
    """The experiment that a model was trained by: its network, recipe and data set.

    Raises:
        ModelError: there is no such model, or its card is damaged.
    """
    plain = json.dumps(card(model).get("experiment"))
    try:
        return Experiment.from_json(plain)
    except ValueError as error:
        raise ModelError(f"The card of {find(model).name!r} is damaged: {error}") from None


def save(run_folder: Path, model, card: dict) -> None:
    """Put a model and its card into a folder, each file whole or not at all."""
    with atomic_files.replace(run_folder / "model.keras") as part:
        model.save(part)
    atomic_files.write(run_folder / "card.json", json.dumps(card, indent=1))
