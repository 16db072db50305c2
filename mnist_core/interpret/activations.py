"""The output of each layer of a network: feature maps, filters, embeddings, gradients."""

import threading
import weakref
from typing import NamedTuple

import numpy as np

from mnist_core.config import layer_shapes
from mnist_core.config.layer_shapes import Layer
from mnist_core.config.schema import Network
from mnist_core.network.keras_model import to_input
from mnist_core.runs.run import Run


class LayerActivation(NamedTuple):
    """What one layer computes for one image."""

    layer: Layer
    inputs: np.ndarray  # float32 (h, w, maps) or (n,): the output of the layer before
    output: np.ndarray  # float32, of the shape `layer.output_shape`
    weights: tuple[np.ndarray, ...]  # float32, as Keras orders them; empty where there are none


class Inspector:
    """A network with access to every layer. One serves all threads and sessions at once."""

    def __init__(self, network: Network, model):
        """
        Args:
            model: the Keras model that `network.build(network)` made, trained or not.
        """
        import tensorflow as tf

        self.plan = layer_shapes.plan_layers(network)
        layers = [model.get_layer(layer.name) for layer in self.plan]
        self._weights = [tuple(np.asarray(w) for w in layer.get_weights()) for layer in layers]
        to_logits = layers[: [layer.name for layer in self.plan].index("logits") + 1]
        to_embedding = to_logits[:-1] if network.dense else to_logits

        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
        def outputs(images):
            return _layer_outputs(layers, to_input(images))

        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
        def embeddings(images):
            return _layer_outputs(to_embedding, to_input(images))[-1]

        @tf.function(
            input_signature=[
                tf.TensorSpec((None, 28, 28), tf.float32),
                tf.TensorSpec((layer_shapes.CLASSES,), tf.float32),
            ]
        )
        def gradients(x, logit_weights):
            with tf.GradientTape() as tape:
                tape.watch(x)
                logits = _layer_outputs(to_logits, x[..., None])[-1]
                value = tf.linalg.matvec(logits, logit_weights)
            return value, tape.gradient(value, x)

        self._outputs, self._embeddings, self._gradients = outputs, embeddings, gradients

    def layer_activations(self, image: np.ndarray) -> list[LayerActivation]:
        """What every layer computes for this image, in order.

        Args:
            image: uint8 (28, 28).
        """
        outputs = [output.numpy()[0] for output in self._outputs(image[None])]
        inputs = [image[..., None].astype(np.float32) / np.float32(255), *outputs]
        fields = zip(self.plan, inputs, outputs, self._weights, strict=False)
        return [LayerActivation(*values) for values in fields]

    def filters(self) -> list[tuple[Layer, np.ndarray]]:
        """The kernels of each convolution: float32 (side, side, maps before, filters)."""
        pairs = zip(self.plan, self._weights, strict=True)
        return [(layer, weights[0]) for layer, weights in pairs if layer.kind == "Conv2D"]

    def embeddings(self, images: np.ndarray) -> np.ndarray:
        """The output of the last dense layer before the logits: float32 (n, its units).

        Of a network without one, the logits: float32 (n, 10).

        Args:
            images: uint8 (n, 28, 28).
        """
        return self._embeddings(images).numpy()

    def gradients(self, x: np.ndarray, logit_weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A weighted sum of the logits, and its gradient by the pixels.

        Args:
            x: float32 (n, 28, 28), in [0, 1].
            logit_weights: float32 (10,), the logits' weights in the sum.

        Returns:
            float32 (n,), and its gradients, float32 (n, 28, 28).
        """
        sums, gradients = self._gradients(x.astype(np.float32), logit_weights.astype(np.float32))
        return sums.numpy(), gradients.numpy()


def _layer_outputs(layers, x) -> list:
    """The output of each of these layers in a row, beginning with x.

    Not by a `keras.Model` of all outputs: in a Sequential, each layer's output has a graph of its
    own, so the tenth layer would compute the nine before it once more.
    """
    outputs = []
    for layer in layers:
        x = layer(x, training=False)
        outputs.append(x)
    return outputs


_inspectors: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # classifier -> Inspector
_lock = threading.Lock()


def load(name: str | Run) -> Inspector:
    """The inspector of the model of this name; the second time it comes from memory.

    Args:
        name: or the model itself, which is never another of the same name.

    Raises:
        ValueError: there is no such model, or its files can't be used; says which and why.
    """
    from mnist_core.models import store as model_store
    from mnist_core.prediction import Classifier

    model = model_store.find(name)
    classifier = Classifier.load(model)
    with _lock:
        if classifier not in _inspectors:
            network = model_store.experiment(model).network
            _inspectors[classifier] = Inspector(network, classifier.model)
        return _inspectors[classifier]
