"""Adjustments of a trained network, on networks whose predictions are known beforehand."""

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


def digits(count=200, seed=0, wrong=0.0):
    """Images with a bright row at the label's position; a share of the labels is one too high."""
    labels = np.random.default_rng(seed).integers(0, 10, count)
    images = np.zeros((count, 28, 28), np.uint8)
    images[np.arange(count), 2 * labels + 4] = 255
    return Digits(images, (labels + (np.arange(count) < wrong * count)) % 10)


def perfect_model(logit):
    """A model whose logit of the true digit is `logit`, and 0 of all others."""
    model = keras_model.build(ONE_LAYER, seed=0)
    kernel = np.zeros((28, 28, 10), np.float32)
    for digit in range(10):
        kernel[2 * digit + 4, :, digit] = logit / 28
    model.get_layer("logits").set_weights([kernel.reshape(784, 10), np.zeros(10, np.float32)])
    return model


def classifier_of(model):
    return Classifier(keras_model.to_inference(ONE_LAYER, model))


def confidence(model, some):
    return classifier_of(model).probabilities(some.images).max(axis=1)


@pytest.mark.parametrize("logit", [2.0, 5.0, 9.0])
def test_a_calibrated_model_is_as_sure_as_it_is_often_right_and_stays_so(logit):
    some, model = digits(wrong=0.2), perfect_model(logit)
    calibration.calibrate(ONE_LAYER, model, some)
    np.testing.assert_allclose(confidence(model, some), 0.8, atol=0.01)
    assert calibration.calibrate(ONE_LAYER, model, some) == pytest.approx(1, abs=0.02)


def test_calibration_changes_no_prediction():
    model = keras_model.build(ONE_LAYER, seed=4)
    images = np.random.default_rng(0).integers(0, 256, (99, 28, 28), np.uint8)
    before = classifier_of(model).probabilities(images)
    assert calibration.calibrate(ONE_LAYER, model, Digits(images, np.arange(99) % 10)) != 1
    after = classifier_of(model).probabilities(images)
    np.testing.assert_array_equal(np.argsort(before, axis=1), np.argsort(after, axis=1))


def test_only_the_digit_with_the_wrong_label_is_suspected():
    some = digits(40)
    labels = some.labels.copy()
    labels[11] = (labels[11] + 5) % 10
    renderings = np.stack([some.images] * 2)
    suspected = calibration.suspected_label_errors(
        classifier_of(perfect_model(9.0)), renderings, labels, 0.02
    )
    assert np.flatnonzero(suspected).tolist() == [11]


def test_a_digit_that_is_clear_in_some_renderings_is_not_suspected():
    some, others = digits(40), digits(40, seed=1)
    renderings = np.stack([some.images, others.images, others.images])
    for shown, is_suspected in ((renderings, False), (renderings[1:], True)):
        suspected = calibration.suspected_label_errors(
            classifier_of(perfect_model(9.0)), shown, some.labels, threshold=0.3
        )
        assert suspected.any() == is_suspected


@pytest.mark.slow
def test_recomputed_batch_norm_is_that_of_the_images_as_one_batch():
    model = keras_model.build(NORMALIZED, seed=2)
    rng = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(rng.normal(0, 3, layer.moving_mean.shape))
            layer.moving_variance.assign(rng.uniform(0.1, 9, layer.moving_variance.shape))
    images = rng.integers(0, 256, (40, 28, 28), np.uint8)
    calibration.recompute_batch_norm(model, images)
    x = images[..., None].astype(np.float32) / 255
    in_training, in_use = (
        fused.logits(NORMALIZED, model, x, training) for training in (True, False)
    )
    np.testing.assert_allclose(in_use, in_training, rtol=1e-3, atol=1e-3)
