"""A network's layers as a table, and its size; without Keras."""

import math
from collections.abc import Iterable
from itertools import groupby

from mnist_core.config import layer_shapes
from mnist_core.config.layer_shapes import Layer
from mnist_core.config.schema import Network


def layer_table(network: Network) -> list[Layer]:
    """A row per Keras layer: name, kind, arguments, output_shape (no batch axis), parameters."""
    return list(layer_shapes.plan_layers(network))


def parameter_count(network: Network) -> int:
    """All the numbers the model holds, batch normalization's moving averages included.

    The same as "Total params" of Keras' `model.summary()`.
    """
    return sum(layer.parameters for layer in layer_shapes.plan_layers(network))


def multiply_adds(network: Network) -> int:
    """Multiplications that one image costs on its way through the network."""
    total, shape = 0, layer_shapes.IMAGE_SHAPE
    for layer in layer_shapes.plan_layers(network):
        if layer.kind == "Conv2D":
            kernel = layer.arguments["kernel_size"] ** 2
            total += math.prod(layer.output_shape) * kernel * shape[-1]
        elif layer.kind == "Dense":
            total += shape[-1] * layer.output_shape[-1]
        shape = layer.output_shape
    return total


def weight_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Every array of weights of a network, in Keras' order: "layer.weight" -> its shape."""
    shapes, inputs = {}, layer_shapes.IMAGE_SHAPE[-1]
    for layer in layer_shapes.plan_layers(network):
        for name, shape in _shapes(layer, inputs).items():
            shapes[f"{layer.name}.{name}"] = shape
        inputs = layer.output_shape[-1]
    return shapes


def by_layer(names: Iterable[str]) -> dict[str, list[str]]:
    """Names as `weight_shapes` gives them, in its order, by their layers."""
    groups = groupby(names, key=lambda name: name.split(".")[0])
    return {layer: list(of_layer) for layer, of_layer in groups}


def _shapes(layer: Layer, inputs: int) -> dict[str, tuple[int, ...]]:
    outputs = layer.output_shape[-1]
    if layer.kind == "Conv2D":
        side = layer.arguments["kernel_size"]
        return {"kernel": (side, side, inputs, outputs), "bias": (outputs,)}
    if layer.kind == "Dense":
        return {"kernel": (inputs, outputs), "bias": (outputs,)}
    if layer.kind == "BatchNormalization":
        return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (outputs,))
    return {}
