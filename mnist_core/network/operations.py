"""The operations that layers are made of, in NumPy, each forward and backward.

A forward function turns a layer's input into its output, for a batch; a backward function turns
(the input, the gradient by the output) into the gradient by the input.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_core.config.layer_shapes import BATCH_NORMALIZATION_EPSILON, LEAKY_RELU_SLOPE, Layer

Function = Callable[[np.ndarray], np.ndarray]


class Operation(NamedTuple):
    """One step of a network, on float32 arrays whose first axis is the batch."""

    forward: Function
    backward: Callable[[np.ndarray, np.ndarray], np.ndarray]


def of_layer(layer: Layer, weights: Sequence[np.ndarray]) -> list[Operation]:
    """What a layer does, in order: for a layer with an activation that is two operations.

    Args:
        weights: the layer's own, in Keras' order.
    """
    steps = [_KINDS[layer.kind](layer, *weights)] if layer.kind in _KINDS else []
    if "activation" in layer.arguments:
        steps.append(ACTIVATIONS[layer.arguments["activation"]])
    return steps


def _convolution(layer, kernel, bias) -> Operation:
    side, _, channels, filters = kernel.shape
    matrix = np.ascontiguousarray(kernel.reshape(-1, filters))
    height, width, _ = layer.output_shape
    total = side - 1 if layer.arguments["padding"] == "same" else 0
    before, after = total // 2, total - total // 2  # as TensorFlow pads: the odd one after

    def forward(x):
        x = np.pad(x, ((0, 0), (before, after), (before, after), (0, 0))) if total else x
        windows = sliding_window_view(x, (side, side), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
        product = windows.reshape(-1, side * side * channels) @ matrix
        product += bias
        return product.reshape(-1, height, width, filters)

    def backward(x, gradient):
        flat = gradient.reshape(-1, filters)
        padded = np.zeros((len(x), height + side - 1, width + side - 1, channels), np.float32)
        for row, column in np.ndindex(side, side):
            added = (flat @ kernel[row, column].T).reshape(-1, height, width, channels)
            padded[:, row : row + height, column : column + width] += added
        return padded[:, before : before + x.shape[1], before : before + x.shape[2]]

    return Operation(forward, backward)


def _normalization(layer, gamma, beta, moving_mean, moving_variance) -> Operation:
    scale = gamma / np.sqrt(moving_variance + np.float32(BATCH_NORMALIZATION_EPSILON))
    shift = beta - moving_mean * scale
    return Operation(lambda x: x * scale + shift, lambda x, gradient: gradient * scale)


def _max_pooling(layer) -> Operation:
    size, (height, width, _) = layer.arguments["pool_size"], layer.output_shape

    def squares(x):
        used = x[:, : height * size, : width * size]  # what is left over at the edge falls away
        return used.reshape(-1, height, size, width, size, x.shape[-1])

    def backward(x, gradient):
        cells = squares(x).transpose(0, 1, 3, 5, 2, 4)
        spread = np.zeros_like(cells, order="C").reshape(-1, size * size)
        # the first of equal ones, as TensorFlow takes
        largest = cells.reshape(-1, size * size).argmax(axis=1)
        spread[np.arange(len(spread)), largest] = gradient.reshape(-1)
        result = np.zeros_like(x)
        squares(result)[...] = spread.reshape(cells.shape).transpose(0, 1, 4, 2, 5, 3)
        return result

    return Operation(lambda x: squares(x).max((2, 4)), backward)


def _average_pooling(layer) -> Operation:
    def backward(x, gradient):
        share = gradient[:, None, None] / np.float32(x.shape[1] * x.shape[2])
        return np.broadcast_to(share, x.shape)

    return Operation(lambda x: x.mean((1, 2)), backward)


def _flatten(layer) -> Operation:
    return Operation(lambda x: x.reshape(len(x), -1), lambda x, gradient: gradient.reshape(x.shape))


def _dense(layer, kernel, bias) -> Operation:
    return Operation(lambda x: x @ kernel + bias, lambda x, gradient: gradient @ kernel.T)


def softmax(x: np.ndarray) -> np.ndarray:
    """float32 (n, k) -> (n, k), rows that sum to 1."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _softmax(layer) -> Operation:
    def backward(x, gradient):
        y = softmax(x)
        return y * (gradient - (gradient * y).sum(axis=-1, keepdims=True))

    return Operation(softmax, backward)


_KINDS = {
    "Conv2D": _convolution,
    "BatchNormalization": _normalization,
    "MaxPooling2D": _max_pooling,
    "GlobalAveragePooling2D": _average_pooling,
    "Flatten": _flatten,
    "Dense": _dense,
    "Softmax": _softmax,
}  # dropout does nothing once a network is trained; an activation layer has no more than that


def _sigmoid(x):
    # exp(-x) of a very negative x is infinite, and 1 / infinity is the 0 that is meant
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def _erf(x):
    """The error function, to 2e-7. Source: Abramowitz and Stegun, 7.1.26."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * t
    return np.copysign(1 - series * np.exp(-size * size), x)


def _normal_cdf(x):
    return (1 + _erf(x * np.float32(0.5**0.5))) / 2


def _gelu_slope(x):
    density = np.exp(-x * x / 2) * np.float32((2 * np.pi) ** -0.5)
    return _normal_cdf(x) + x * density


def _of(function: Function, slope: Function) -> Operation:
    return Operation(function, lambda x, gradient: gradient * slope(x))


_SLOPE = np.float32(LEAKY_RELU_SLOPE)
ACTIVATIONS = {
    "linear": _of(lambda x: x, lambda x: np.float32(1)),
    "relu": _of(lambda x: np.maximum(x, 0), lambda x: x > 0),
    "leaky_relu": _of(
        lambda x: np.maximum(x, _SLOPE * x), lambda x: np.where(x > 0, np.float32(1), _SLOPE)
    ),
    "elu": _of(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda x: np.exp(np.minimum(x, 0)),
    ),
    "gelu": _of(lambda x: x * _normal_cdf(x), _gelu_slope),
    "tanh": _of(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sigmoid": _of(_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
}
