"""A network's layers worked out by arithmetic: names, shapes, parameter counts.

One plan serves everybody: `network.build` makes Keras layers of it, pages show it as a table,
`models` writes it as a script. Nothing here needs Keras.
"""

import functools
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10
# Keras' default of 0.99 averages over about 100 steps x 10; runs here are a few hundred steps
# long, and the moving averages would lag far behind the weights.
BATCH_NORMALIZATION_MOMENTUM = 0.9
BATCH_NORMALIZATION_EPSILON = 1e-3  # Keras' default
LEAKY_RELU_SLOPE = 0.2  # below 0; Keras 3's, of its activation of that name


class Layer(NamedTuple):
    """One Keras layer: `kind` is its class, `arguments` what the class is called with."""

    name: str
    kind: str
    arguments: Mapping[str, Any]  # read-only: a plan is shared by all who ask for it
    output_shape: tuple[int, ...]  # without the batch axis
    parameters: int


class ShapeError(ValueError):
    """A layer can't exist: what it works on is too small."""

    def __init__(self, layer: str, sentence: str):
        super().__init__(f"{layer}: {sentence}")
        self.layer = layer  # as a plan would name it
        self.block = int(layer.removeprefix("block").split("_")[0]) - 1  # its number, from 0


@functools.lru_cache(maxsize=1000)  # a page asks for the same network's plan several times a rerun
def plan_layers(network) -> tuple[Layer, ...]:
    """Every layer of a network, in order, with shapes that are known to fit.

    Raises:
        ShapeError: a layer can't exist; says which, why, and what would fix it.
    """
    layers: list[Layer] = []
    shape = IMAGE_SHAPE
    for number, block in enumerate(network.blocks, start=1):
        layers += _block(f"block{number}", block, shape)
        shape = layers[-1].output_shape
    layers.append(_head(network.head, shape))
    for number, dense in enumerate(network.dense, start=1):
        layers += _dense(f"dense{number}", dense, layers[-1].output_shape[0])
    return (*layers, *_softmax(layers[-1].output_shape[0]))


def _layer(name, kind, shape, parameters=0, **arguments) -> Layer:
    return Layer(name, kind, MappingProxyType(arguments), shape, parameters)


def _block(name, block, shape) -> list[Layer]:
    layers = []
    for number in range(1, block.convolutions + 1):
        prefix = name if block.convolutions == 1 else f"{name}_{number}"
        layers += _convolution(prefix, block, shape)
        shape = layers[-1].output_shape
    size = block.pool_size
    if size:
        side = shape[0] // size
        if side < 1:
            _refuse(f"{name}_pool", f"{size}x{size} pooling", shape)
        shape = (side, side, shape[2])
        layers.append(_layer(f"{name}_pool", "MaxPooling2D", shape, pool_size=size))
    if block.dropout_rate:
        layers.append(_dropout(f"{name}_dropout", block.dropout_rate, shape))
    return layers


def _convolution(prefix, block, shape) -> list[Layer]:
    kernel = block.kernel_size
    side = shape[0] if block.padding == "same" else shape[0] - kernel + 1
    if side < 1:
        _refuse(f"{prefix}_conv", f"the {kernel}x{kernel} kernel", shape)
    maps = (side, side, block.filters)
    weights = (kernel * kernel * shape[2] + 1) * block.filters
    arguments = {"filters": block.filters, "kernel_size": kernel, "padding": block.padding}
    activation = {"activation": block.activation}
    if not block.batch_normalization:
        return [_layer(f"{prefix}_conv", "Conv2D", maps, weights, **arguments, **activation)]
    # gamma, beta, moving mean and moving variance of each map
    averages, momentum = 4 * block.filters, BATCH_NORMALIZATION_MOMENTUM
    return [
        _layer(f"{prefix}_conv", "Conv2D", maps, weights, **arguments),
        _layer(f"{prefix}_norm", "BatchNormalization", maps, averages, momentum=momentum),
        _layer(f"{prefix}_activation", "Activation", maps, **activation),
    ]


def _refuse(layer, operation, shape):
    raise ShapeError(
        layer,
        f"{operation} does not fit on a {shape[0]}x{shape[1]} map."
        " Make it smaller, use padding 'same', or leave out a pooling before it.",
    )


def _head(head, shape) -> Layer:
    if head == "flatten":
        return _layer("flatten", "Flatten", (math.prod(shape),))
    return _layer("average", "GlobalAveragePooling2D", (shape[2],))


def _dense(name, dense, inputs) -> list[Layer]:
    units = dense.units
    weights = (inputs + 1) * units
    layers = [_layer(name, "Dense", (units,), weights, units=units, activation=dense.activation)]
    if dense.dropout_rate:
        layers.append(_dropout(f"{name}_dropout", dense.dropout_rate, (units,)))
    return layers


def _dropout(name, rate, shape) -> Layer:
    return _layer(name, "Dropout", shape, rate=rate)


def _softmax(inputs) -> list[Layer]:
    # Apart from its logits, so that training and saliency can take them before the softmax.
    logits = _layer("logits", "Dense", (CLASSES,), (inputs + 1) * CLASSES, units=CLASSES)
    return [logits, _layer("probabilities", "Softmax", (CLASSES,))]
