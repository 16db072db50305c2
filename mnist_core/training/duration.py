"""How long a training will take, before it starts: a linear model, corrected by past runs."""

import math
from collections.abc import Iterable

from mnist_core.config import layer_shapes
from mnist_core.config.schema import Experiment
from mnist_core.network import summary

# Fitted to training on two laptop-class cores (tests/bench/training.py prints both sides).
SECONDS_PER_MULTIPLY_ADD = 3.5e-11  # forward and backward
SECONDS_PER_VALUE = 2.4e-9  # each value that a layer puts out is written, read and activated
SECONDS_PER_STEP = 1.5e-3
STARTUP_SECONDS = 2.0
TEST_IMAGES = 10_000
EVALUATION_COST = 0.35  # validating or testing an image, of what training on it costs
RECENT_RUNS = 5  # the newest, from which the slowdown is measured


def epoch_seconds(experiment: Experiment, slowdown: float = 1.0) -> float:
    """Seconds for an epoch's training, without validation.

    Args:
        slowdown: this machine's time over that of the machine the constants were fitted on.
    """
    recipe = experiment.recipe
    images = recipe.split_sizes()[0]
    overhead = recipe.steps_per_epoch() * SECONDS_PER_STEP
    return slowdown * (images * _image_seconds(experiment.network) + overhead)


def run_seconds(experiment: Experiment, slowdown: float = 1.0) -> float:
    """Seconds for the whole run, its validations and final test included."""
    recipe = experiment.recipe
    validation = TEST_IMAGES if recipe.validation == "test" else recipe.split_sizes()[1]
    images = validation * recipe.epochs + TEST_IMAGES
    evaluation = slowdown * EVALUATION_COST * images * _image_seconds(experiment.network)
    return STARTUP_SECONDS + recipe.epochs * epoch_seconds(experiment, slowdown) + evaluation


def measured_slowdown(past: Iterable[tuple[Experiment, float]]) -> float:
    """This machine's slowdown, from (experiment, measured seconds of an epoch) of past runs.

    The median over the newest runs; 1 where there are none.
    """
    ratios = sorted(seconds / epoch_seconds(e) for e, seconds in list(past)[:RECENT_RUNS])
    return ratios[len(ratios) // 2] if ratios else 1.0


def _image_seconds(network) -> float:
    values = sum(math.prod(layer.output_shape) for layer in layer_shapes.plan_layers(network))
    return summary.multiply_adds(network) * SECONDS_PER_MULTIPLY_ADD + values * SECONDS_PER_VALUE
