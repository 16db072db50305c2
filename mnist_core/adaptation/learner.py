"""Steps of learning a hand, and looks at what they do, reported as events like any training's."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnist_core.adaptation.examples import Mix
from mnist_core.config.schema import Experiment
from mnist_core.data.types import Dataset, Digits, subset
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.training import optimizers, precision, train_step
from mnist_core.training.step_recorder import StepRecorder
from mnist_core.training.step_runner import StepRunner

CHECKS = 6  # looks at the drawings held back and at MNIST, while it learns
CHECK_IMAGES = 500  # of MNIST's test set, for those


class Learner:
    """A model that learns, as far as it has come.

    Attributes:
        model: the Keras model, compiled.
        measure: Digits -> (loss, accuracy), with as many views as the model's classifier has.
    """

    def __init__(
        self,
        name: str | Run,
        experiment: Experiment,
        dataset: Dataset,
        mix: Mix,
        on_event: Callable[[dict], None],
        should_stop: Callable[[], bool],
        on_weights: Callable[[Any, int], None],
    ):
        """
        Args:
            name: of the model that it begins as.
            dataset: what stands for MNIST.
            mix: the images that it learns from.
            on_event, should_stop, on_weights: see `fine_tuning.adapt`.
        """
        self.on_event, self.should_stop, self.on_weights = on_event, should_stop, on_weights
        self.mix = mix
        self.recipe, network = experiment.recipe, experiment.network
        self.model = optimizers.compile_model(model_store.load(name), self.recipe)
        usable = precision.choose("bfloat16", network)[0]
        recipe = experiment.with_values({"recipe.precision": usable}).recipe
        steps = train_step.compile_train_steps(self.model, network, recipe, as_training=False)
        views = Classifier.load(name).views
        self.measure = train_step.compile_evaluation(self.model, network, views)
        self.steps = self.recipe.steps_per_epoch()
        self.runner = StepRunner(steps, mix.images, mix.labels)
        self.recorder = StepRecorder(on_event, self.steps, 0)
        count = min(CHECK_IMAGES, len(dataset.test.labels))
        self.sample = subset(dataset.test, count, self.recipe.seed)
        self.rng = np.random.default_rng([self.recipe.seed, 1])

    def begin(self) -> None:
        """Report the start, before the first step."""
        self.on_event({"kind": "status", "state": "training"})
        counts = {"total_steps": self.steps, "steps_per_epoch": self.steps, "epochs": 1}
        start = {"kind": "start", "first_step": 1, "first_epoch": 1} | counts
        parameters = self.model.count_params()
        self.on_event(start | {"parameters": parameters, "time": time.time()})
        self.recorder.start_clock()
        self.recorder.begin_epoch(1)

    def check(self, held_back: Digits | None) -> float | None:
        """Look at drawings that were not learned from, and at some of MNIST's test set.

        Returns:
            The accuracy on those drawings; None where there are none.
        """
        loss, accuracy = self.measure(self.sample)
        event = {"kind": "check", "step": self.recorder.step}
        event |= {"mnist_loss": loss, "mnist_accuracy": accuracy}
        own = None
        if held_back:
            loss, own = self.measure(held_back)
            event |= {"own_loss": loss, "own_accuracy": own}
        self.on_event(event | {"time": time.time()})
        return own

    def learn(
        self, chosen: Sequence[int], steps: int, rate: float, held_back: Digits | None
    ) -> str:
        """Take some steps from MNIST and the chosen drawings; returns finished, stopped or failed.

        Args:
            chosen: the drawings, by their index.
            rate: times the recipe's learning rate.
            held_back: drawings to look at in between, of which none is chosen.
        """
        first = self.recorder.step
        rates = [
            rate * optimizers.learning_rate_at(self.recipe, step, steps) for step in range(steps)
        ]
        next_check = first + self.steps / CHECKS
        for figures in self.runner.run(self.mix.batches(chosen, rates, first, self.rng)):
            for loss, accuracy in figures.tolist():
                self.recorder.add(loss, accuracy)
                if not math.isfinite(loss):
                    return "failed"
            self.on_weights(self.model, self.recorder.step)
            if self.should_stop():
                return "stopped"
            if next_check <= self.recorder.step < first + steps:
                self.check(held_back)
                next_check = self.recorder.step + self.steps / CHECKS
        return "finished"

    def end(self) -> dict:
        """Report the end of the steps; returns the figures of this, its only epoch."""
        self.recorder.send()
        loss, accuracy, seconds = self.recorder.end_epoch()
        epoch = {"epoch": 1, "step": self.recorder.step, "seconds": seconds}
        epoch |= {"loss": loss, "accuracy": accuracy}
        self.on_event({"kind": "epoch"} | epoch | {"time": time.time()})
        return epoch
