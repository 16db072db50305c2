"""The plan, made by arithmetic, agrees with the model that Keras builds."""

import numpy as np
import pytest
from config_strategies import networks
from hypothesis import given, settings

from mnist_core.network.keras_model import build
from mnist_core.network.summary import layer_table, parameter_count
from mnist_core.presets import PRESETS


def assert_table_agrees_with_keras(network):
    model = build(network)
    table = layer_table(network)
    assert [row.name for row in table] == [layer.name for layer in model.layers]
    assert [row.kind for row in table] == [type(layer).__name__ for layer in model.layers]
    assert [row.output_shape for row in table] == [tuple(x.output.shape[1:]) for x in model.layers]
    assert [row.parameters for row in table] == [layer.count_params() for layer in model.layers]
    assert parameter_count(network) == model.count_params()


@pytest.mark.parametrize("name", PRESETS)
def test_the_layer_table_of_a_preset_agrees_with_keras(name):
    assert_table_agrees_with_keras(PRESETS[name].network)


@pytest.mark.slow
@given(networks())
@settings(max_examples=25, deadline=None)
def test_the_layer_table_of_any_valid_network_agrees_with_keras(network):
    assert_table_agrees_with_keras(network)


def test_the_totals_and_shapes_stand_in_keras_own_summary():
    network, lines = PRESETS["lenet"].network, []
    build(network).summary(print_fn=lambda line, **_: lines.append(line), line_length=120)
    text = "\n".join(lines)
    assert f"{parameter_count(network):,}" in text
    for row in layer_table(network):
        assert str((None, *row.output_shape)) in text


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("two-conv-adadelta", 1_199_882),
        ("one-conv-128", 693_962),
        ("lenet", 656_080),
        ("one-conv-100", 542_230),
        ("conv-bn-dropout", 446_154),
    ],
)
def test_a_published_preset_has_the_published_number_of_parameters(name, parameters):
    assert parameter_count(PRESETS[name].network) == parameters


def test_one_seed_builds_the_same_weights_and_another_seed_others():
    network = PRESETS["tiny"].network
    first, again, other = (build(network, seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_network_answers_with_ten_probabilities_that_sum_to_one():
    x = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
    probabilities = build(PRESETS["quick"].network, seed=0)(x).numpy()
    assert probabilities.shape == (4, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
