"""The training digits nearest to an image, against a loop over all of them."""

import numpy as np
import pytest
from inspected_networks import NETWORKS, image, with_weights

from mnist_core.interpret import activations, nearest


@pytest.fixture
def embed(monkeypatch):
    """Embeds all images, in several chunks."""
    monkeypatch.setattr(nearest, "CHUNK", 16)

    def chunks(inspected, images):
        return [nearest.embed(inspected, images, start) for start in range(0, len(images), 16)]

    return chunks


def test_the_nearest_are_those_that_a_loop_finds_and_an_image_is_nearest_to_itself(embed):
    inspected = with_weights(NETWORKS["every kind of layer"])
    images = np.stack([image(seed) for seed in range(60)])
    vectors = activations.embeddings(inspected, images).astype(np.float64)
    wanted = activations.embeddings(inspected, image(99)[None])[0]
    distances = [float(np.sqrt(((row - wanted) ** 2).sum())) for row in vectors]
    chunks = embed(inspected, images)
    neighbours = nearest.nearest_neighbours(chunks, wanted, 5)
    assert [n.number for n in neighbours] == sorted(range(60), key=distances.__getitem__)[:5]
    for neighbour in neighbours:
        assert neighbour.distance == pytest.approx(distances[neighbour.number], rel=0.01)
    embedding = activations.embeddings(inspected, images[17:18])[0]
    (itself,) = nearest.nearest_neighbours(chunks, embedding, 1)
    assert itself.number == 17
