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
EVALUATION_COST = 0.35  # validating or testing an image, of what training on it costs
RECENT_RUNS = 5  # the newest, from which the slowdown is measured


def epoch_seconds(experiment: Experiment, slowdown: float = 1.0) -> float:
    """Seconds for an epoch's training, without validation.

    Args:
        slowdown: this machine's time over that of the machine the constants were fitted on.
    """
    training = _images(experiment) * _image_seconds(experiment.network)
    return slowdown * (training + _overhead(experiment))


def run_seconds(experiment: Experiment, slowdown: float = 1.0) -> float:
    """Seconds for the whole run, its validations and final test included."""
    recipe = experiment.recipe
    held_back = recipe.validation_fraction * recipe.train_images
    validated = {"split": held_back, "test": 10_000, "none": 0}[recipe.validation]
    evaluated = validated * recipe.epochs + 10_000
    evaluation = slowdown * EVALUATION_COST * evaluated * _image_seconds(experiment.network)
    return STARTUP_SECONDS + recipe.epochs * epoch_seconds(experiment, slowdown) + evaluation


def measured_slowdown(past: Iterable[tuple[Experiment, float]]) -> float:
    """This machine's slowdown, from (experiment, measured seconds of an epoch) of past runs.

    The median over the newest runs; 1 where there are none.
    """
    ratios = sorted(seconds / epoch_seconds(e) for e, seconds in list(past)[:RECENT_RUNS])
    return ratios[len(ratios) // 2] if ratios else 1.0


def _images(experiment) -> float:
    recipe = experiment.recipe
    held_back = recipe.validation_fraction if recipe.validation == "split" else 0
    return recipe.train_images * (1 - held_back)


def _image_seconds(network) -> float:
    values = sum(math.prod(layer.output_shape) for layer in layer_shapes.plan_layers(network))
    return summary.multiply_adds(network) * SECONDS_PER_MULTIPLY_ADD + values * SECONDS_PER_VALUE


def _overhead(experiment) -> float:
    return SECONDS_PER_STEP * _images(experiment) / experiment.recipe.batch_size
