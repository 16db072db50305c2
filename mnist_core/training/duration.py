"""How long a training will take, before it starts: a linear model, corrected by past runs."""

import math
from collections.abc import Iterable

from mnist_core.config import layer_shapes
from mnist_core.config.schema import Augmentation, Experiment, Network
from mnist_core.network import fused
from mnist_core.system import machine

# Fitted to half the processor seconds that training takes on two cores
SECONDS_PER_MULTIPLY_ADD = 4.2e-11  # forward and backward
SECONDS_PER_VALUE = 0.4e-9  # each value that a layer puts out is written, read and activated
SECONDS_PER_STEP = 0.6e-3
FEWEST_FILTERS = 16  # that are computed together: fewer take as long, and gain nothing by bfloat16
BFLOAT16_SHARE = 0.68  # of a layer's time in float32, with instructions for it
SECONDS_PER_UNEVEN_VALUE = 5e-9  # of a batch normalization of maps that aren't in sixteens
AFFINE_SECONDS, ELASTIC_SECONDS = 5e-6, 12e-6  # to augment an image; elastic includes affine
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
    in_16_bits = recipe.precision == "bfloat16" and machine.has_bfloat16()
    each = _image_seconds(experiment.network, in_16_bits) + _augmentation_seconds(recipe)
    return slowdown * (images * each + overhead)


def run_seconds(experiment: Experiment, slowdown: float = 1.0) -> float:
    """Seconds for the whole run, its validations and final test included."""
    recipe = experiment.recipe
    validation = TEST_IMAGES if recipe.validation == "test" else recipe.split_sizes()[1]
    images = validation * recipe.epochs + TEST_IMAGES
    evaluation = slowdown * EVALUATION_COST * images * _image_seconds(experiment.network)
    return STARTUP_SECONDS + recipe.epochs * epoch_seconds(experiment, slowdown) + evaluation


def measured_slowdown(past: Iterable[tuple[Experiment, float]], wanted: Experiment) -> float:
    """This machine's slowdown, from (experiment, measured seconds of an epoch) of past runs.

    The median over the newest runs of the same precision and network, or else of the same
    precision, or else of all; 1 where there are none.
    """

    def alike(one: Experiment) -> tuple[bool, bool]:
        same_precision = one.recipe.precision == wanted.recipe.precision
        return same_precision, same_precision and one.network == wanted.network

    past = list(past)
    most = max((alike(experiment) for experiment, _ in past), default=None)
    used = [(e, seconds) for e, seconds in past if alike(e) == most][:RECENT_RUNS]
    ratios = sorted(seconds / epoch_seconds(experiment) for experiment, seconds in used)
    return ratios[len(ratios) // 2] if ratios else 1.0


def gains_by_bfloat16(network: Network) -> bool:
    """Whether a layer is large enough for 16 bits to make it faster, where they are fast."""
    return not network.blocks or any(b.filters >= FEWEST_FILTERS for b in network.blocks)


def _image_seconds(network, in_16_bits: bool = False) -> float:
    """Forward and backward through all layers."""
    total, before = 0.0, layer_shapes.IMAGE_SHAPE
    for layer in layer_shapes.plan_layers(network):
        shape = layer.output_shape
        maps = len(shape) == 3
        width = max(shape[-1], FEWEST_FILTERS) if maps else shape[-1]
        values, products = math.prod(shape[:-1]) * width, 0
        if layer.kind == "Conv2D":
            inputs = max(before[-1], FEWEST_FILTERS) if before[-1] > 1 else 1
            products = values * layer.arguments["kernel_size"] ** 2 * inputs
        elif layer.kind == "Dense":
            products = values * before[-1]
        seconds = products * SECONDS_PER_MULTIPLY_ADD + values * SECONDS_PER_VALUE
        gains = in_16_bits and (not maps or shape[-1] >= FEWEST_FILTERS)
        total += seconds * (BFLOAT16_SHARE if gains else 1.0)
        if layer.kind == "BatchNormalization" and shape[-1] % fused.NORMALIZED_TOGETHER:
            total += math.prod(shape) * SECONDS_PER_UNEVEN_VALUE
        before = shape
    return total


def _augmentation_seconds(recipe) -> float:
    if recipe.augmentation == Augmentation():
        return 0.0
    return ELASTIC_SECONDS if recipe.augmentation.elastic else AFFINE_SECONDS
