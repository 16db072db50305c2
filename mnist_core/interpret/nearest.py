"""The training digits that a network finds most like an image, by its last dense layer."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

CHUNK = 2000  # images: of so many a page shows how far it is
MAX_FLOAT16 = 6e4  # float16 ends at 65504


class Embeddings(NamedTuple):
    """Some training digits as the network's last dense layer sees them."""

    start: int  # the number of the first of them
    vectors: np.ndarray  # float16 (n, units): half the memory, and nearly always the same order


class Neighbour(NamedTuple):
    """One of the nearest."""

    number: int  # in the training set, from 0
    distance: float  # between the two rows of features


def embed(inspector, images: np.ndarray, start: int) -> Embeddings:
    """The next AT_ONCE digits from `start` on.

    Args:
        inspector: `inspection.Inspector`.
        images: uint8 (n, 28, 28), all of the training set.
    """
    found = inspector.embeddings(images[start : start + CHUNK])
    return Embeddings(start, found.clip(-MAX_FLOAT16, MAX_FLOAT16).astype(np.float16))


def nearest_neighbours(
    memories: Iterable[Embeddings], features: np.ndarray, count: int
) -> list[Neighbour]:
    """The digits whose features are nearest to these, by Euclidean distance, nearest first.

    Args:
        features: float32 (units,).
    """
    wanted = features.clip(-MAX_FLOAT16, MAX_FLOAT16).astype(np.float16).astype(np.float32)
    found = []
    for memory in memories:
        away = np.square(memory.vectors.astype(np.float32) - wanted).sum(axis=1)
        best = np.argsort(away, kind="stable")[:count]
        found += [Neighbour(memory.start + int(i), float(np.sqrt(away[i]))) for i in best]
    return sorted(found, key=lambda neighbour: (neighbour.distance, neighbour.number))[:count]
