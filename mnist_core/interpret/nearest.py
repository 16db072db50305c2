"""The training digits nearest to an image, by the output of a network's last dense layer."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mnist_core.interpret import activations
from mnist_core.network.inference import InferenceNetwork

CHUNK = 2000  # images embedded at once; a page shows its progress in such steps
MAX_FLOAT16 = 6e4  # float16 ends at 65504


class Embeddings(NamedTuple):
    """The embeddings of some consecutive training digits."""

    start: int  # the index of the first of them in the training set
    vectors: np.ndarray  # float16 (n, units): half the memory, and nearly always the same order


class Neighbour(NamedTuple):
    """One of the nearest digits."""

    number: int  # in the training set, from 0
    distance: float  # Euclidean, between the two embeddings


def embed(network: InferenceNetwork, images: np.ndarray, start: int) -> Embeddings:
    """The embeddings of the next CHUNK digits from `start` on.

    Args:
        images: uint8 (n, 28, 28), all of the training set.
    """
    vectors = activations.embeddings(network, images[start : start + CHUNK])
    return Embeddings(start, vectors.clip(-MAX_FLOAT16, MAX_FLOAT16).astype(np.float16))


def nearest_neighbours(
    chunks: Iterable[Embeddings], vector: np.ndarray, count: int
) -> list[Neighbour]:
    """The digits whose embeddings are nearest to this one, nearest first.

    Args:
        vector: float32 (units,).
    """
    rounded = vector.clip(-MAX_FLOAT16, MAX_FLOAT16).astype(np.float16).astype(np.float32)
    neighbours = []
    for chunk in chunks:
        squares = np.square(chunk.vectors.astype(np.float32) - rounded).sum(axis=1)
        nearest = np.argsort(squares, kind="stable")[:count]
        neighbours += [Neighbour(chunk.start + int(i), float(np.sqrt(squares[i]))) for i in nearest]
    return sorted(neighbours, key=lambda neighbour: (neighbour.distance, neighbour.number))[:count]
