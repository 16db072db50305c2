"""The training digits nearest to an image, by the output of a network's last dense layer.

60,000 embeddings are tens of megabytes. An index holds each as its 16 principal components, a byte
each. By them some hundred digits are chosen, whose embeddings are computed anew and compared in
full. For 1,000 of MNIST's test digits all twelve nearest are among the 512 chosen: in 998 by the
reader, in 1,000 by the classic (`python tests/bench/inside.py nearest 1000`).
"""

from typing import NamedTuple

import numpy as np

from mnist_core.interpret import activations
from mnist_core.network.inference import InferenceNetwork

CHUNK = 2000  # images embedded at once; the components are chosen by so many
COMPONENTS = 16
COMPARED = 512  # digits whose embeddings are compared in full
MAX_CODE = 127  # int8
FULL_RANGE_QUANTILE = 0.999  # of the components' sizes; the few beyond are clipped
MAX_EMBEDDING = 1e6  # a network whose training went astray may have infinite ones


class Components(NamedTuple):
    """The principal components of a network's embeddings, and how they become bytes."""

    mean: np.ndarray  # float32 (units,)
    directions: np.ndarray  # float32 (units, components)
    step: float  # of a component, for 1 in its code

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """float32 (n, units) -> (n, components), in steps."""
        return (_finite(vectors) - self.mean) @ self.directions / np.float32(self.step)


class EmbeddingIndex(NamedTuple):
    """A set of digits, by which the nearest of them can be found."""

    components: Components
    codes: np.ndarray  # int8 (n, components)


class Neighbour(NamedTuple):
    """One of the nearest digits."""

    number: int  # in the training set, from 0
    distance: float  # Euclidean, between the two embeddings


def fit_components(network: InferenceNetwork, images: np.ndarray) -> Components:
    """The components in which the embeddings of these images differ most.

    Args:
        images: uint8 (n, 28, 28), some thousands.
    """
    vectors = _finite(activations.embeddings(network, images))
    mean = vectors.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov((vectors - mean).T, bias=True).astype(np.float64))
    directions = directions[:, ::-1][:, :COMPONENTS].astype(np.float32)
    sizes = np.abs((vectors - mean) @ directions)
    step = float(np.quantile(sizes, FULL_RANGE_QUANTILE)) / MAX_CODE
    return Components(mean, directions, step or 1.0)


def encode(network: InferenceNetwork, images: np.ndarray, components: Components) -> np.ndarray:
    """The codes of an index: uint8 (n, 28, 28) -> int8 (n, components)."""
    projected = components.project(activations.embeddings(network, images))
    return np.rint(projected).clip(-MAX_CODE, MAX_CODE).astype(np.int8)


def nearest_neighbours(
    index: EmbeddingIndex,
    network: InferenceNetwork,
    images: np.ndarray,
    image: np.ndarray,
    count: int,
    compared: int = COMPARED,
) -> list[Neighbour]:
    """The digits whose embeddings are nearest to this image's, nearest first.

    Args:
        images: uint8 (n, 28, 28), those of the index.
        image: uint8 (28, 28).
        compared: how many digits are compared in full.
    """
    vector = activations.embeddings(network, image[None])
    offsets = index.codes - index.components.project(vector)
    order = np.argsort(np.square(offsets).sum(axis=1), kind="stable")[:compared]
    vectors = _finite(activations.embeddings(network, images[order]))
    distances = np.linalg.norm(vectors - _finite(vector), axis=1)
    found = [Neighbour(int(i), float(d)) for i, d in zip(order, distances, strict=True)]
    return sorted(found, key=lambda neighbour: (neighbour.distance, neighbour.number))[:count]


def _finite(vectors: np.ndarray) -> np.ndarray:
    return np.nan_to_num(vectors, nan=0.0).clip(-MAX_EMBEDDING, MAX_EMBEDDING)
