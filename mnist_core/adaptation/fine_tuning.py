"""Fine-tune a model on a person's drawings, with the step that trains every network here.

First on two thirds of the drawings; the rest, held back, says whether it helps. Then, for half as
many steps, on all of them. Dropout and batch normalization stay as when it reads: so few steps
would only disturb their averages.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mnist_core.adaptation import examples, result
from mnist_core.adaptation import recipe as recipes
from mnist_core.adaptation.examples import Mix
from mnist_core.adaptation.learner import Learner
from mnist_core.adaptation.result import Adaptation, Figures
from mnist_core.config.schema import Experiment
from mnist_core.data import loading
from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation import labelled_sets
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.strokes.files import NON_DIGIT, Drawing

SURE, UNLIKELY = 0.99, 0.02  # of another digit, and of the label: the label is doubtful


def adapt(
    model_name: str | Run,
    drawings: Sequence[Any],
    seed: int = 0,
    on_event: Callable[[dict], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    on_weights: Callable[[Any, int], None] = lambda model, step: None,
) -> Adaptation:
    """A model that has learned the hand of these drawings; the one of this name stays as it is.

    Args:
        model_name: of the model that learns, or the model itself.
        drawings: of `strokes.files.Drawing`, or objects as the lines of a stroke file hold:
            {"label": 0 to 9, "strokes": [[[x, y], ...], ...]}; of what is no digit the label is
            None: the model learns to find every digit equally likely there.
        seed: decides what is held back, and all that is random.
        on_event: called with a dict per event: status, start, steps, check, epoch, test, adapted.
        should_stop: true to end after these steps; what has been learned is tested.
        on_weights: called with (Keras model, number of the last step) some times a second.

    Raises:
        ValueError: there is no such model, or a drawing isn't one; says what was expected.
    """
    started, task = time.monotonic(), _make_task(model_name, drawings, seed)
    callbacks = on_event, should_stop, on_weights
    learner = Learner(model_name, task.experiment, task.dataset, task.mix(), *callbacks)
    learner.begin()
    before = Figures(learner.check(task.own), _mnist_before(model_name, learner, task.dataset))
    outcome, accuracy = _learn(learner, task)
    timed = {"epoch": learner.end(), "learning_seconds": time.monotonic() - started}
    test = _test(learner, task.dataset.test, on_event)
    figures = before, Figures(accuracy, test["accuracy"])
    timed |= {"seconds": time.monotonic() - started}
    made = _judged(model_name, learner, outcome, figures, task.about() | timed | {"test": test})
    on_event(made.event())
    return made


class _Task(NamedTuple):
    """What is to be learned, and what is held back from it."""

    drawings: list[Drawing]
    dataset: Dataset  # what stands for MNIST
    experiment: Experiment
    held_back: list[int]
    own: Digits | None  # the images of those held back
    doubtful: tuple[int, ...]

    def mix(self) -> Mix:
        """The images to learn from."""
        return examples.make_mix(self.dataset.train, self.drawings, self.experiment.recipe)

    def about(self) -> dict:
        """What an `Adaptation` tells of it."""
        counts = {"drawings": len(self.drawings), "held_back": len(self.held_back)}
        return counts | {"doubtful": self.doubtful, "data": self.dataset.name}


def _make_task(model, drawings, seed) -> _Task:
    parsed = examples.parse_drawings(drawings)
    dataset = loading.load(loading.best_available())
    experiment = make_experiment(model, dataset.name, seed)
    held_back = examples.hold_back(parsed, seed)
    looked_at = _look_at_drawings(Classifier.load(model), parsed, held_back, seed)
    return _Task(parsed, dataset, experiment, held_back, *looked_at)


def make_experiment(model: str | Run, data: str, seed: int) -> Experiment:
    """The experiment of a model that learns a hand: the model's network by another recipe.

    Raises:
        ModelError: there is no such model, or its card is damaged.
    """
    network = model_store.experiment(model).network
    return Experiment(network, recipes.make_recipe(network, seed), data)


def _learn(learner: Learner, task: _Task) -> tuple[str, float | None]:
    """(outcome, accuracy on the drawings held back, before they were learned from, too)."""
    everything, held_back = range(len(task.drawings)), set(task.held_back)
    last = round(learner.steps * recipes.FINAL_SHARE) if held_back else 0
    learned = [i for i in everything if i not in held_back]
    outcome = learner.learn(learned, learner.steps - last, 1.0, task.own)
    accuracy = learner.check(task.own)
    if outcome == "finished" and last:
        outcome = learner.learn(everything, last, recipes.FINAL_RATE, None)
        learner.check(None)
    return outcome, accuracy


def _test(learner: Learner, digits: Digits, on_event) -> dict:
    """The figures of the test set, reported."""
    on_event({"kind": "status", "state": "testing"})
    loss, accuracy = learner.measure(digits)
    test = {"loss": loss, "accuracy": accuracy, "images": len(digits.labels)}
    on_event({"kind": "test"} | test)
    return test


def _look_at_drawings(classifier, drawings, held_back, seed) -> tuple[Digits | None, tuple]:
    """The images of those held back, and the indexes of labels that the model finds unlikely."""
    digits = np.array([i for i, one in enumerate(drawings) if one.label != NON_DIGIT], int)
    if not len(digits):
        return None, ()
    images, labels = labelled_sets.render_drawings([drawings[i] for i in digits], seed)
    probabilities = classifier.probabilities(images)
    given = probabilities[np.arange(len(labels)), labels]
    doubtful = digits[(given < UNLIKELY) & (probabilities.max(axis=1) > SURE)]
    chosen = np.isin(digits, held_back)
    own = Digits(images[chosen], labels[chosen]) if held_back else None
    return own, tuple(doubtful.tolist())


def _mnist_before(model: str | Run, learner: Learner, dataset: Dataset) -> float:
    """From the model's card, if it was tested on the same digits; else measured."""
    card = model_store.card(model)
    is_known = card["test"] and (card.get("data") or {}).get("checksum") == dataset.checksum
    return card["test"]["accuracy"] if is_known else learner.measure(dataset.test)[1]


def _judged(model, learner: Learner, outcome, figures, about) -> Adaptation:
    """The result: kept, or refused with the reason and the classifier there was."""
    old = Classifier.load(model)
    refusal = result.refusal(*figures, about["held_back"])
    if refusal or outcome == "failed":
        sentence = refusal or result.DIVERGED
        return Adaptation(old, *figures, "failed", sentence, learner.model, **about)
    counts = about["drawings"], about["held_back"], about["data"]
    words = result.summary(*figures, *counts), result.doubt(len(about["doubtful"]), counts[0])
    network = model_store.experiment(model).network
    new = Classifier(keras_model.to_inference(network, learner.model), old.views)
    sentence = " ".join(filter(None, words))
    return Adaptation(new, *figures, outcome, sentence, learner.model, **about)
