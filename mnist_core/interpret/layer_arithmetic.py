"""The arithmetic of one value in one layer, with the real numbers.

Each kind of layer has a record of everything that makes the value; its `result` is computed from
the parts that are shown, in float64, so that it can be held against what the network computed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import BATCH_NORMALIZATION_EPSILON, LEAKY_RELU_SLOPE
from mnist_core.interpret.activations import LayerActivation

ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda s: s,
    "relu": lambda s: max(0.0, s),
    "leaky_relu": lambda s: s if s > 0 else LEAKY_RELU_SLOPE * s,
    "elu": lambda s: s if s > 0 else math.expm1(s),
    "gelu": lambda s: s * (1 + math.erf(s / math.sqrt(2))) / 2,
    "tanh": math.tanh,
    "sigmoid": lambda s: 1 / (1 + math.exp(-s)) if s > -700 else 0.0,
}


@dataclass(frozen=True)
class Dense:
    """The weighted sum of all inputs, plus a bias, through an activation function."""

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
        """The sum of all products and the bias."""
        return float(self.products.sum() + self.bias)

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        return ACTIVATIONS[self.activation](self.sum)

    def largest_products(self, count: int) -> np.ndarray:
        """The flat indices of the products largest in size, the largest first: int64."""
        return np.argsort(-np.abs(self.products), axis=None, kind="stable")[:count]


@dataclass(frozen=True)
class Convolution(Dense):
    """A `Dense` of a patch and a filter: inputs and weights are (side, side, input maps)."""

    padding_mask: np.ndarray  # bool (side, side): True beyond the edge, where inputs are 0


class Pooling(NamedTuple):
    """The largest value of a square."""

    patch: np.ndarray  # float32 (side, side)

    @property
    def argmax(self) -> tuple[int, int]:
        """Row and column of the largest value in the square; the first of equals."""
        row, column = np.unravel_index(int(self.patch.argmax()), self.patch.shape)
        return int(row), int(column)

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        return float(self.patch.max())


class Average(NamedTuple):
    """The mean of a whole map."""

    values: np.ndarray  # float32 (h, w)

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        return float(self.values.mean(dtype=np.float64))


class Normalization(NamedTuple):
    """A value normalized by the mean and variance of its map in training, then scaled and shifted.

    gamma (value - mean) / sqrt(variance + epsilon) + beta.
    """

    value: float
    mean: float  # of this map, over training images
    variance: float
    gamma: float
    beta: float
    epsilon: float = BATCH_NORMALIZATION_EPSILON

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        normalized = (self.value - self.mean) / math.sqrt(self.variance + self.epsilon)
        return self.gamma * normalized + self.beta


class Activation(NamedTuple):
    """An activation function of a value."""

    value: float
    activation: str

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        return ACTIVATIONS[self.activation](self.value)


class PassThrough(NamedTuple):
    """A value that is passed on: by dropout, which only drops while training, or by flatten."""

    value: float
    source: tuple[int, ...]  # its index in the layer before: (row, column, map) or (unit,)

    @property
    def result(self) -> float:
        """The value, computed from the parts."""
        return self.value


class Softmax(NamedTuple):
    """A logit's exponential, as a share of all ten.

    The largest logit is subtracted from all first: that changes no share, and no exponential
    overflows.
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
        """The value, computed from the parts."""
        return float(self.exponentials[self.digit] / self.exponentials.sum())


def explain_value(layer_activation: LayerActivation, index: tuple[int, ...]):
    """How the value at this index of a layer's output is computed.

    Args:
        index: (row, column, map) in a layer of maps, (unit,) in a row of values; from 0.

    Returns:
        One of the records above; its `result` is the value, to float32 rounding.

    Raises:
        ValueError: there is no such index; says what there is.
    """
    layer = layer_activation.layer
    shape = layer.output_shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ValueError(f"{layer.name} holds {shape} values, from 0. Received: {index}")
    return _EXPLAIN_BY_KIND[layer.kind](layer_activation, index)


def _convolution(activation, index) -> Convolution:
    row, column, filter_ = index
    kernel, bias = activation.weights
    side = kernel.shape[0]
    before = padding_before(activation.layer)
    height, width = activation.inputs.shape[:2]
    rows, columns = (start - before + np.arange(side) for start in (row, column))
    inside = _is_within(rows, height)[:, None] & _is_within(columns, width)
    clipped = np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)
    patch = activation.inputs[clipped] * inside[..., None]
    return Convolution(
        patch, kernel[..., filter_], float(bias[filter_]), _activation_name(activation), ~inside
    )


def padding_before(layer) -> int:
    """How far a convolution's patch reaches before its first pixel: 0, or half a kernel."""
    if layer.arguments["padding"] == "valid":
        return 0
    return (layer.arguments["kernel_size"] - 1) // 2


def _is_within(positions, size):
    return (positions >= 0) & (positions < size)


def _activation_name(activation) -> str:
    return activation.layer.arguments.get("activation", "linear")


def _dense(activation, index) -> Dense:
    kernel, bias = activation.weights
    (unit,) = index
    return Dense(
        activation.inputs, kernel[:, unit], float(bias[unit]), _activation_name(activation)
    )


def _pooling(activation, index) -> Pooling:
    row, column, map_ = index
    side = activation.layer.arguments["pool_size"]
    rows, columns = slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)
    return Pooling(activation.inputs[rows, columns, map_])


def _normalization(activation, index) -> Normalization:
    gamma, beta, mean, variance = (float(weight[index[-1]]) for weight in activation.weights)
    return Normalization(float(activation.inputs[index]), mean, variance, gamma, beta)


def _activation(activation, index) -> Activation:
    return Activation(float(activation.inputs[index]), _activation_name(activation))


def _flatten(activation, index) -> PassThrough:
    source = tuple(int(i) for i in np.unravel_index(index[0], activation.inputs.shape))
    return PassThrough(float(activation.inputs[source]), source)


_EXPLAIN_BY_KIND = {
    "Conv2D": _convolution,
    "BatchNormalization": _normalization,
    "Activation": _activation,
    "MaxPooling2D": _pooling,
    "Dropout": lambda activation, index: PassThrough(float(activation.inputs[index]), index),
    "Flatten": _flatten,
    "GlobalAveragePooling2D": lambda activation, index: Average(activation.inputs[..., index[0]]),
    "Dense": _dense,
    "Softmax": lambda activation, index: Softmax(activation.inputs, index[0]),
}
