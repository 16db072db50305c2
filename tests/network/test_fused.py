"""The fused operations compute a network as its Keras model does."""

import functools

import keras
import numpy as np
import pytest
from kept_models import random_x

from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.network import fused, keras_model

NETWORKS = {
    "normalized": Network(
        blocks=(
            ConvBlock(filters=4, convolutions=2, padding="same", batch_normalization=True),
            ConvBlock(filters=16, batch_normalization=True, activation="gelu", pool_size=3),
        ),
        dense=(DenseLayer(units=8),),
    ),
    "plain": Network(
        blocks=(ConvBlock(filters=3, kernel_size=5, activation="tanh", pool_size=4),),
        dense=(DenseLayer(units=8, activation="elu"), DenseLayer(units=6, activation="sigmoid")),
    ),
    "one layer": Network(blocks=(), dense=()),
    "with dropout, without pooling": Network(
        blocks=(ConvBlock(filters=3, pool_size=0, activation="leaky_relu", dropout_rate=0.5),),
        head="global_average_pooling",
        dense=(DenseLayer(units=8, dropout_rate=0.5),),
    ),
}
every_network = pytest.mark.parametrize("name", NETWORKS)
X = random_x(7)


@functools.cache
def made(name):
    """(model, its logits by Keras); no number in it is what a new model begins with."""
    model, rng = keras_model.build(NETWORKS[name], seed=1), np.random.default_rng(2)
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(weight + rng.uniform(0.05, 0.2, weight.shape))
    return model, keras.Model(model.inputs, model.get_layer("logits").output)


def fused_logits(name, training=False, dtype="float32", seed=0):
    return fused.logits(NETWORKS[name], made(name)[0], X, training, dtype, (seed, 0)).numpy()


@every_network
def test_without_training_it_gives_the_models_own_logits(name):
    np.testing.assert_allclose(fused_logits(name), made(name)[1]([X]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["normalized", "plain", "one layer"])
def test_in_training_it_gives_what_keras_gives_in_training(name):
    expected = made(name)[1]([X], training=True)
    np.testing.assert_allclose(fused_logits(name, training=True), expected, rtol=1e-3, atol=1e-4)


def averages(model):
    layers = [a for a in model.layers if isinstance(a, keras.layers.BatchNormalization)]
    return [w.numpy() for a in layers for w in (a.moving_mean, a.moving_variance)]


def test_training_moves_the_averages_of_batch_normalization_as_keras_does():
    network = NETWORKS["normalized"]
    ours, theirs = (keras_model.build(network, seed=1) for _ in range(2))
    for model in (ours, theirs):  # a bias of its own, as a model that Keras trained has
        model.get_layer("block1_2_conv").bias.assign([0.5, -1.0, 0.0, 2.0])
    before = averages(ours)
    fused.logits(network, ours, X, training=True)
    theirs(X, training=True)
    for was, moved, expected in zip(before, averages(ours), averages(theirs), strict=True):
        # TensorFlow divides by n - 1 for the variance, Keras by n: here n is 1,008 or more
        np.testing.assert_allclose(moved, expected, rtol=1e-3, atol=1e-5)
        assert np.abs(moved - was).max() > 1e-3


def test_without_training_the_averages_stay():
    before = averages(made("normalized")[0])
    fused_logits("normalized")
    for was, now in zip(before, averages(made("normalized")[0]), strict=True):
        np.testing.assert_array_equal(was, now)


def test_dropout_drops_in_training_only_and_as_the_seed_says():
    name = "with dropout, without pooling"
    first, again, other = (fused_logits(name, True, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@every_network
def test_sixteen_bits_come_close(name):
    exact, rounded = made(name)[1]([X]).numpy(), fused_logits(name, dtype="bfloat16")
    assert rounded.dtype == np.float32
    assert 0 < np.abs(rounded - exact).max() < 0.03 * np.abs(exact).max()
