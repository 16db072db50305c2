"""What each layer of a network computes for an image, its filters, its embeddings."""

from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import Layer
from mnist_core.network.inference import InferenceNetwork, to_input


class LayerActivation(NamedTuple):
    """What one layer computes for one image."""

    layer: Layer
    inputs: np.ndarray  # float32 (h, w, maps) or (n,): the output of the layer before
    output: np.ndarray  # float32, of the shape `layer.output_shape`
    weights: tuple[np.ndarray, ...]  # float32, as Keras orders them; empty where there are none


def layer_activations(network: InferenceNetwork, image: np.ndarray) -> list[LayerActivation]:
    """What every layer computes for this image, in order.

    Args:
        image: uint8 (28, 28).
    """
    x = to_input(image[None])
    outputs = [output[0] for output in network.layer_outputs(x)]
    weights = [network.layer_weights(layer) for layer in network.plan]
    fields = zip(network.plan, [x[0], *outputs], outputs, weights, strict=False)
    return [LayerActivation(*values) for values in fields]


def filters(network: InferenceNetwork) -> list[tuple[Layer, np.ndarray]]:
    """The kernels of each convolution: float32 (side, side, maps before, filters)."""
    convolutions = [layer for layer in network.plan if layer.kind == "Conv2D"]
    return [(layer, network.layer_weights(layer)[0]) for layer in convolutions]


def embeddings(network: InferenceNetwork, images: np.ndarray) -> np.ndarray:
    """The output of the last dense layer before the logits: float32 (n, its units).

    Of a network without one, the logits: float32 (n, 10).

    Args:
        images: uint8 (n, 28, 28).
    """
    return network.output(to_input(images), _embedding_layer(network).name)


def embedding_units(network: InferenceNetwork) -> int:
    """The length of an embedding."""
    return _embedding_layer(network).output_shape[0]


def _embedding_layer(network) -> Layer:
    names = [layer.name for layer in network.plan]
    before = names.index("logits") - 1
    is_hidden = before >= 0 and network.plan[before].kind in ("Dense", "Dropout")
    return network.plan[before if is_hidden else before + 1]
