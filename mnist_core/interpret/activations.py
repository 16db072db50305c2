"""What each layer of a network makes of an image: feature maps, filters, gradients."""

import threading
import weakref
from typing import NamedTuple

import numpy as np

from mnist_core.config import layer_shapes
from mnist_core.config.layer_shapes import Layer
from mnist_core.config.schema import Network


class LayerActivation(NamedTuple):
    """One layer at work on one image."""

    layer: Layer
    inputs: np.ndarray  # float32 (h, w, maps) or (n,): the output of the layer before
    output: np.ndarray  # float32, of the shape `layer.output_shape`
    weights: tuple[np.ndarray, ...]  # float32, as Keras orders them; empty where there are none


class Inspector:
    """A network taken apart. One serves all threads and sessions at once."""

    def __init__(self, network: Network, model):
        """
        Args:
            model: the Keras model that `network.build(network)` made, trained or not.
        """
        import tensorflow as tf

        self.plan = layer_shapes.plan_layers(network)
        parts = [model.get_layer(layer.name) for layer in self.plan]
        self._weights = [tuple(np.asarray(w) for w in part.get_weights()) for part in parts]
        head = [layer.name for layer in self.plan].index("logits") + 1
        last = head - 1 if network.dense else head

        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
        def run(images):
            return _layer_outputs(parts, _to_input(images))

        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
        def embeddings(images):
            return _layer_outputs(parts[:last], _to_input(images))[-1]

        @tf.function(
            input_signature=[
                tf.TensorSpec((None, 28, 28), tf.float32),
                tf.TensorSpec((layer_shapes.CLASSES,), tf.float32),
            ]
        )
        def gradients(x, asked):
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = tf.linalg.matvec(_layer_outputs(parts[:head], x[..., None])[-1], asked)
            return value, tape.gradient(value, x)

        self._run, self._embeddings, self._gradients = run, embeddings, gradients

    def layer_activations(self, image: np.ndarray) -> list[LayerActivation]:
        """Every layer at work on this image, in order.

        Args:
            image: uint8 (28, 28).
        """
        outputs = [found.numpy()[0] for found in self._run(image[None])]
        inputs = [image[..., None].astype(np.float32) / np.float32(255), *outputs]
        found = zip(self.plan, inputs, outputs, self._weights, strict=False)
        return [LayerActivation(*parts) for parts in found]

    def filters(self) -> list[tuple[Layer, np.ndarray]]:
        """The kernels of each convolution: float32 (side, side, maps before, filters)."""
        pairs = zip(self.plan, self._weights, strict=True)
        return [(layer, weights[0]) for layer, weights in pairs if layer.kind == "Conv2D"]

    def embeddings(self, images: np.ndarray) -> np.ndarray:
        """What the last dense layer before the logits says: float32 (n, its units).

        Of a network without one, the logits: float32 (n, 10).

        Args:
            images: uint8 (n, 28, 28).
        """
        return self._embeddings(images).numpy()

    def gradients(self, x: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A weighted sum of the logits, and how it changes with each pixel.

        Args:
            x: float32 (n, 28, 28), in [0, 1].
            asked: float32 (10,), the logits' weights in the sum.

        Returns:
            float32 (n,), and its gradients, float32 (n, 28, 28).
        """
        value, slope = self._gradients(x.astype(np.float32), asked.astype(np.float32))
        return value.numpy(), slope.numpy()


def _layer_outputs(parts, x) -> list:
    """What each of these layers in a row makes of x.

    Not by a `keras.Model` of all outputs: in a Sequential, each layer's output hangs on a chain of
    its own, so the tenth layer would bring nine others along.
    """
    found = []
    for part in parts:
        x = part(x, training=False)
        found.append(x)
    return found


def _to_input(images):
    import tensorflow as tf

    return tf.cast(images[..., None], tf.float32) / 255.0


_inspectors: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # classifier -> Inspector
_lock = threading.Lock()


def load(name: str) -> Inspector:
    """The model of this name, taken apart; the second time it comes from memory.

    Raises:
        ValueError: there is no such model, or its files can't be used; says which and why.
    """
    from mnist_core.models import store as model_store
    from mnist_core.prediction import Classifier

    classifier = Classifier.load(name)
    with _lock:
        if classifier not in _inspectors:
            network = model_store.experiment(name).network
            _inspectors[classifier] = Inspector(network, classifier.model)
        return _inspectors[classifier]
