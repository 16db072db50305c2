"""Network -> Keras model, and its layer table without Keras."""

import numpy as np

from mnist_core.config import layer_shapes
from mnist_core.config.schema import Network
from mnist_core.network.inference import InferenceNetwork, Weights


def build(network: Network, seed: int | None = None):
    """A `keras.Sequential` that turns x into probabilities, with fresh random weights.

    Input: float32 (n, 28, 28, 1) in [0, 1]. Output: float32 (n, 10), rows sum to 1. The layer
    before the last is called "logits".

    Args:
        seed: the same seed gives the same first weights; None gives new ones each time.
    """
    import keras

    if seed is not None:
        keras.utils.set_random_seed(seed)
    model = keras.Sequential(name="network")
    model.add(keras.Input(layer_shapes.IMAGE_SHAPE, name="image"))
    for layer in layer_shapes.plan_layers(network):
        model.add(getattr(keras.layers, layer.kind)(name=layer.name, **layer.arguments))
    return model


def weights(model) -> dict[str, np.ndarray]:
    """All weights of such a model: "layer.weight" -> float32; see `summary.weight_shapes`."""
    return {
        f"{layer.name}.{weight.name}": weight.numpy()
        for layer in model.layers
        for weight in layer.weights
    }


def assign(model, weights: Weights) -> None:
    """Give a model all its weights."""
    for layer in model.layers:
        for weight in layer.weights:
            weight.assign(weights[f"{layer.name}.{weight.name}"])


def to_inference(network: Network, model) -> InferenceNetwork:
    """The Keras model of a network, as it is now, for reading without TensorFlow."""
    return InferenceNetwork(network, weights(model))


def to_input(images):
    """uint8 (n, 28, 28) -> x, float32 (n, 28, 28, 1) in [0, 1], as a TensorFlow operation."""
    import tensorflow as tf

    return tf.cast(images[..., None], tf.float32) / 255.0
