"""Small networks with random weights, and an image to put through them."""

import numpy as np
import pytest

from mnist_core.config.choices import ACTIVATIONS
from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.network import keras_model

NETWORKS = {
    "every kind of layer": Network(
        blocks=(
            ConvBlock(4, 5, padding="same", batch_normalization=True, dropout_rate=0.2),
            ConvBlock(3, 4, padding="same", pool_size=3),
        ),
        dense=(DenseLayer(6, dropout_rate=0.5),),
    ),
    "averages in place of flatten": Network(
        blocks=(ConvBlock(3, 3, convolutions=2, pool_size=4),),
        head="global_average_pooling",
        dense=(),
    ),
} | {
    f"activation {name}": Network((ConvBlock(2, 5, activation=name),), dense=(DenseLayer(5, name),))
    for name in ACTIVATIONS
}
each_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def image(seed=0):
    rng = np.random.default_rng(seed)
    ink = rng.integers(0, 256, (28, 28)) * (rng.random((28, 28)) < 0.4)
    return ink.astype(np.uint8)


def with_weights(network, seed=1):
    """Of the network with every weight random, those of normalization too."""
    model = keras_model.build(network, seed)
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        weights = [rng.normal(0, 0.3, w.shape) for w in layer.get_weights()]
        if layer.__class__.__name__ == "BatchNormalization":
            weights = [np.abs(w) + 0.2 for w in weights]
        if layer.__class__.__name__ != "Dropout":
            layer.set_weights(weights)
    return keras_model.to_inference(network, model)
