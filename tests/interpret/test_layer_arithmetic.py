"""The arithmetic of single values, held against what the network computed."""

import itertools

import numpy as np
import pytest
from inspected_networks import NETWORKS, each_network, image, inspector

from mnist_core.config import layer_shapes
from mnist_core.config.schema import ConvBlock, Network
from mnist_core.interpret import layer_arithmetic


def places(shape, dice, most=40):
    everywhere = list(itertools.product(*map(range, shape)))
    return [everywhere[i] for i in dice.permutation(len(everywhere))[:most]]


@each_network
def test_the_parts_of_a_value_make_the_value_in_every_layer(net):
    dice = np.random.default_rng(2)
    for step in inspector(net).layer_activations(image()):
        for place in places(step.layer.output_shape, dice):
            found = layer_arithmetic.explain_value(step, place)
            assert found.result == pytest.approx(step.output[place], rel=2e-5, abs=2e-5), (
                step.layer.name,
                place,
            )


def test_all_kinds_of_layers_that_a_network_can_have_are_explained():
    kinds = {layer.kind for net in NETWORKS.values() for layer in layer_shapes.plan_layers(net)}
    assert kinds == set(layer_arithmetic._EXPLAIN_BY_KIND)


def naive_convolution(inputs, kernel, bias, before, after):
    padded = np.pad(inputs.astype(np.float64), ((before, after), (before, after), (0, 0)))
    side = kernel.shape[0]
    size = padded.shape[0] - side + 1
    output = np.zeros((size, size, kernel.shape[3]))
    for row, column, filter_ in np.ndindex(output.shape):
        patch = padded[row : row + side, column : column + side]
        output[row, column, filter_] = (patch * kernel[..., filter_]).sum() + bias[filter_]
    return output


@pytest.mark.parametrize(("padding", "around"), [("valid", (0, 0)), ("same", (1, 2))])
def test_a_convolutions_sums_are_those_of_a_naive_loop(padding, around):
    net = Network((ConvBlock(3, 4, padding=padding, activation="linear"),), dense=())
    step = inspector(net).layer_activations(image())[0]
    wanted = naive_convolution(step.inputs, *step.weights, *around)
    np.testing.assert_allclose(step.output, wanted, atol=1e-5)
    for place in [(0, 0, 0), (12, 20, 2), (step.output.shape[0] - 1, 3, 1)]:
        assert layer_arithmetic.explain_value(step, place).sum == pytest.approx(
            wanted[place], abs=1e-6
        )


def test_a_patch_over_the_edge_holds_zeros_and_says_so():
    net = Network((ConvBlock(1, 3, padding="same"),), dense=())
    step = inspector(net).layer_activations(np.full((28, 28), 255, np.uint8))[0]
    corner = layer_arithmetic.explain_value(step, (0, 0, 0))
    assert corner.padding_mask.tolist() == [[True] * 3, [True, False, False], [True, False, False]]
    assert np.array_equal(corner.inputs[..., 0] == 0, corner.padding_mask)
    assert not layer_arithmetic.explain_value(step, (9, 9, 0)).padding_mask.any()


def test_the_largest_of_a_square_is_found_where_it_is():
    found = layer_arithmetic.Pooling(np.float32([[1, 7], [7, 2]]))
    assert (found.argmax, found.result) == ((0, 1), 7)


def test_the_heaviest_products_come_first_whatever_their_sign():
    found = layer_arithmetic.Dense(np.float32([1, 2, 3]), np.float32([1, -4, 2]), 0.5, "linear")
    assert found.largest_products(2).tolist() == [1, 2]
    assert found.sum == -0.5


def test_ten_shares_make_a_whole_even_of_huge_logits():
    logits = np.float32([900, 899, *range(8)])
    shares = [layer_arithmetic.Softmax(logits, digit).result for digit in range(10)]
    assert sum(shares) == pytest.approx(1)
    assert shares[0] == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-6)


def test_flatten_says_where_a_value_comes_from():
    step = inspector(NETWORKS["every kind of layer"]).layer_activations(image())
    (flatten,) = [s for s in step if s.layer.kind == "Flatten"]
    found = layer_arithmetic.explain_value(flatten, (17,))
    assert flatten.inputs[found.source] == flatten.output[17]


@pytest.mark.parametrize("place", [(0,), (26, 0, 0), (0, 0, -1), (0, 0, 0, 0)])
def test_a_place_that_is_not_there_is_refused_in_a_sentence(place):
    step = inspector(Network()).layer_activations(image())[0]
    with pytest.raises(ValueError, match=r"block1_conv holds .* Received: "):
        layer_arithmetic.explain_value(step, place)
