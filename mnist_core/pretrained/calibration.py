"""Last touches to a trained network, and what it says of its own training labels."""

import numpy as np

from mnist_core.data.types import Digits


def recompute_batch_norm(model, images) -> None:
    """Measure the averages of batch normalization anew, on images as the reader will get them.

    Those gathered in training are of images made softer by bending, and of weights long gone.

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


def calibrate(model, digits: Digits, views: int = 1) -> float:
    """Make "98 % sure" mean it: divide the logits by the number that suits these digits best.

    Its value; it becomes part of the last layer's weights. Source: temperature scaling, Guo et
    al., On Calibration of Modern Neural Networks, 2017.

    Args:
        digits: by writers whom the model has not seen.
        views: test-time views of each image; see `Classifier`.
    """
    from mnist_core.prediction import Classifier

    found = np.log(Classifier(model, views).probabilities(digits.images).astype(np.float64) + 1e-12)
    temperatures = np.geomspace(0.25, 4, 161)
    losses = [_loss(found / temperature, digits.labels) for temperature in temperatures]
    best = float(temperatures[int(np.argmin(losses))])
    logits = model.get_layer("logits")
    logits.set_weights([weight / best for weight in logits.get_weights()])
    return best


def _loss(z, labels):
    """The mean of -log of the probability that softmax(z) gives the true digit."""
    of_label = z[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - of_label))


def suspected_label_errors(
    model, versions: np.ndarray, labels: np.ndarray, below: float
) -> np.ndarray:
    """Which digits a half-trained network takes for anything but their label: bool (n,).

    It has not learned them by heart yet: what it finds so unlikely in every version is nearly
    always a wrong label or a broken drawing.

    Args:
        versions: uint8 (several, n, 28, 28), the same n digits in each.
        labels: (n,).
        below: the mean probability of its label under which a digit is doubted.
    """
    from mnist_core.prediction import Classifier

    classifier = Classifier(model)
    of_label = [
        classifier.probabilities(images)[np.arange(len(labels)), labels] for images in versions
    ]
    return np.mean(of_label, axis=0) < below
