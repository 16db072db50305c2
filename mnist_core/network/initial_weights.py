"""The weights that a network has before it learns, without TensorFlow."""

import math

import numpy as np

from mnist_core.config.schema import Network
from mnist_core.network import summary

ONES = {"gamma", "moving_variance"}  # of batch normalization


def initial_weights(network: Network, seed: int = 0) -> dict[str, np.ndarray]:
    """As Keras' layers begin: kernels random and uniform (Glorot), all else 0 or 1.

    Not the numbers that a training with this seed begins with: those are TensorFlow's.

    Returns:
        float32 arrays by "layer.weight", as `summary.weight_shapes` names them.
    """
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in summary.weight_shapes(network).items():
        kind = name.split(".")[1]
        if kind == "kernel":
            *window, inputs, outputs = shape
            limit = math.sqrt(6 / (math.prod(window) * (inputs + outputs)))
            weights[name] = rng.uniform(-limit, limit, shape).astype(np.float32)
        else:
            weights[name] = np.full(shape, kind in ONES, np.float32)
    return weights
