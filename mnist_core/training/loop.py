"""Train an experiment: blocking, in this process, telling what happens through plain callables."""

import math
import time
from typing import Any, NamedTuple

import numpy as np

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.data import types
from mnist_core.network import keras_model
from mnist_core.training import optimizers, train_step

MAX_POINTS = 20_000  # of a run's step curve; above, a point is the mean of several steps
EVENT_INTERVAL = 0.25  # seconds between two "steps" events: a page draws at 2 Hz


class TrainingResult(NamedTuple):
    """What a training came to.

    `epochs` holds a dict per full epoch. The test figures are None if the run failed. `outcome` is
    finished, stopped or failed, and `sentence` says why where it is not plain.
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
    """What happens on an event that nobody listens to."""


def train(
    experiment: Experiment,
    dataset: types.Dataset,
    on_event=_ignore,
    should_stop=lambda: False,
    on_model=_ignore,
    model=None,
    resume_from: ResumePoint = ResumePoint(),  # noqa: B008 -- immutable
) -> TrainingResult:
    """Train to the end, or until `should_stop()` says so, which is asked after every batch.

    Args:
        on_event: called with a dict per event: start, steps, epoch, test, status (see runs).
        should_stop: no arguments, true to end after this batch; weights are kept and tested.
        on_model: called with (model, epochs so far) whenever there are weights worth saving.
        model: a compiled Keras model to go on with; None builds and compiles a new one.
        resume_from: what the epochs and steps of a continued run are counted from.
    """
    started = time.monotonic()
    loop = _TrainingLoop(experiment, dataset, on_event, should_stop, on_model, model, resume_from)
    outcome, sentence = loop.run()
    test = (None, None)
    if outcome != "failed":
        on_event({"kind": "status", "state": "testing"})
        test = loop.measure(dataset.test)
        figures = {"loss": test[0], "accuracy": test[1], "images": len(dataset.test.labels)}
        on_event({"kind": "test"} | figures)
    seconds = time.monotonic() - started
    return TrainingResult(loop.model, loop.epochs, *test, seconds, outcome, sentence)


def compile_model(experiment: Experiment):
    """A fresh model of this experiment with its optimizer, whose state is saved with it."""
    model = keras_model.build(experiment.network, experiment.recipe.seed)
    model.compile(
        optimizer=optimizers.make_optimizer(experiment.recipe),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    return model


def split_dataset(
    dataset: types.Dataset, recipe: Recipe
) -> tuple[types.Digits, types.Digits | None]:
    """(train, validation) as the recipe asks; validation is None where it asks for none."""
    training, held_back = recipe.split_sizes(len(dataset.train.labels))
    chosen = types.subset(dataset.train, training + held_back, recipe.seed)
    if recipe.validation == "split":
        return types.split(chosen, held_back, recipe.seed)
    return chosen, dataset.test if recipe.validation == "test" else None


class _TrainingLoop:
    """The state of a training between two batches."""

    def __init__(self, experiment, dataset, on_event, should_stop, on_model, model, done):
        self.recipe: Recipe = experiment.recipe
        self.on_event, self.should_stop, self.on_model = on_event, should_stop, on_model
        self.train, self.validation = split_dataset(dataset, self.recipe)
        self.labels = self.train.labels.astype("int32")
        self.model = model or compile_model(experiment)
        self.step = train_step.compile_train_step(self.model, self.recipe)
        self.measure = train_step.compile_evaluation(self.model)
        self.per_epoch = self.recipe.steps_per_epoch(len(dataset.train.labels))
        self.total = self.per_epoch * self.recipe.epochs
        self.done, self.epochs, self.best = done, [], None
        self.curve = _StepCurve(on_event, self.total, done.steps)

    def run(self) -> tuple[str, str]:
        """(outcome, sentence) of the training."""
        self._say_start()
        self.curve.start_clock()
        for epoch in range(self.recipe.epochs):
            self.curve.begin_epoch(self.done.epochs + epoch + 1)
            outcome, sentence = self._batches(epoch)
            if outcome != "finished":
                self._restore_best()
                return outcome, sentence
            self._end_epoch(epoch)
            if self._patience_is_over(epoch):
                sentence = f"No better val_loss for {self.recipe.patience} epochs."
                break
        self._restore_best()
        return "finished", sentence

    def _say_start(self):
        start = {"kind": "start", "first_step": self.done.steps + 1, "total_steps": self.total}
        start |= {"steps_per_epoch": self.per_epoch, "first_epoch": self.done.epochs + 1}
        start |= {"epochs": self.recipe.epochs, "parameters": self.model.count_params()}
        self.on_event({"kind": "status", "state": "training"})
        self.on_event(start | {"time": time.time()})

    def _batches(self, epoch) -> tuple[str, str]:
        """One epoch's batches, in an order that the seed and the epoch decide."""
        rng = np.random.default_rng((self.recipe.seed, self.curve.epoch))
        order = rng.permutation(len(self.labels))
        size, first = self.recipe.batch_size, epoch * self.per_epoch
        for number in range(self.per_epoch):
            at = order[number * size : (number + 1) * size]
            rate = optimizers.learning_rate_at(self.recipe, first + number, self.total)
            seed = self.done.steps + first + number
            loss, right = self.step(self.train.images[at], self.labels[at], rate, seed)
            loss, right = float(loss), float(right)
            self.curve.add(loss, right)
            if not math.isfinite(loss):
                self.curve.tell()
                return "failed", _diverged(self.curve, number + 1, self.recipe)
            if self.should_stop():
                self.curve.tell()
                return "stopped", f"Stopped in epoch {self.curve.epoch}, step {number + 1}."
        self.curve.tell()
        return "finished", ""

    def _end_epoch(self, epoch):
        loss, accuracy, seconds = self.curve.end_epoch()
        last = optimizers.learning_rate_at(
            self.recipe, (epoch + 1) * self.per_epoch - 1, self.total
        )
        figures = {"epoch": self.curve.epoch, "step": self.curve.step, "learning_rate": last}
        figures |= {"loss": loss, "accuracy": accuracy, "seconds": seconds}
        if self.validation:
            val_loss, val_accuracy = self.measure(self.validation)
            figures |= {"val_loss": val_loss, "val_accuracy": val_accuracy}
            self._keep_best(epoch, val_loss)
        self.epochs.append(figures)
        self.on_event({"kind": "epoch"} | figures | {"time": time.time()})
        self.on_model(self.model, self.epochs)

    def _keep_best(self, epoch, val_loss):
        if self.best is None or val_loss < self.best[0]:
            weights = self.model.get_weights() if self.recipe.restore_best_weights else None
            self.best = (val_loss, epoch, weights)

    def _patience_is_over(self, epoch) -> bool:
        return bool(self.recipe.patience) and epoch - self.best[1] >= self.recipe.patience

    def _restore_best(self):
        if self.best and self.best[2]:
            self.model.set_weights(self.best[2])


def _diverged(curve, number, recipe) -> str:
    return (
        f"The loss stopped being a number in epoch {curve.epoch}, step {number}: the steps are too"
        f" large. Try a learning_rate of {recipe.learning_rate / 10:g} in place of"
        f" {recipe.learning_rate:g}."
    )


class _StepCurve:
    """Each step's own loss and accuracy, told a few times a second."""

    def __init__(self, on_event, total, done_steps):
        self.on_event, self.total, self.first = on_event, total, done_steps
        self.every = math.ceil(total / MAX_POINTS)
        self.step, self.epoch = done_steps, 1
        self.pending: list[tuple[float, float]] = []
        self.of_epoch: list[tuple[float, float]] = []

    def start_clock(self):
        self.told = self.started = time.monotonic()

    def begin_epoch(self, number):
        self.epoch, self.epoch_began = number, time.monotonic()

    def add(self, loss, accuracy):
        self.step += 1
        self.pending.append((loss, accuracy))
        self.of_epoch.append((loss, accuracy))
        # The first step includes compiling; telling it at once shows that something happens.
        if time.monotonic() - self.told > EVENT_INTERVAL or self.step == self.first + 1:
            self.tell()

    def tell(self):
        """Tell of the steps that make whole points; the rest waits."""
        whole = len(self.pending) // self.every * self.every
        if not whole:
            return
        now = time.monotonic()
        points = np.array(self.pending[:whole]).reshape(-1, self.every, 2).mean(axis=1)
        first = self.step - len(self.pending) + 1
        self.pending = self.pending[whole:]
        event = {"kind": "steps", "epoch": self.epoch, "first": first, "every": self.every}
        loss, accuracy = points[:, 0].round(5).tolist(), points[:, 1].round(4).tolist()
        event |= {"loss": loss, "accuracy": accuracy}
        event |= {"seconds_left": self._seconds_left(now), "time": time.time()}
        self.on_event(event)
        self.told = now

    def _seconds_left(self, now) -> float | None:
        """By the pace since the first step, which compiled; None while there is no pace yet."""
        taken = self.step - self.first - 1
        if not taken:
            self.started = now
            return None
        return round((now - self.started) / taken * (self.total - taken - 1), 1)

    def end_epoch(self) -> tuple[float, float, float]:
        """(loss, accuracy, seconds) of the epoch that ends: means over its steps."""
        loss, accuracy = np.mean(self.of_epoch, axis=0)
        now = time.monotonic()
        self.of_epoch = []
        return float(loss), float(accuracy), now - self.epoch_began
