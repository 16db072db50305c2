"""The overview of a network at work: the maps are the layers' own, and what flows adds up."""

import itertools

import numpy as np
import pytest
from inspected_networks import each_network, image, with_weights

from mnist_core.config.schema import ConvBlock, Network
from mnist_core.interpret.overview import MAPS, liveliest_maps, overview
from mnist_core.network.inference import to_input

PLAIN = Network((ConvBlock(3, 5, activation="linear", pool_size=0),), dense=())


@each_network
def test_each_block_has_a_stage_with_maps_as_its_layer_computes_them(network):
    inference = with_weights(network)
    outputs = inference.layer_outputs(to_input(image()[None]))
    names = [layer.name for layer in inference.plan]
    found = overview(inference, image())
    assert len(found.stages) == len(network.blocks)
    for stage in found.stages:
        output = outputs[names.index(stage.layer.name)][0]
        assert np.array_equal(stage.values, np.moveaxis(output, -1, 0)[list(stage.maps)])
        assert len(stage.fields) == output.shape[0]
    assert np.array_equal(found.probabilities, outputs[-1][0])


@each_network
def test_contributions_lead_from_the_image_through_every_stage_to_ten_logits(network):
    found = overview(with_weights(network), image())
    counts = [1, *(len(stage.maps) for stage in found.stages), 10]
    assert [c.shape for c in found.contributions] == list(itertools.pairwise(counts))
    assert all(np.isfinite(c).all() for c in found.contributions)


def test_of_a_linear_network_the_contributions_are_the_sums_themselves():
    inference = with_weights(PLAIN)
    found = overview(inference, image())
    blank = overview(inference, np.zeros((28, 28), np.uint8))
    sums = (found.stages[0].values - blank.stages[0].values).sum(axis=(1, 2))
    assert found.contributions[0][0] == pytest.approx(sums, rel=1e-3)


def test_the_maps_shown_are_the_same_for_every_image_and_at_most_eight():
    network = with_weights(Network((ConvBlock(20, 5), ConvBlock(5, 3)), dense=()))
    shown = [[s.maps for s in overview(network, image(seed)).stages] for seed in (0, 1)]
    assert shown[0] == shown[1] == list(liveliest_maps(network))
    assert [len(maps) for maps in shown[0]] == [MAPS, 5]


def test_a_network_without_a_convolution_leads_from_the_image_to_the_logits():
    found = overview(with_weights(Network((), dense=())), image())
    assert found.stages == []
    assert found.contributions[0].shape == (1, 10)
