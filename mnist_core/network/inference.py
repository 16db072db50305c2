"""A trained network in NumPy: its outputs, those of each layer, and gradients, without TensorFlow.

A convolution is one matrix product: each window of its input is a row (im2col). All is float32;
tests/network/test_inference.py compares every layer and the gradients with Keras.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from mnist_core.config.layer_shapes import Layer, plan_layers
from mnist_core.config.schema import Network
from mnist_core.network import operations

CHUNK = 32  # images at once: their windows then stay in the processor's cache

Weights = Mapping[str, np.ndarray]  # float32, by "layer.weight"; see `summary.weight_shapes`


def to_input(images: np.ndarray) -> np.ndarray:
    """uint8 (n, 28, 28) -> x, float32 (n, 28, 28, 1) in [0, 1]."""
    return images[..., None].astype(np.float32) / np.float32(255)


class InferenceNetwork:
    """A network with its weights. It holds no state: one serves all threads at once."""

    def __init__(self, network: Network, weights: Weights):
        """
        Args:
            weights: all that `summary.weight_shapes(network)` names, of these shapes.
        """
        self.plan = plan_layers(network)
        self.weights = weights
        self._operations = [operations.of_layer(layer, weights) for layer in self.plan]

    def layer_weights(self, layer: Layer) -> tuple[np.ndarray, ...]:
        """The weights of a layer, in Keras' order; empty where it has none."""
        return tuple(w for name, w in self.weights.items() if name.split(".")[0] == layer.name)

    def layer_outputs(self, x: np.ndarray) -> list[np.ndarray]:
        """The output of each layer of `plan`, in order; the last are the probabilities.

        Args:
            x: float32 (n, 28, 28, 1) in [0, 1]; a few images: all outputs are held at once.

        Returns:
            float32 (n, *output_shape) for each layer.
        """
        outputs = []
        for steps in self._operations:
            for operation in steps:
                x = operation.forward(x)
            outputs.append(x)
        return outputs

    def output(self, x: np.ndarray, layer: str = "probabilities") -> np.ndarray:
        """The output of the layer of this name, for any number of images.

        Args:
            x: float32 (n, 28, 28, 1) in [0, 1].

        Returns:
            float32 (n, *output_shape).
        """
        steps = [step for _, step in self._until(layer)]
        shape = next(planned.output_shape for planned in self.plan if planned.name == layer)
        result = np.empty((len(x), *shape), np.float32)
        for start in range(0, len(x), CHUNK):
            value = x[start : start + CHUNK]
            for step in steps:
                value = step.forward(value)
            result[start : start + CHUNK] = value
        return result

    def gradients(self, x: np.ndarray, logit_weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A weighted sum of the logits of each image, and its gradient by the pixels.

        Args:
            x: float32 (n, 28, 28, 1); all is held at once, so n should be below 100.
            logit_weights: float32 (10,), the logits' weights in the sum.

        Returns:
            float32 (n,), and its gradients, float32 (n, 28, 28, 1).
        """
        inputs, steps = [], [step for _, step in self._until("logits")]
        for step in steps:
            inputs.append(x)
            x = step.forward(x)
        gradient = np.broadcast_to(logit_weights, x.shape)
        for step, value in zip(reversed(steps), reversed(inputs), strict=True):
            gradient = step.backward(value, gradient)
        return x @ logit_weights, gradient

    def _until(self, last: str) -> Iterator[tuple[Layer, operations.Operation]]:
        for layer, steps in zip(self.plan, self._operations, strict=True):
            yield from ((layer, step) for step in steps)
            if layer.name == last:
                return
        raise KeyError(last)
