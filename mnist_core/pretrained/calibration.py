"""Adjusting a trained network: batch normalization, calibration; and finding wrong labels."""

import numpy as np

from mnist_core.config.schema import Network
from mnist_core.data.types import Digits
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier

EPSILON = 1e-12  # added to a probability before its logarithm


def recompute_batch_norm(model, images) -> None:
    """Compute the averages of batch normalization anew, on images as the reader will get them.

    Those gathered in training are of augmented images, which are softer, and of other weights.

    Args:
        images: uint8 (n, 28, 28).
    """
    import keras

    x = images[..., None].astype(np.float32) / 255
    for before, layer in zip(model.layers, model.layers[1:], strict=False):
        if isinstance(layer, keras.layers.BatchNormalization):
            inputs = keras.Model(model.inputs, before.output).predict(x, verbose=0)
            layer.moving_mean.assign(inputs.mean(axis=(0, 1, 2)))
            layer.moving_variance.assign(inputs.var(axis=(0, 1, 2)))


def calibrate(network: Network, model, digits: Digits, views: int = 1) -> float:
    """Divide the logits by the temperature at which the loss on these digits is least; return it.

    Then "98 % sure" means it. The temperature becomes part of the last layer's weights. Source:
    temperature scaling, Guo et al., On Calibration of Modern Neural Networks, 2017.

    Args:
        model: the Keras model of `network`.
        digits: by writers whom the model has not seen.
        views: test-time views of each image; see `Classifier`.
    """
    classifier = Classifier(keras_model.to_inference(network, model), views)
    logits = np.log(classifier.probabilities(digits.images).astype(np.float64) + EPSILON)
    temperatures = np.geomspace(0.25, 4, 161)
    losses = [_cross_entropy(logits / temperature, digits.labels) for temperature in temperatures]
    best = float(temperatures[int(np.argmin(losses))])
    layer = model.get_layer("logits")
    layer.set_weights([weight / best for weight in layer.get_weights()])
    return best


def _cross_entropy(logits, labels):
    """The mean of -log of the probability that softmax gives the true digit."""
    of_label = logits[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - of_label))


def suspected_label_errors(
    classifier: Classifier, renderings: np.ndarray, labels: np.ndarray, threshold: float
) -> np.ndarray:
    """Which drawings a half-trained classifier finds very unlikely to be their label: bool (n,).

    It has not memorized them yet: what it finds so unlikely in every rendering is nearly always a
    wrong label or a broken drawing.

    Args:
        renderings: uint8 (renderings, n, 28, 28), the same n drawings in each.
        labels: (n,).
        threshold: on the mean probability of its label; below it a drawing is suspected.
    """
    rows = np.arange(len(labels))
    of_label = [classifier.probabilities(images)[rows, labels] for images in renderings]
    return np.mean(of_label, axis=0) < threshold
