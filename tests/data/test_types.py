"""A set of digits cut into parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.data import types
from mnist_core.data.types import Digits

seeds = st.integers(0, 2**31 - 1)


def digits(count):
    """Each its own label, which its pixels repeat."""
    labels = np.arange(count).astype(np.uint8)
    return Digits(np.tile(labels[:, None, None], (28, 28)), labels)


@given(st.integers(1, 99), st.integers(1, 99), seeds)
def test_a_split_puts_each_digit_in_exactly_one_part(left, held_back, seed):
    train, validation = types.split(digits(left + held_back), held_back, seed)
    assert sorted([*train.labels, *validation.labels]) == list(range(left + held_back))
    assert len(validation.labels) == held_back


@given(st.integers(1, 99), st.integers(1, 99), seeds)
def test_a_smaller_subset_is_in_a_larger_one_of_the_same_seed(one, other, seed):
    smaller, larger = (set(types.subset(digits(100), n, seed).labels) for n in sorted([one, other]))
    assert len(smaller) == min(one, other)
    assert smaller <= larger


def test_images_and_labels_stay_together():
    for part in (types.subset(digits(50), 20, 1), *types.split(digits(50), 15, 1)):
        assert (part.images[:, 0, 0] == part.labels).all()


def test_another_seed_splits_otherwise():
    first, second = (types.split(digits(100), 30, seed)[1].labels for seed in (1, 2))
    assert set(first) != set(second)


def test_parts_of_more_than_there_is_are_refused():
    with pytest.raises(ValueError, match=r"from 1 to 10\. Received: 11"):
        types.subset(digits(10), 11, 0)
    with pytest.raises(ValueError, match="Received: 10 of 10 digits"):
        types.split(digits(10), 10, 0)
