"""Last touches to a trained network, on networks whose answers are known beforehand."""

import keras
import numpy as np
import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.data.types import Digits
from mnist_core.network import fused, keras_model
from mnist_core.prediction import Classifier
from mnist_core.pretrained import calibration

ONE_LAYER = Network(blocks=(), dense=())
NORMALIZED = Network(
    blocks=(
        ConvBlock(filters=4, convolutions=2, batch_normalization=True, activation="tanh"),
        ConvBlock(filters=6, batch_normalization=True),
    ),
    dense=(DenseLayer(units=8),),
)


def digits(count, seed=0):
    """Images with a bright row at the label's place."""
    dice = np.random.default_rng(seed)
    labels = dice.integers(0, 10, count).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4] = 255
    return Digits(images, labels)


def wrong_in(some, share):
    """The same digits, this share of them with the next digit's label."""
    wrong = np.arange(len(some.labels)) < share * len(some.labels)
    return Digits(some.images, np.where(wrong, (some.labels + 1) % 10, some.labels))


def knowing(size):
    """A model whose logit of the true digit is `size`, and 0 of all others."""
    model = keras_model.build(ONE_LAYER, seed=0)
    kernel = np.zeros((28, 28, 10), np.float32)
    for digit in range(10):
        kernel[2 * digit + 4, :, digit] = size / 28
    model.get_layer("logits").set_weights([kernel.reshape(784, 10), np.zeros(10, np.float32)])
    return model


def sureness(model, some):
    return Classifier(model).probabilities(some.images).max(axis=1)


@pytest.mark.parametrize("size", [2.0, 5.0, 9.0])
def test_calibrated_it_is_as_sure_as_it_is_often_right(size):
    some = wrong_in(digits(200), share=0.2)
    model = knowing(size)
    calibration.calibrate(model, some)
    np.testing.assert_allclose(sureness(model, some), 0.8, atol=0.01)


def test_calibration_takes_back_what_made_the_logits_three_times_too_large():
    some = wrong_in(digits(200), share=0.1)
    once, thrice = knowing(3.0), knowing(9.0)
    temperatures = [calibration.calibrate(model, some) for model in (once, thrice)]
    assert temperatures[1] / temperatures[0] == pytest.approx(3, rel=0.02)
    np.testing.assert_allclose(sureness(thrice, some), sureness(once, some), atol=0.01)


def test_calibrated_twice_changes_nothing():
    some = wrong_in(digits(200), share=0.3)
    model = knowing(6.0)
    calibration.calibrate(model, some)
    assert calibration.calibrate(model, some) == pytest.approx(1, abs=0.02)


def test_calibration_changes_no_answer():
    model = keras_model.build(ONE_LAYER, seed=4)
    some = Digits(np.random.default_rng(0).integers(0, 256, (99, 28, 28), np.uint8), None)
    some = some._replace(labels=np.arange(99) % 10)
    before = Classifier(model).probabilities(some.images)
    assert calibration.calibrate(model, some) != 1
    after = Classifier(model).probabilities(some.images)
    np.testing.assert_array_equal(np.argsort(before, axis=1), np.argsort(after, axis=1))


def test_only_the_digit_with_the_wrong_label_is_doubted():
    some = digits(40)
    labels = some.labels.copy()
    labels[11] = (labels[11] + 5) % 10
    versions = np.stack([some.images] * 2)
    found = calibration.suspected_label_errors(knowing(9.0), versions, labels, below=0.02)
    assert np.flatnonzero(found).tolist() == [11]


def test_a_digit_that_is_clear_in_some_versions_is_not_doubted():
    some, others = digits(40), digits(40, seed=1)
    versions = np.stack([some.images, others.images, others.images])
    assert not calibration.suspected_label_errors(
        knowing(9.0), versions, some.labels, below=0.3
    ).any()
    assert calibration.suspected_label_errors(
        knowing(9.0), versions[1:], some.labels, below=0.3
    ).any()


def test_settling_makes_the_averages_those_of_the_images():
    model = keras_model.build(NORMALIZED, seed=2)
    dice = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(dice.normal(0, 3, layer.moving_mean.shape))
            layer.moving_variance.assign(dice.uniform(0.1, 9, layer.moving_variance.shape))
    images = dice.integers(0, 256, (40, 28, 28), np.uint8)
    calibration.recompute_batch_norm(model, images)
    # what training computes from these very images as one batch
    x = images[..., None].astype(np.float32) / 255
    expected, found = (fused.logits(NORMALIZED, model, x, training) for training in (True, False))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
