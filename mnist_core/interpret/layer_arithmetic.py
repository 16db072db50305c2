"""The arithmetic of one value in one layer, with the real numbers.

Each kind of layer has a record of everything that makes the value; its `total` is worked out from
the parts that are shown, in float64, so that it can be held against what the network computed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import BATCH_NORMALIZATION_EPSILON
from mnist_core.interpret.activations import LayerActivation

LEAKY_SLOPE = 0.2  # Keras' default slope of leaky_relu below 0

ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda s: s,
    "relu": lambda s: max(0.0, s),
    "leaky_relu": lambda s: s if s > 0 else LEAKY_SLOPE * s,
    "elu": lambda s: s if s > 0 else math.expm1(s),
    "gelu": lambda s: s * (1 + math.erf(s / math.sqrt(2))) / 2,
    "tanh": math.tanh,
    "sigmoid": lambda s: 1 / (1 + math.exp(-s)) if s > -700 else 0.0,
}


@dataclass(frozen=True)
class Dense:
    """Every value before it, times a weight each, summed; plus a bias; bent."""

    inputs: np.ndarray  # float32 (n,)
    weights: np.ndarray  # float32, of the same shape
    bias: float
    activation: str

    @property
    def products(self) -> np.ndarray:
        """Each value times its weight: float64, of the same shape."""
        return self.inputs.astype(np.float64) * self.weights

    @property
    def sum(self) -> float:
        """All products and the bias."""
        return float(self.products.sum() + self.bias)

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return ACTIVATIONS[self.activation](self.sum)

    def largest_products(self, count: int) -> np.ndarray:
        """Which products weigh most, of either sign, the heaviest first: int64."""
        return np.argsort(-np.abs(self.products), axis=None, kind="stable")[:count]


@dataclass(frozen=True)
class Convolution(Dense):
    """The same of a patch and a filter: inputs and weights are (side, side, maps before)."""

    padding_mask: (
        np.ndarray
    )  # bool (side, side): where the patch reaches over the edge; inputs are 0


class Pooling(NamedTuple):
    """The largest of a square."""

    patch: np.ndarray  # float32 (side, side)

    @property
    def argmax(self) -> tuple[int, int]:
        """Row and column of the largest, in the square; the first of equals."""
        row, column = np.unravel_index(int(self.patch.argmax()), self.patch.shape)
        return int(row), int(column)

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return float(self.patch.max())


class Average(NamedTuple):
    """The mean of a whole map."""

    values: np.ndarray  # float32 (h, w)

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return float(self.values.mean(dtype=np.float64))


class Normalization(NamedTuple):
    """A value moved and stretched by what training found typical of its map.

    gamma (value - mean) / sqrt(variance + epsilon) + beta.
    """

    value: float
    mean: float  # of this map, over images seen in training
    variance: float
    gamma: float
    beta: float
    epsilon: float = BATCH_NORMALIZATION_EPSILON

    @property
    def result(self) -> float:
        """The value, from the parts."""
        apart = (self.value - self.mean) / math.sqrt(self.variance + self.epsilon)
        return self.gamma * apart + self.beta


class Activation(NamedTuple):
    """A value bent."""

    value: float
    activation: str

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return ACTIVATIONS[self.activation](self.value)


class PassThrough(NamedTuple):
    """A value that is passed on: by dropout, which only drops while training, or by flatten."""

    value: float
    source: tuple[int, ...]  # where it is in the layer before: (row, column, map) or (unit,)

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return self.value


class Softmax(NamedTuple):
    """A logit's exponential, as a share of all ten. 10 logits may be any numbers; shares sum to 1.

    The largest logit is taken from all of them first: that changes no share, and no exponential
    grows too large for the computer.
    """

    logits: np.ndarray  # float32 (10,)
    digit: int

    @property
    def exponentials(self) -> np.ndarray:
        """exp(logit - largest logit): float64 (10,), in (0, 1]."""
        z = self.logits.astype(np.float64)
        return np.exp(z - z.max())

    @property
    def result(self) -> float:
        """The value, from the parts."""
        return float(self.exponentials[self.digit] / self.exponentials.sum())


def explain_value(step: LayerActivation, place: tuple[int, ...]):
    """How the value at this place of a layer's output comes about.

    Args:
        place: (row, column, map) in a layer of maps, (unit,) in a row of values; from 0.

    Returns:
        One of the records above; its `total` is the value, to float32 rounding.

    Raises:
        ValueError: there is no such place; says what there is.
    """
    shape = step.layer.output_shape
    if len(place) != len(shape) or not all(0 <= i < n for i, n in zip(place, shape, strict=True)):
        raise ValueError(f"{step.layer.name} holds {shape} values, from 0. Received: {place}")
    return _KINDS[step.layer.kind](step, place)


def _convolution(step, place) -> Convolution:
    row, column, filter_ = place
    kernel, bias = step.weights
    side = kernel.shape[0]
    before = padding_before(step.layer)
    height, width = step.inputs.shape[:2]
    rows, columns = (start - before + np.arange(side) for start in (row, column))
    inside = _within(rows, height)[:, None] & _within(columns, width)
    patch = step.inputs[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)]
    patch = patch * inside[..., None]
    activation = step.layer.arguments.get("activation", "linear")
    return Convolution(patch, kernel[..., filter_], float(bias[filter_]), activation, ~inside)


def padding_before(layer) -> int:
    """How far a convolution's patch reaches before its first pixel: 0, or half a kernel."""
    if layer.arguments["padding"] == "valid":
        return 0
    return (layer.arguments["kernel_size"] - 1) // 2


def _within(numbers, size):
    return (numbers >= 0) & (numbers < size)


def _dense(step, place) -> Dense:
    kernel, bias = step.weights
    (unit,) = place
    activation = step.layer.arguments.get("activation", "linear")
    return Dense(step.inputs, kernel[:, unit], float(bias[unit]), activation)


def _pooling(step, place) -> Pooling:
    row, column, map_ = place
    side = step.layer.arguments["pool_size"]
    rows, columns = slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)
    return Pooling(step.inputs[rows, columns, map_])


def _normalization(step, place) -> Normalization:
    gamma, beta, mean, variance = (float(weight[place[-1]]) for weight in step.weights)
    return Normalization(float(step.inputs[place]), mean, variance, gamma, beta)


def _flatten_value(step, place) -> PassThrough:
    source = tuple(int(i) for i in np.unravel_index(place[0], step.inputs.shape))
    return PassThrough(float(step.inputs[source]), source)


_KINDS = {
    "Conv2D": _convolution,
    "BatchNormalization": _normalization,
    "Activation": lambda step, place: Activation(
        float(step.inputs[place]), step.layer.arguments["activation"]
    ),
    "MaxPooling2D": _pooling,
    "Dropout": lambda step, place: PassThrough(float(step.inputs[place]), place),
    "Flatten": _flatten_value,
    "GlobalAveragePooling2D": lambda step, place: Average(step.inputs[..., place[0]]),
    "Dense": _dense,
    "Softmax": lambda step, place: Softmax(step.inputs, place[0]),
}
