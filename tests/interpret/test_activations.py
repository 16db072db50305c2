"""A network taken apart: its layers' outputs, gradients, receptive fields, likenesses."""

import itertools

import numpy as np
import pytest
from inspected_networks import NETWORKS, each_network, image, inspector

from mnist_core.config.schema import ConvBlock, Network
from mnist_core.interpret import activations, nearest, receptive_field, saliency
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier


@each_network
def test_layers_come_in_order_each_fed_by_the_one_before(net):
    taken_apart = inspector(net)
    found = taken_apart.layer_activations(image())
    assert tuple(step.layer for step in found) == taken_apart.plan
    assert all(step.output.shape == step.layer.output_shape for step in found)
    for before, after in itertools.pairwise(found):
        assert np.array_equal(before.output, after.inputs)


def test_the_last_layer_says_what_the_classifier_says():
    found = activations.load("classic").layer_activations(image())
    wanted = Classifier.load("classic").probabilities(image()[None])[0]
    np.testing.assert_allclose(found[-1].output, wanted, atol=1e-5)


def test_a_model_is_taken_apart_once():
    assert activations.load("classic") is activations.load("classic")


def test_each_layer_is_run_once_however_many_come_after_it(monkeypatch):
    keras = pytest.importorskip("keras")
    taken_apart = inspector(NETWORKS["every kind of layer"])
    run, calls = keras.layers.Layer.__call__, []

    def counted(layer, *arguments, **named):
        calls.append(layer.name)
        return run(layer, *arguments, **named)

    monkeypatch.setattr(keras.layers.Layer, "__call__", counted)
    taken_apart.layer_activations(image())
    assert calls == [layer.name for layer in taken_apart.plan]


def test_an_unknown_model_is_refused_in_a_sentence():
    with pytest.raises(model_store.ModelError, match="no model called 'nobody'"):
        activations.load("nobody")


def test_filters_are_those_of_the_convolutions():
    found = inspector(NETWORKS["averages in place of flatten"]).filters()
    assert [(layer.name, kernel.shape) for layer, kernel in found] == [
        ("block1_1_conv", (3, 3, 1, 3)),
        ("block1_2_conv", (3, 3, 3, 3)),
    ]


def test_features_are_what_the_logits_are_weighed_from():
    taken_apart = inspector(NETWORKS["every kind of layer"])
    (logits,) = [s for s in taken_apart.layer_activations(image()) if s.layer.name == "logits"]
    np.testing.assert_allclose(taken_apart.embeddings(image()[None])[0], logits.inputs, atol=1e-6)


def test_gradients_agree_with_finite_differences():
    taken_apart = inspector(Network((ConvBlock(3, 5, activation="tanh", pool_size=0),), dense=()))
    asked = np.float32([1, 0, 0, -1, 0, 0, 0, 0.5, 0, 0])
    x = np.random.default_rng(3).random((28, 28)).astype(np.float32)
    _, slopes = taken_apart.gradients(x[None], asked)
    tiny = 1e-2
    for row, column in [(0, 0), (13, 14), (20, 7), (27, 27)]:
        moved = np.stack([x, x])
        moved[:, row, column] += (tiny, -tiny)
        ends, _ = taken_apart.gradients(moved, asked)
        wanted = (ends[0] - ends[1]) / (2 * tiny)
        assert slopes[0, row, column] == pytest.approx(wanted, rel=0.02, abs=2e-3)


@pytest.mark.parametrize("net", [NETWORKS["every kind of layer"], *list(NETWORKS.values())[1:3]])
def test_a_receptive_field_holds_all_the_pixels_that_matter_and_no_others(net):
    taken_apart, black = inspector(net), image(4)
    for number, step in enumerate(taken_apart.layer_activations(black)):
        if len(step.layer.output_shape) != 3:
            break
        place = tuple(np.array(step.output.shape) // 3)
        field = receptive_field.receptive_field(taken_apart.plan, step.layer.name, place)
        inside = np.zeros((28, 28), bool)
        inside[field.top : field.bottom, field.left : field.right] = True
        outer = black.copy()
        outer[~inside] = 255 - outer[~inside]
        moved = taken_apart.layer_activations(outer)[number].output[place]
        assert moved == pytest.approx(step.output[place], abs=1e-5)  # what is outside is not seen


def test_a_receptive_field_is_no_larger_than_it_must_be():
    net = Network((ConvBlock(2, 3, pool_size=2), ConvBlock(2, 3, pool_size=0)), dense=())
    plan = inspector(net).plan
    assert receptive_field.receptive_field(plan, "block1_conv", (4, 5, 0)) == (4, 5, 7, 8)
    assert receptive_field.receptive_field(plan, "block1_pool", (4, 5, 0)) == (8, 10, 12, 14)
    assert receptive_field.receptive_field(plan, "block2_conv", (4, 5, 0)) == (8, 10, 16, 18)
    assert receptive_field.receptive_field(plan, "logits", (3,)) == receptive_field.WHOLE_IMAGE


def test_a_receptive_field_ends_at_the_edge_of_the_image():
    plan = inspector(Network((ConvBlock(2, 5, padding="same"),), dense=())).plan
    assert receptive_field.receptive_field(plan, "block1_conv", (0, 27, 0)) == (0, 25, 3, 28)


def digit():
    """A seven, drawn by rows."""
    drawn = np.zeros((28, 28), np.uint8)
    drawn[6:8, 8:20] = 255
    for row in range(8, 22):
        drawn[row, 19 - row // 2 : 21 - row // 2] = 255
    return drawn


def test_the_parts_of_all_pixels_make_the_change_of_the_logit():
    for against in (None, 1):
        found = saliency.integrated_gradients(activations.load("classic"), digit(), 7, against)
        assert found.attributions.sum() == pytest.approx(found.change, rel=0.03)


def test_a_pixel_without_ink_has_no_part():
    found = saliency.integrated_gradients(activations.load("classic"), digit(), 7)
    assert not found.attributions[digit() == 0].any()
    assert found.attributions[digit() > 0].any()


def test_against_another_digit_the_parts_are_the_difference_of_both():
    taken_apart = activations.load("classic")
    seven, one, both = (
        saliency.integrated_gradients(taken_apart, digit(), *digits).attributions
        for digits in [(7,), (1,), (7, 1)]
    )
    np.testing.assert_allclose(both, seven - one, atol=1e-3)


def remembered(taken_apart, images, monkeypatch, at_once=16):
    """All images, in several parts."""
    monkeypatch.setattr(nearest, "CHUNK", at_once)
    starts = range(0, len(images), at_once)
    return [nearest.embed(taken_apart, images, start) for start in starts]


def test_the_nearest_are_those_that_a_loop_finds(monkeypatch):
    taken_apart = inspector(NETWORKS["every kind of layer"])
    images = np.stack([image(seed) for seed in range(60)])
    features = taken_apart.embeddings(images).astype(np.float64)
    wanted = taken_apart.embeddings(image(99)[None])[0]
    distances = [float(np.sqrt(((row - wanted) ** 2).sum())) for row in features]
    found = nearest.nearest_neighbours(remembered(taken_apart, images, monkeypatch), wanted, 5)
    assert [n.number for n in found] == sorted(range(60), key=distances.__getitem__)[:5]
    for neighbour in found:
        assert neighbour.distance == pytest.approx(distances[neighbour.number], rel=0.01)


def test_an_image_is_its_own_nearest_neighbour(monkeypatch):
    taken_apart = inspector(Network())
    images = np.stack([image(seed) for seed in range(20)])
    memories = remembered(taken_apart, images, monkeypatch)
    assert (
        nearest.nearest_neighbours(memories, taken_apart.embeddings(images[17:18])[0], 1)[0].number
        == 17
    )


def test_a_network_without_a_dense_layer_is_asked_for_its_logits():
    taken_apart = inspector(NETWORKS["averages in place of flatten"])
    (logits,) = [s for s in taken_apart.layer_activations(image()) if s.layer.name == "logits"]
    np.testing.assert_allclose(taken_apart.embeddings(image()[None])[0], logits.output, atol=1e-6)
