"""The fast way through a network gives the numbers of Keras' way."""

import functools

import keras
import numpy as np
import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.network import fused, keras_model

NORMALIZED = Network(
    blocks=(
        ConvBlock(filters=4, convolutions=2, padding="same", batch_normalization=True),
        ConvBlock(filters=6, batch_normalization=True, activation="gelu", pool_size=3),
    ),
    dense=(DenseLayer(units=8),),
)
NETWORKS = {
    "normalized": NORMALIZED,
    "plain": Network(
        blocks=(ConvBlock(filters=3, kernel_size=5, activation="tanh", pool_size=4),),
        dense=(DenseLayer(units=8, activation="elu"), DenseLayer(units=6, activation="sigmoid")),
    ),
    "with dropout, without pooling": Network(
        blocks=(ConvBlock(filters=3, pool_size=0, activation="leaky_relu", dropout_rate=0.5),),
        head="global_average_pooling",
        dense=(DenseLayer(units=8, dropout_rate=0.5),),
    ),
    "one layer": Network(blocks=(), dense=()),
}
every_network = pytest.mark.parametrize("name", NETWORKS)
without_dropout = pytest.mark.parametrize("name", ["normalized", "plain", "one layer"])


def x(count=7):
    return np.random.default_rng(0).random((count, 28, 28, 1), np.float32)


def scrambled(net):
    """A model of this network in which no number is what a new one begins with."""
    model = keras_model.build(net, seed=1)
    dice = np.random.default_rng(2)
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(weight + dice.uniform(0.05, 0.2, weight.shape))
    return model


@functools.cache
def made(name):
    model = scrambled(NETWORKS[name])
    return model, keras.Model(model.inputs, model.get_layer("logits").output)


@every_network
def test_without_training_it_gives_the_models_own_logits(name):
    model, by_keras = made(name)
    ours = fused.logits(NETWORKS[name], model, x(), training=False)
    np.testing.assert_allclose(ours, by_keras([x()]), rtol=1e-4, atol=1e-5)


@without_dropout
def test_in_training_it_gives_what_keras_gives_in_training(name):
    model, by_keras = made(name)
    ours = fused.logits(NETWORKS[name], model, x(), training=True)
    np.testing.assert_allclose(ours, by_keras([x()], training=True), rtol=1e-3, atol=1e-4)


def averages(model):
    layers = [a for a in model.layers if isinstance(a, keras.layers.BatchNormalization)]
    return [w.numpy() for a in layers for w in (a.moving_mean, a.moving_variance)]


def test_training_moves_the_averages_of_batch_normalization_as_keras_does():
    ours, theirs = keras_model.build(NORMALIZED, seed=1), keras_model.build(NORMALIZED, seed=1)
    before = averages(ours)
    fused.logits(NORMALIZED, ours, x(), training=True)
    theirs(x(), training=True)
    for was, moved, expected in zip(before, averages(ours), averages(theirs), strict=True):
        # TensorFlow divides by n - 1 for the variance, Keras by n: here n is 1,008 or more
        np.testing.assert_allclose(moved, expected, rtol=1e-3, atol=1e-5)
        assert np.abs(moved - was).max() > 1e-3


def test_asking_without_training_leaves_the_averages_alone():
    model, _ = made("normalized")
    before = averages(model)
    fused.logits(NORMALIZED, model, x(), training=False)
    for was, now in zip(before, averages(model), strict=True):
        np.testing.assert_array_equal(was, now)


def test_dropout_drops_in_training_only():
    name = "with dropout, without pooling"
    model, _ = made(name)
    several = [fused.logits(NETWORKS[name], model, x(), training=True) for _ in range(2)]
    assert np.abs(several[0] - several[1]).max() > 1e-3


@every_network
def test_sixteen_bits_come_close(name):
    model, by_keras = made(name)
    exact = by_keras([x()]).numpy()
    ours = fused.logits(NETWORKS[name], model, x(), training=False, dtype="bfloat16").numpy()
    assert ours.dtype == np.float32
    assert 0 < np.abs(ours - exact).max() < 0.03 * np.abs(exact).max()
