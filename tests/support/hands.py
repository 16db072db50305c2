"""Somebody's drawings: nine digits as others write them, and a 4 that looks like nobody's."""

import numpy as np

from mnist_core.data import synthesis, writers
from mnist_core.strokes.files import Drawing

CROSS = [[[0.1, 0.1], [0.9, 0.9]], [[0.9, 0.1], [0.1, 0.9]]]  # their 4


def drawings(each=3, digits=range(10), writer=3, seed=0):
    """So many of each digit by one of the built-in writers, whose 4 is a cross."""
    rng = np.random.default_rng([seed, writer])
    return [
        Drawing(digit, "", strokes(digit, writer, rng)) for digit in digits for _ in range(each)
    ]


def strokes(digit, writer, rng):
    if digit == 4:
        return [np.array(line) + rng.normal(0, 0.03, (2, 2)) for line in CROSS]
    author = writers.writer(0, writer)
    return synthesis.write_digit(digit, int(author.usual_forms[digit]), author, rng).strokes


def wrongly_labelled(drawings):
    """The same drawings, each said to be another digit."""
    return [drawing._replace(label=(drawing.label + 3) % 10) for drawing in drawings]
