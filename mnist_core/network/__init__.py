"""A network as a Keras model, as a table of layers, as a diagram."""

from mnist_core.network.keras_model import build
from mnist_core.network.summary import layer_table, parameter_count

__all__ = ["build", "layer_table", "parameter_count"]
