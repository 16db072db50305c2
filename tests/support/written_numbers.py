"""Numbers in the hand of a built-in writer."""

import numpy as np

from mnist_core.data import synthesis, writers
from mnist_core.strokes import numbers
from mnist_core.strokes.files import Drawing
from mnist_core.strokes.numbers import ComposedNumber


def write(text: str, writer: int = 3, seed: int = 0, **options) -> ComposedNumber:
    """A number as one of the built-in writers writes it.

    Args:
        text: digits, rows parted by "\\n".
        options: of `numbers.compose`.
    """
    rng = np.random.default_rng([seed, writer])
    author = writers.writer(0, writer)
    rows = [
        [Drawing(d, "", _strokes(d, author, rng)) for d in map(int, row)]
        for row in text.split("\n")
    ]
    return numbers.compose(rows, rng, **options)


def _strokes(digit, author, rng):
    return synthesis.write_digit(digit, int(author.usual_forms[digit]), author, rng).strokes
