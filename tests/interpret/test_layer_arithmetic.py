"""The arithmetic of single values, held against what the network computed."""

import itertools

import numpy as np
import pytest
from inspected_networks import NETWORKS, each_network, image, with_weights

from mnist_core.config import layer_shapes
from mnist_core.config.schema import ConvBlock, Network
from mnist_core.interpret.activations import layer_activations
from mnist_core.interpret.layer_arithmetic import Dense, Pooling, Softmax, explain_value

KINDS = {
    *("Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Dropout", "Flatten"),
    *("GlobalAveragePooling2D", "Dense", "Softmax"),
}


@each_network
def test_the_parts_of_a_value_make_the_value_in_every_layer(network):
    rng = np.random.default_rng(2)
    for activation in layer_activations(with_weights(network), image()):
        indices = list(itertools.product(*map(range, activation.output.shape)))
        for chosen in rng.permutation(len(indices))[:40]:
            index = indices[chosen]
            expected = pytest.approx(activation.output[index], rel=2e-5, abs=2e-5)
            name = activation.layer.name
            assert explain_value(activation, index).result == expected, (name, index)


def test_the_networks_here_have_all_kinds_of_layers():
    plans = [layer_shapes.plan_layers(network) for network in NETWORKS.values()]
    assert {layer.kind for plan in plans for layer in plan} == KINDS


@pytest.mark.parametrize(("padding", "around"), [("valid", (0, 0)), ("same", (1, 2))])
def test_a_convolutions_sums_are_those_of_a_naive_loop(padding, around):
    network = Network((ConvBlock(3, 4, padding=padding, activation="linear"),), dense=())
    activation = layer_activations(with_weights(network), image())[0]
    kernel, bias = activation.weights
    padded = np.pad(activation.inputs.astype(np.float64), (around, around, (0, 0)))
    expected = np.zeros(activation.output.shape)
    for row, column, filter_ in np.ndindex(expected.shape):
        patch = padded[row : row + 4, column : column + 4]
        expected[row, column, filter_] = (patch * kernel[..., filter_]).sum() + bias[filter_]
    np.testing.assert_allclose(activation.output, expected, atol=1e-5)
    for index in [(0, 0, 0), (12, 20, 2), (expected.shape[0] - 1, 3, 1)]:
        assert explain_value(activation, index).sum == pytest.approx(expected[index], abs=1e-6)


def test_a_patch_over_the_edge_holds_zeros_and_says_so():
    network = Network((ConvBlock(1, 3, padding="same"),), dense=())
    activation = layer_activations(with_weights(network), np.full((28, 28), 255, np.uint8))[0]
    corner = explain_value(activation, (0, 0, 0))
    assert corner.padding_mask.tolist() == [[True] * 3, [True, False, False], [True, False, False]]
    assert np.array_equal(corner.inputs[..., 0] == 0, corner.padding_mask)
    assert not explain_value(activation, (9, 9, 0)).padding_mask.any()


def test_pooling_says_where_the_largest_of_a_square_is():
    pooling = Pooling(np.float32([[1, 7], [7, 2]]))
    assert (pooling.argmax, pooling.result) == ((0, 1), 7)


def test_the_largest_products_come_first_whatever_their_sign():
    dense = Dense(np.float32([1, 2, 3]), np.float32([1, -4, 2]), 0.5, "linear")
    assert dense.largest_products(2).tolist() == [1, 2]
    assert dense.sum == -0.5


def test_ten_shares_make_a_whole_even_of_huge_logits():
    logits = np.float32([900, 899, *range(8)])
    shares = [Softmax(logits, digit).result for digit in range(10)]
    assert sum(shares) == pytest.approx(1)
    assert shares[0] == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-6)


def test_flatten_says_where_a_value_comes_from():
    activations = layer_activations(with_weights(NETWORKS["every kind of layer"]), image())
    (flatten,) = [a for a in activations if a.layer.kind == "Flatten"]
    assert flatten.inputs[explain_value(flatten, (17,)).source] == flatten.output[17]


@pytest.mark.parametrize("index", [(0,), (26, 0, 0), (0, 0, -1), (0, 0, 0, 0)])
def test_an_index_outside_the_layer_is_refused(index):
    activation = layer_activations(with_weights(Network()), image())[0]
    with pytest.raises(ValueError, match=r"block1_conv holds .* Received: "):
        explain_value(activation, index)
