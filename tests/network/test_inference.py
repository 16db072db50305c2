"""The network in NumPy computes what its Keras model computes: every layer, and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from config_strategies import networks
from hypothesis import HealthCheck, given, settings
from kept_models import random_x
from threadpoolctl import threadpool_info

from mnist_core.config.choices import ACTIVATIONS
from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.network import keras_model, summary
from mnist_core.network.inference import CHUNK, InferenceNetwork, to_input
from mnist_core.presets import PRESETS

X = random_x(3)


def pair(network):
    """(its Keras model, the same in NumPy); no weight is what a new model begins with."""
    model, rng = keras_model.build(network, seed=1), np.random.default_rng(2)
    for weight in model.weights:
        weight.assign(weight + rng.uniform(-0.05, 0.1, weight.shape))
    return model, InferenceNetwork(network, keras_model.weights(model))


def keras_outputs(model, x):
    outputs = []
    for layer in model.layers:
        x = layer(x, training=False)
        outputs.append(x)
    return outputs


def assert_same_layers(network):
    model, ours = pair(network)
    for layer, expected, output in zip(
        ours.plan, keras_outputs(model, X), ours.layer_outputs(X), strict=True
    ):
        assert output.dtype == np.float32 and output.shape == expected.shape
        scale = max(1, np.abs(expected).max())
        assert np.abs(output - expected).max() < 1e-4 * scale, layer.name


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_is_as_in_keras(name):
    assert_same_layers(PRESETS[name].network)


@pytest.mark.slow
@given(networks())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_layer_of_any_network_is_as_in_keras(network):
    assert_same_layers(network)


@pytest.mark.parametrize("name", ["classic", "reader"])
def test_logits_of_the_shipped_models_differ_from_keras_by_less_than_a_ten_thousandth(name):
    from mnist_core.models import store as model_store

    model, network = model_store.load(name), model_store.experiment(name).network
    ours = InferenceNetwork(network, keras_model.weights(model))
    logits = keras.Model(model.inputs, model.get_layer("logits").output)
    assert np.abs(ours.output(X, "logits") - logits([X])).max() < 1e-4


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("padding, pool_size", [("same", 3), ("valid", 2)])
def test_gradients_are_those_of_tensorflow(activation, padding, pool_size):
    block = ConvBlock(
        filters=4,
        convolutions=2,
        padding=padding,
        pool_size=pool_size,
        batch_normalization=True,
        activation=activation,
    )
    even = ConvBlock(filters=5, kernel_size=4, padding="same", pool_size=0, activation=activation)
    assert_same_gradients(
        Network(blocks=(block, even), dense=(DenseLayer(units=8, activation=activation),))
    )


def test_gradients_go_through_the_average_of_each_map():
    assert_same_gradients(Network(blocks=(ConvBlock(filters=4),), head="global_average_pooling"))


def assert_same_gradients(network):
    model, ours = pair(network)
    logit_weights = np.linspace(-1, 1, 10, dtype=np.float32)
    logits = keras.Model(model.inputs, model.get_layer("logits").output)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        sums = tf.linalg.matvec(logits([x]), logit_weights)
    expected = tape.gradient(sums, x).numpy()
    our_sums, gradients = ours.gradients(X, logit_weights)
    np.testing.assert_allclose(our_sums, sums, rtol=1e-4, atol=1e-4)
    assert np.abs(gradients - expected).max() < 1e-4 * np.abs(expected).max() + 1e-6


def test_an_output_does_not_depend_on_how_many_images_come_with_it():
    _, ours = pair(PRESETS["quick"].network)
    x = random_x(CHUNK + 3)
    together = ours.output(x, "logits")
    alone = np.concatenate([ours.output(x[i : i + 1], "logits") for i in range(len(x))])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_no_product_of_numpy_is_shared_by_threads_that_would_wait_for_each_other():
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas = [library for library in libraries if "opencv" not in library["filepath"]]  # its own one
    assert blas and {library["num_threads"] for library in blas} == {1}


def test_no_image_gives_no_output():
    _, ours = pair(PRESETS["quick"].network)
    assert ours.output(X[:0]).shape == (0, 10)


def test_x_is_the_image_between_0_and_1():
    images = np.arange(256, dtype=np.uint8).repeat(49).reshape(16, 28, 28)
    np.testing.assert_array_equal(to_input(images), keras_model.to_input(images))


@given(networks())
@settings(max_examples=10, deadline=None)
def test_the_shapes_of_all_weights_are_those_in_keras(network):
    shapes = {name: w.shape for name, w in keras_model.weights(keras_model.build(network)).items()}
    assert summary.weight_shapes(network) == shapes
