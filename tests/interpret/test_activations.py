"""Inside a network: its layers' outputs, embeddings, gradients, receptive fields, saliency."""

import itertools

import numpy as np
import pytest
from inspected_networks import NETWORKS, each_network, image, with_weights

from mnist_core.config.schema import ConvBlock, Network
from mnist_core.interpret import activations, receptive_field, saliency
from mnist_core.prediction import Classifier

EVERY_KIND = NETWORKS["every kind of layer"]
WITHOUT_DENSE = NETWORKS["averages in place of flatten"]


@each_network
def test_layers_come_in_order_each_fed_by_the_one_before(network):
    inspected = with_weights(network)
    layers = activations.layer_activations(inspected, image())
    assert tuple(activation.layer for activation in layers) == inspected.plan
    assert all(a.output.shape == a.layer.output_shape for a in layers)
    for before, after in itertools.pairwise(layers):
        assert np.array_equal(before.output, after.inputs)


def test_the_last_layer_predicts_what_the_classifier_predicts():
    classifier = Classifier.load("classic")
    layers = activations.layer_activations(classifier.network, image())
    expected = classifier.probabilities(image()[None])[0]
    np.testing.assert_allclose(layers[-1].output, expected, atol=1e-5)


def test_filters_are_those_of_the_convolutions():
    filters = activations.filters(with_weights(WITHOUT_DENSE))
    assert [(layer.name, kernel.shape) for layer, kernel in filters] == [
        ("block1_1_conv", (3, 3, 1, 3)),
        ("block1_2_conv", (3, 3, 3, 3)),
    ]


@pytest.mark.parametrize(
    ("network", "field"), [(EVERY_KIND, "inputs"), (WITHOUT_DENSE, "output")],
    ids=["with a dense layer", "without one"],
)  # fmt: skip
def test_embeddings_are_the_inputs_of_the_logits_or_without_a_dense_layer_the_logits(
    network, field
):
    inspected = with_weights(network)
    layers = activations.layer_activations(inspected, image())
    (logits,) = [layer for layer in layers if layer.layer.name == "logits"]
    embedding = activations.embeddings(inspected, image()[None])[0]
    np.testing.assert_allclose(embedding, getattr(logits, field), atol=1e-6)


def test_gradients_agree_with_finite_differences():
    inspected = with_weights(Network((ConvBlock(3, 5, activation="tanh", pool_size=0),), dense=()))
    logit_weights = np.float32([1, 0, 0, -1, 0, 0, 0, 0.5, 0, 0])
    x = np.random.default_rng(3).random((28, 28, 1)).astype(np.float32)
    _, gradients = inspected.gradients(x[None], logit_weights)
    tiny = 1e-2
    for row, column in [(0, 0), (13, 14), (20, 7), (27, 27)]:
        changed = np.stack([x, x])
        changed[:, row, column, 0] += (tiny, -tiny)
        ends, _ = inspected.gradients(changed, logit_weights)
        expected = (ends[0] - ends[1]) / (2 * tiny)
        assert gradients[0, row, column, 0] == pytest.approx(expected, rel=0.02, abs=2e-3)


@pytest.mark.parametrize("network", list(NETWORKS.values())[:3])
def test_no_pixel_outside_its_receptive_field_changes_a_value(network):
    inspected, before = with_weights(network), image(4)
    for number, activation in enumerate(activations.layer_activations(inspected, before)):
        if len(activation.output.shape) != 3:
            break
        index = tuple(np.array(activation.output.shape) // 3)
        field = receptive_field.receptive_field(inspected.plan, activation.layer.name, index)
        changed = 255 - before
        inside = slice(field.top, field.bottom), slice(field.left, field.right)
        changed[inside] = before[inside]
        after = activations.layer_activations(inspected, changed)[number].output[index]
        assert after == pytest.approx(activation.output[index], abs=1e-5)


@pytest.mark.parametrize(
    ("name", "index", "field"),
    [
        ("block1_conv", (4, 5, 0), (4, 5, 7, 8)),
        ("block1_pool", (4, 5, 0), (8, 10, 12, 14)),
        ("block2_conv", (4, 5, 0), (8, 10, 16, 18)),
        ("logits", (3,), receptive_field.WHOLE_IMAGE),
    ],
)
def test_a_receptive_field_is_no_larger_than_it_must_be(name, index, field):
    network = Network((ConvBlock(2, 3, pool_size=2), ConvBlock(2, 3, pool_size=0)), dense=())
    assert receptive_field.receptive_field(with_weights(network).plan, name, index) == field


def test_a_receptive_field_ends_at_the_edge_of_the_image():
    plan = with_weights(Network((ConvBlock(2, 5, padding="same"),), dense=())).plan
    assert receptive_field.receptive_field(plan, "block1_conv", (0, 27, 0)) == (0, 25, 3, 28)


@pytest.fixture
def seven():
    """A seven, drawn by rows."""
    drawn = np.zeros((28, 28), np.uint8)
    drawn[6:8, 8:20] = 255
    for row in range(8, 22):
        drawn[row, 19 - row // 2 : 21 - row // 2] = 255
    return drawn


def test_the_attributions_sum_to_the_change_of_the_logit_or_of_the_lead_over_another(seven):
    inspected = Classifier.load("classic").network
    of_seven, of_one, lead = (
        saliency.integrated_gradients(inspected, seven, *digits) for digits in [(7,), (1,), (7, 1)]
    )
    for result in (of_seven, lead):
        assert result.attributions.sum() == pytest.approx(result.change, rel=0.03)
    difference = of_seven.attributions - of_one.attributions
    np.testing.assert_allclose(lead.attributions, difference, atol=1e-3)
    assert not of_seven.attributions[seven == 0].any()  # a pixel without ink has no part
    assert of_seven.attributions[seven > 0].any()


class Quadratic:
    """Stands for a network whose logits are all the sum of the pixels' squares."""

    def gradients(self, x, logit_weights):
        return np.square(x).sum(axis=(1, 2, 3)), 2 * x


def test_each_pixels_part_is_exact_where_the_slope_rises_evenly(seven):
    result = saliency.integrated_gradients(Quadratic(), seven, 7)
    np.testing.assert_allclose(result.attributions, np.square(seven / 255), rtol=1e-5)
    assert result.change == pytest.approx(np.square(seven / 255).sum())
