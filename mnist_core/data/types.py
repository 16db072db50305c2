"""What a data set is: images with their labels, for training and for testing."""

import hashlib
from typing import NamedTuple

import numpy as np


class DataError(ValueError):
    """A data set can't be used; the message says which file and why."""


class DataMissingError(DataError):
    """There is no file of the data set yet; a download would cure it."""


class Digits(NamedTuple):
    """Images, uint8 (n, 28, 28), ink bright on 0, and their labels, uint8 (n,), 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """Two sets of digits, read-only, the sha256 of all their bytes, and where they are from."""

    name: str
    train: Digits
    test: Digits
    checksum: str
    source: str


def subset(digits: Digits, count: int, seed: int) -> Digits:
    """`count` random digits; those of a smaller count are always among those of a larger."""
    if not 1 <= count <= len(digits.labels):
        raise ValueError(f"count must be from 1 to {len(digits.labels)}. Received: {count}")
    if count == len(digits.labels):
        return digits
    chosen = np.random.default_rng(seed).permutation(len(digits.labels))[:count]
    return Digits(digits.images[chosen], digits.labels[chosen])


def split(digits: Digits, held_back: int, seed: int) -> tuple[Digits, Digits]:
    """(train, validation): each digit in exactly one, `held_back` of them in validation."""
    count = len(digits.labels)
    if not 1 <= held_back < count:
        raise ValueError(
            f"A split must leave a digit in both parts. Received: {held_back} of {count} digits"
        )
    order = np.random.default_rng(seed).permutation(count)
    validation, train = order[:held_back], order[held_back:]
    return (
        Digits(digits.images[train], digits.labels[train]),
        Digits(digits.images[validation], digits.labels[validation]),
    )


def make_dataset(name: str, train: Digits, test: Digits, source: str) -> Dataset:
    """A data set of these digits, made read-only."""
    checksum = hashlib.sha256()
    for array in (*train, *test):
        array.setflags(write=False)  # every page and session shares them
        checksum.update(array)
    return Dataset(name, train, test, checksum.hexdigest(), source)
