"""Network -> Keras model, and its layer table without Keras."""

from mnist_core import layers
from mnist_core.config import Network
from mnist_core.layers import Layer


def layer_table(network: Network) -> list[Layer]:
    """A row per Keras layer: name, kind, arguments, output_shape (no batch axis), parameters."""
    return layers.plan(network)


def parameter_count(network: Network) -> int:
    """All the numbers the model holds, batch normalization's moving averages included.

    The same as "Total params" of Keras' `model.summary()`.
    """
    return sum(layer.parameters for layer in layers.plan(network))


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
    model.add(keras.Input(layers.IMAGE_SHAPE, name="image"))
    for layer in layers.plan(network):
        model.add(getattr(keras.layers, layer.kind)(name=layer.name, **layer.arguments))
    return model
