"""Train an experiment: blocking, in this process, reporting through plain callables."""

import math
import time
from typing import Any, NamedTuple

import numpy as np

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.data import types
from mnist_core.network import keras_model
from mnist_core.training import guessing, optimizers, precision, train_step
from mnist_core.training.step_recorder import StepRecorder
from mnist_core.training.step_runner import Batches, StepRunner


class TrainingResult(NamedTuple):
    """The result of a training.

    `epochs` holds a dict per full epoch. The test figures are None if the run failed. `outcome` is
    finished, stopped or failed, and `sentence` says why where that is not plain.
    """

    model: Any
    epochs: list[dict]
    test_loss: float | None
    test_accuracy: float | None
    seconds: float
    outcome: str
    sentence: str = ""


class ResumePoint(NamedTuple):
    """How far a run had come before it is continued."""

    epochs: int = 0
    steps: int = 0


def _ignore(*_):
    """The default callback."""


def train(
    experiment: Experiment,
    dataset: types.Dataset,
    on_event=_ignore,
    should_stop=lambda: False,
    on_model=_ignore,
    model=None,
    resume_from: ResumePoint = ResumePoint(),  # noqa: B008 -- immutable
    on_weights=_ignore,
) -> TrainingResult:
    """Train to the end, or until `should_stop()` says so, which is asked ten times a second.

    Args:
        on_event: called with a dict per event: start, steps, epoch, test, status (see runs).
        should_stop: no arguments, true to end after these batches; weights are kept and tested.
        on_model: called with (model, epochs so far) whenever there are weights worth saving.
        model: a compiled Keras model to go on with; None builds and compiles a new one.
        resume_from: what the epochs and steps of a continued run are counted from.
        on_weights: called with (model, number of the last step) ten times a second.
    """
    started, events = time.monotonic(), []

    def record(event):
        events.append(event)
        on_event(event)

    experiment, instead = _with_usable_precision(experiment)
    loop = _TrainingLoop(experiment, dataset, record, should_stop, on_model, model, resume_from)
    outcome, sentence = loop.run(on_weights)
    test = (None, None)
    if outcome != "failed":
        record({"kind": "status", "state": "testing"})
        test = loop.measure(dataset.test)
        record({"kind": "test"} | _test_figures(loop.model, dataset.test, *test))
        sentence = f"{sentence} {guessing.explain(events, experiment.recipe)}"
    seconds, sentence = time.monotonic() - started, f"{instead} {sentence}".strip()
    return TrainingResult(loop.model, loop.epochs, *test, seconds, outcome, sentence)


def _with_usable_precision(experiment) -> tuple[Experiment, str]:
    """The experiment as this machine can train it, and what is to be said about that."""
    usable, instead = precision.choose(experiment.recipe.precision, experiment.network)
    return experiment.with_values({"recipe.precision": usable}), instead


def _test_figures(model, digits, loss, accuracy) -> dict:
    figures = {"loss": loss, "accuracy": accuracy, "images": len(digits.labels)}
    if guessing.is_guessing(accuracy):
        figures["constant_layer"] = guessing.constant_layer(model, digits.images)
    return figures


def compile_model(experiment: Experiment):
    """A fresh model of this experiment with its optimizer, whose state is saved with it."""
    model = keras_model.build(experiment.network, experiment.recipe.seed)
    return optimizers.compile_model(model, experiment.recipe)


def split_dataset(
    dataset: types.Dataset, recipe: Recipe
) -> tuple[types.Digits, types.Digits | None]:
    """(train, validation) as the recipe asks; validation is None where it asks for none."""
    training, held_back = recipe.split_sizes(len(dataset.train.labels))
    chosen = types.subset(dataset.train, training + held_back, recipe.seed)
    if recipe.validation == "split":
        return types.split(chosen, held_back, recipe.seed)
    return chosen, dataset.test if recipe.validation == "test" else None


class _Best(NamedTuple):
    """The epoch with the lowest val_loss so far, from 0; -1: none has one that is a number."""

    val_loss: float = math.inf
    epoch: int = -1
    weights: list | None = None  # None: the recipe doesn't ask to restore them


class _TrainingLoop:
    """The state of a training between two batches."""

    def __init__(self, experiment, dataset, on_event, should_stop, on_model, model, resume_from):
        self.recipe: Recipe = experiment.recipe
        self.on_event, self.should_stop, self.on_model = on_event, should_stop, on_model
        self.train, self.validation = split_dataset(dataset, self.recipe)
        self.model = model or compile_model(experiment)
        network = experiment.network
        steps = train_step.compile_train_steps(self.model, network, self.recipe)
        self.step_runner = StepRunner(steps, self.train.images, self.train.labels)
        self.measure = train_step.compile_evaluation(self.model, network)
        self.per_epoch = self.recipe.steps_per_epoch(len(dataset.train.labels))
        self.total = self.per_epoch * self.recipe.epochs
        self.resume_from, self.epochs, self.best = resume_from, [], _Best()
        self.recorder = StepRecorder(on_event, self.total, resume_from.steps)

    def run(self, on_weights) -> tuple[str, str]:
        """(outcome, sentence) of the training."""
        self.on_weights = on_weights
        self._report_start()
        self.recorder.start_clock()
        for epoch in range(self.recipe.epochs):
            self.recorder.begin_epoch(self.resume_from.epochs + epoch + 1)
            outcome, sentence = self._train_epoch(epoch)
            if outcome != "finished":
                self._restore_best()
                return outcome, sentence
            self._end_epoch(epoch)
            if self._patience_is_over(epoch):
                sentence = _ended_early(self.recipe.patience)
                break
        self._restore_best()
        return "finished", sentence

    def _report_start(self):
        self.on_event({"kind": "status", "state": "training"})
        start = {
            "kind": "start",
            "first_step": self.resume_from.steps + 1,
            "total_steps": self.total,
            "steps_per_epoch": self.per_epoch,
            "first_epoch": self.resume_from.epochs + 1,
            "epochs": self.recipe.epochs,
            "parameters": self.model.count_params(),
            "time": time.time(),
        }
        self.on_event(start)

    def _train_epoch(self, epoch) -> tuple[str, str]:
        """Train on one epoch's batches."""
        number = 0
        for figures in self.step_runner.run(self._batches(epoch)):
            for loss, accuracy in figures.tolist():
                number += 1
                self.recorder.add(loss, accuracy)
                if not math.isfinite(loss):
                    self.recorder.send()
                    return "failed", _diverged(self.recorder.epoch, number, self.recipe)
            self.on_weights(self.model, self.recorder.step)
            if self.should_stop():
                self.recorder.send()
                return "stopped", f"Stopped in epoch {self.recorder.epoch}, step {number}."
        self.recorder.send()
        return "finished", ""

    def _batches(self, epoch) -> Batches:
        """One epoch's, in an order that the seed and the epoch decide."""
        rng = np.random.default_rng((self.recipe.seed, self.recorder.epoch))
        count, size = len(self.train.labels), self.recipe.batch_size
        first = epoch * self.per_epoch
        rates = [
            optimizers.learning_rate_at(self.recipe, first + number, self.total)
            for number in range(self.per_epoch)
        ]
        ends = np.minimum(size * np.arange(1, self.per_epoch + 1), count)
        return Batches(rng.permutation(count), ends, rates, self.resume_from.steps + first)

    def _end_epoch(self, epoch):
        loss, accuracy, seconds = self.recorder.end_epoch()
        last_step = (epoch + 1) * self.per_epoch - 1
        figures = {
            "epoch": self.recorder.epoch,
            "step": self.recorder.step,
            "learning_rate": optimizers.learning_rate_at(self.recipe, last_step, self.total),
            "loss": loss,
            "accuracy": accuracy,
            "seconds": seconds,
        }
        if self.validation:
            val_loss, val_accuracy = self.measure(self.validation)
            figures |= {"val_loss": val_loss, "val_accuracy": val_accuracy}
            self._keep_best(epoch, val_loss)
        self.epochs.append(figures)
        self.on_event({"kind": "epoch"} | figures | {"time": time.time()})
        self.on_model(self.model, self.epochs)

    def _keep_best(self, epoch, val_loss):
        if val_loss < self.best.val_loss:  # never for one that is no number
            weights = self.model.get_weights() if self.recipe.restore_best_weights else None
            self.best = _Best(val_loss, epoch, weights)

    def _patience_is_over(self, epoch) -> bool:
        return bool(self.recipe.patience) and epoch - self.best.epoch >= self.recipe.patience

    def _restore_best(self):
        if self.best.weights:
            self.model.set_weights(self.best.weights)


def _ended_early(patience: int) -> str:
    epochs = "an epoch" if patience == 1 else f"{patience} epochs"
    return f"It ended early: {epochs} without a better val_loss."


def _diverged(epoch: int, number: int, recipe: Recipe) -> str:
    return (
        f"The loss stopped being a number in epoch {epoch}, step {number}: the steps are too"
        f" large. Try a learning_rate of {optimizers.smaller_rate(recipe):g} in place of"
        f" {recipe.learning_rate:g}."
    )
