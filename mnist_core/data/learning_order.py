"""Ten digits of each test set, one of each kind, that networks learn one after the other.

Chosen by how late they are learned. `quick` with three seeds and LeNet read the whole test set
some thirty times while they trained for two epochs; an image is learned at the step from which it
is read right to the end. Of each digit that image is taken whose four steps are nearest to one of
ten steps from 30 to 700, evenly apart on a logarithmic axis.

Source: tests/bench/learning_order.py, which prints these numbers with each network's steps.
"""

from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits


class LearnedDigit(NamedTuple):
    """An image of a test set, and about when a network gets it right."""

    image: int  # its number in the test set, from 0
    step: int  # of 128 images


# By test set, in the order of the digits 0 to 9
LEARNED_AT = {
    "mnist": (
        (1808, 122), (2902, 60), (939, 348), (528, 86), (511, 245),
        (1289, 173), (8197, 43), (2028, 30), (9892, 493), (3597, 700),
    ),
    "built-in": (
        (5703, 173), (754, 30), (9422, 122), (1222, 245), (2071, 493),
        (5694, 348), (2322, 60), (4003, 86), (6105, 43), (2107, 700),
    ),
}  # fmt: skip


def ten_digits(data: str, test: Digits) -> tuple[np.ndarray, np.ndarray]:
    """The ten, those that are learned first in front.

    Args:
        data: "mnist" or "built-in".
        test: its test set; of a smaller one, any ten, one of each digit.

    Returns:
        uint8 (10, 28, 28), and the digits they are, uint8 (10,).
    """
    learned = sorted(map(LearnedDigit._make, LEARNED_AT[data]), key=lambda one: one.step)
    images = [one.image for one in learned]
    if max(images) >= len(test.labels):
        images = [int((test.labels == digit).argmax()) for digit in range(10)]
    return test.images[images], test.labels[images]
