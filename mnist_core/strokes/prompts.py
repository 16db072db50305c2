"""Which digit a person is asked to draw next, for a test set of their own."""

from collections.abc import Sequence

import numpy as np

SEED = 7  # of the order, which is mixed: who draws ten 4s on end soon draws them all alike


def next_digit(drawn: Sequence[int], skipped: Sequence[int], each: int) -> int | None:
    """The digit to ask for; None where all are drawn or skipped.

    Each round asks for all ten, in an order of its own. It depends on nothing but the arguments:
    a drawing that is deleted is asked for again, at its place.

    Args:
        drawn: (10,), how many there are of each digit.
        skipped: (10,), how often each was skipped.
        each: how many there are to be of each.
    """
    for done in range(each):
        for digit in np.random.default_rng([SEED, done]).permutation(10).tolist():
            if drawn[digit] + skipped[digit] <= done:
                return digit
    return None
