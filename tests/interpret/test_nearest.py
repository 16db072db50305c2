"""The training digits nearest to an image, against a loop over all of them."""

import numpy as np
import pytest
from inspected_networks import NETWORKS, image, with_weights

from mnist_core.interpret import activations, nearest
from mnist_core.interpret.nearest import EmbeddingIndex

IMAGES = np.stack([image(seed) for seed in range(60)])


def index_of(network) -> EmbeddingIndex:
    """Of all images."""
    components = nearest.fit_components(network, IMAGES)
    return EmbeddingIndex(components, nearest.encode(network, IMAGES, components))


def test_the_nearest_are_those_that_a_loop_finds_and_an_image_is_nearest_to_itself():
    network = with_weights(NETWORKS["every kind of layer"])
    index = index_of(network)
    vectors = activations.embeddings(network, IMAGES).astype(np.float64)
    wanted = activations.embeddings(network, image(99)[None])[0]
    distances = [float(np.sqrt(((row - wanted) ** 2).sum())) for row in vectors]
    neighbours = nearest.nearest_neighbours(index, network, IMAGES, image(99), 5, compared=20)
    assert [n.number for n in neighbours] == sorted(range(60), key=distances.__getitem__)[:5]
    for neighbour in neighbours:
        assert neighbour.distance == pytest.approx(distances[neighbour.number], rel=1e-4)
    (itself,) = nearest.nearest_neighbours(index, network, IMAGES, IMAGES[17], 1)
    assert itself.number == 17
    assert itself.distance == pytest.approx(0, abs=1e-5)


def test_a_network_with_infinite_embeddings_has_nearest_digits_too():
    network = with_weights(NETWORKS["averages in place of flatten"])
    network.weights["block1_1_conv.kernel"][...] *= np.float32(1e38)
    with np.errstate(all="ignore"):
        index = index_of(network)
        neighbours = nearest.nearest_neighbours(index, network, IMAGES, IMAGES[3], 5)
    assert len(neighbours) == 5
    assert all(np.isfinite(neighbour.distance) for neighbour in neighbours)
