"""The batches of an epoch, done in calls of the compiled steps that are neither long nor many."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

CALL_SECONDS = 0.1  # that a call should take: Stop is asked between two, and may take 0.25
MAX_STEPS = 64  # in a call; more bring no speed


class Batches(NamedTuple):
    """The batches of an epoch, one after the other, and what belongs to each."""

    order: np.ndarray  # whole numbers (n,): which image is when
    ends: np.ndarray  # whole numbers (steps,): how much of `order` is done after each batch
    learning_rates: Sequence[float]  # (steps,)
    first: int  # the number of the first step in the run, from 0; it seeds the step
    strength: np.ndarray | None = None  # float (n,): of each image's augmentation; None is 1
    keep: Sequence[float] | None = None  # (steps,): see `train_step.compile_train_steps`


class StepRunner:
    """Does the steps of batches, as many in a call as take about a tenth of a second.

    Args:
        steps: see `train_step.compile_train_steps`.
        images: uint8 (m, 28, 28).
        labels: whole numbers (m,).
        clock: seconds.
    """

    def __init__(self, steps: Callable, images, labels, clock=time.perf_counter):
        import tensorflow as tf

        self.steps, self.clock = steps, clock
        self.images, self.labels = tf.constant(images), tf.constant(labels, tf.int32)
        self.calls, self.count = 0, 1

    def run(self, batches: Batches) -> Iterator[np.ndarray]:
        """The losses and accuracies of each call, float32 (steps, 2), as soon as it is done."""
        order, ends = np.asarray(batches.order, np.int32), np.asarray(batches.ends, np.int32)
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int32)
        rates = np.asarray(batches.learning_rates, np.float32)
        strength = _or_ones(batches.strength, len(order))
        keep = _or_ones(batches.keep, len(ends))
        done = 0
        while done < len(ends):
            part, began = slice(done, done + self.count), self.clock()
            per_step = order, starts[part], ends[part], rates[part], batches.first + done
            figures = self.steps(self.images, self.labels, *per_step, strength, keep[part])
            figures = np.asarray(figures)
            done += len(figures)
            self._adapt((self.clock() - began) / len(figures))
            yield figures

    def _adapt(self, step_seconds: float) -> None:
        self.calls += 1
        if self.calls > 1:  # the first compiles
            fitting = int(CALL_SECONDS / max(step_seconds, 1e-9))
            self.count = max(1, min(fitting, 2 * self.count, MAX_STEPS))


def _or_ones(values, count: int) -> np.ndarray:
    return np.ones(count, np.float32) if values is None else np.asarray(values, np.float32)
