"""A network's layers worked out by arithmetic: names, shapes, parameter counts.

One plan serves everybody: `network.build` makes Keras layers of it, pages show it as a table,
`models` writes it as a script. Nothing here needs Keras.
"""

import math
from typing import NamedTuple

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10
# Keras' default of 0.99 averages over about 100 steps x 10; runs here are a few hundred steps
# long, and the moving averages would lag far behind the weights.
BATCH_NORMALIZATION_MOMENTUM = 0.9
BATCH_NORMALIZATION_EPSILON = 1e-3  # Keras' default


class Layer(NamedTuple):
    """One Keras layer: `kind` is its class, `arguments` what the class is called with."""

    name: str
    kind: str
    arguments: dict
    output_shape: tuple[int, ...]  # without the batch axis
    parameters: int


def plan_layers(network) -> list[Layer]:
    """Every layer of a network, in order, with shapes that are known to fit.

    Raises:
        ValueError: a layer can't exist; says which, why, and what would fix it.
    """
    found: list[Layer] = []
    shape = IMAGE_SHAPE
    for number, block in enumerate(network.blocks, start=1):
        found += _block(f"block{number}", block, shape)
        shape = found[-1].output_shape
    found.append(_head(network.head, shape))
    for number, dense in enumerate(network.dense, start=1):
        found += _dense(f"dense{number}", dense, found[-1].output_shape[0])
    return found + _softmax(found[-1].output_shape[0])


def _block(name, block, shape) -> list[Layer]:
    found = []
    for number in range(1, block.convolutions + 1):
        prefix = name if block.convolutions == 1 else f"{name}_{number}"
        found += _convolution(prefix, block, shape)
        shape = found[-1].output_shape
    if block.pool_size:
        side = shape[0] // block.pool_size
        if side < 1:
            _refuse(f"{name}_pool", f"{block.pool_size}x{block.pool_size} pooling", shape)
        pooled = (side, side, shape[2])
        arguments = {"pool_size": block.pool_size}
        found.append(Layer(f"{name}_pool", "MaxPooling2D", arguments, pooled, 0))
    if block.dropout_rate:
        shape = found[-1].output_shape
        found.append(_dropout(f"{name}_dropout", block.dropout_rate, shape))
    return found


def _convolution(prefix, block, shape) -> list[Layer]:
    kernel = block.kernel_size
    side = shape[0] if block.padding == "same" else shape[0] - kernel + 1
    if side < 1:
        _refuse(f"{prefix}_conv", f"The {kernel}x{kernel} kernel", shape)
    out = (side, side, block.filters)
    normalized = block.batch_normalization
    arguments = {"filters": block.filters, "kernel_size": kernel, "padding": block.padding}
    if not normalized:
        arguments["activation"] = block.activation
    weights = (kernel * kernel * shape[2] + 1) * block.filters
    found = [Layer(f"{prefix}_conv", "Conv2D", arguments, out, weights)]
    if normalized:
        momentum = {"momentum": BATCH_NORMALIZATION_MOMENTUM}
        # gamma, beta, moving mean and moving variance of each map
        found.append(
            Layer(f"{prefix}_norm", "BatchNormalization", momentum, out, 4 * block.filters)
        )
        activation = {"activation": block.activation}
        found.append(Layer(f"{prefix}_activation", "Activation", activation, out, 0))
    return found


def _refuse(layer, what, shape):
    raise ValueError(
        f"{layer}: {what} does not fit on a {shape[0]}x{shape[1]} map."
        " Make it smaller, use padding 'same', or leave out a pooling before it."
    )


def _head(head, shape) -> Layer:
    if head == "flatten":
        return Layer("flatten", "Flatten", {}, (math.prod(shape),), 0)
    return Layer("average", "GlobalAveragePooling2D", {}, (shape[2],), 0)


def _dense(name, dense, inputs) -> list[Layer]:
    arguments = {"units": dense.units, "activation": dense.activation}
    found = [Layer(name, "Dense", arguments, (dense.units,), (inputs + 1) * dense.units)]
    if dense.dropout_rate:
        found.append(_dropout(f"{name}_dropout", dense.dropout_rate, (dense.units,)))
    return found


def _dropout(name, rate, shape) -> Layer:
    return Layer(name, "Dropout", {"rate": rate}, shape, 0)


def _softmax(inputs) -> list[Layer]:
    # Apart from its logits, so that training and saliency can take them before the softmax.
    logits = Layer("logits", "Dense", {"units": CLASSES}, (CLASSES,), (inputs + 1) * CLASSES)
    return [logits, Layer("probabilities", "Softmax", {}, (CLASSES,), 0)]
