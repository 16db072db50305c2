"""The training digits that a network finds most like an image."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

AT_ONCE = 2000  # images


class Memory(NamedTuple):
    """Training digits as the network's last layer before the logits sees them."""

    features: np.ndarray  # float16 (n, units): half the memory, and the same neighbours but rarely
    lengths: np.ndarray  # float32 (n,): of each row, squared


class Neighbour(NamedTuple):
    """One of the nearest."""

    number: int  # in the training set, from 0
    distance: float  # between the two rows of features


def remember(inspector, images: np.ndarray) -> Iterator[int | Memory]:
    """How many images are done, again and again; in the end the Memory of them.

    Args:
        inspector: `inspection.Inspector`.
        images: uint8 (n, 28, 28).
    """
    found = []
    for start in range(0, len(images), AT_ONCE):
        yield start
        part = inspector.features(images[start : start + AT_ONCE])
        found.append(part.clip(-6e4, 6e4).astype(np.float16))  # float16 ends at 65504
    features = np.concatenate(found)
    lengths = np.concatenate([np.square(part, dtype=np.float32).sum(axis=1) for part in found])
    yield Memory(features, lengths)


def nearest(memory: Memory, features: np.ndarray, count: int) -> list[Neighbour]:
    """The digits whose features are nearest to these, by Euclidean distance, nearest first.

    Args:
        features: float32 (units,).
    """
    wanted = features.astype(np.float16).astype(np.float32)
    squared = np.empty(len(memory.features), np.float32)
    for start in range(0, len(squared), AT_ONCE):  # in parts: no copy of all in float32
        part = slice(start, start + AT_ONCE)
        away = memory.lengths[part] - 2 * (memory.features[part].astype(np.float32) @ wanted)
        squared[part] = away
    squared += wanted @ wanted
    order = np.argsort(squared, kind="stable")[:count]
    return [Neighbour(int(i), float(np.sqrt(max(0.0, squared[i])))) for i in order]
