"""A trained network in NumPy: its outputs, those of each layer, and gradients, without TensorFlow.

A convolution is one matrix product: each window of its input is a row (im2col). All is float32;
tests/network/test_inference.py compares every layer and the gradients with Keras.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from mnist_core.config.layer_shapes import Layer, plan_layers
from mnist_core.config.schema import Network
from mnist_core.network import operations, summary
from mnist_core.system import machine

CHUNK = 16  # images at once: of 1 to 32 the quickest for the reader; more windows leave the cache

# A product's threads wait for each other, busily: on two cores with other work a digit took 80 ms
# in place of 2 (tests/bench/prediction.py, run beside a training). So a chunk is for one thread
threadpool_limits(1, user_api="blas")

Weights = Mapping[str, np.ndarray]  # float32, by "layer.weight"; see `summary.weight_shapes`


@functools.cache
def _executor() -> ThreadPoolExecutor:
    """For many images; one that a person waits for is computed in the caller's own thread."""
    return ThreadPoolExecutor(machine.cpu_count(), thread_name_prefix="inference")


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
        self.network, self.weights = network, weights
        self._names = summary.by_layer(summary.weight_shapes(network))
        self._operations = [
            operations.of_layer(layer, self.layer_weights(layer)) for layer in self.plan
        ]

    def __reduce__(self):  # to another process without its functions, which it makes anew
        return InferenceNetwork, (self.network, dict(self.weights))

    def layer_weights(self, layer: Layer) -> tuple[np.ndarray, ...]:
        """The weights of a layer, in Keras' order; empty where it has none."""
        return tuple(self.weights[name] for name in self._names.get(layer.name, ()))

    def layer_operations(self, layer: Layer) -> Sequence[operations.Operation]:
        """What a layer of `plan` does, in order."""
        return self._operations[self.plan.index(layer)]

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
        number = self._number(layer)
        result = np.empty((len(x), *self.plan[number].output_shape), np.float32)

        def compute(start):
            value = x[start : start + CHUNK]
            for operation in self._until(number):
                value = operation.forward(value)
            result[start : start + CHUNK] = value

        starts = range(0, len(x), CHUNK)
        for _ in map(compute, starts) if len(starts) < 2 else _executor().map(compute, starts):
            pass  # an error of a chunk is raised here
        return result

    def gradients(self, x: np.ndarray, logit_weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A weighted sum of the logits of each image, and its gradient by the pixels.

        Args:
            x: float32 (n, 28, 28, 1); all is held at once, so n should be below 100.
            logit_weights: float32 (10,), the logits' weights in the sum.

        Returns:
            float32 (n,), and its gradients, float32 (n, 28, 28, 1).
        """
        used = list(self._until(self._number("logits")))
        logits, gradients = _forward_and_back(used, x, np.tile(logit_weights, (len(x), 1)))
        return logits @ logit_weights, gradients

    def _number(self, layer: str) -> int:
        return [planned.name for planned in self.plan].index(layer)

    def _until(self, number: int) -> Iterator[operations.Operation]:
        """The operations of the layers up to this one, in order."""
        return itertools.chain.from_iterable(self._operations[: number + 1])


def _forward_and_back(steps, x, gradients) -> tuple[np.ndarray, np.ndarray]:
    """The operations' output, and the gradients by x: one image may have several of them."""
    used, inputs = list(steps), []
    for operation in used:
        inputs.append(x)
        x = operation.forward(x)
    for operation, value in zip(reversed(used), reversed(inputs), strict=True):
        value = np.broadcast_to(value, (len(gradients), *value.shape[1:]))
        gradients = operation.backward(value, gradients)
    return x, gradients
