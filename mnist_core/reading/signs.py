"""A decimal point or a minus in a row: only where one stands plainly apart."""

from typing import NamedTuple

import numpy as np

from mnist_core.reading.rows import bands

INK = 0.1  # of the strongest ink
# All in heights of the row's tallest ink
MIN_DOT, MAX_DOT = 0.06, 0.25  # sides of a point
LOW = 0.7  # a point's middle is at least so far down, of the row's ink
MIN_DASH, MAX_DASH = 0.25, 1.0  # width of a minus
MAX_DASH_HEIGHT = 0.25
MIN_DASH_ASPECT = 2.0  # width through height
HALFWAY = (0.3, 0.7)  # where a minus has its middle, of the row's ink from the top


class Sign(NamedTuple):
    """A sign, and where it is."""

    sign: str  # "." or "-"
    first: int  # columns of the row
    end: int


def find(pixels: np.ndarray) -> list[Sign]:
    """The signs of a row: a point between two digits, a minus before the first.

    Each must have empty columns on both sides. What is less plain is left to be read as a digit's
    part.

    Args:
        pixels: float32 (48, width), ink up to 1 on 0.
    """
    inked = pixels >= INK
    groups = bands(inked.any(axis=0))
    heights = [np.flatnonzero(inked[:, first:end].any(axis=1)) for first, end in groups]
    tallest = max((rows[-1] + 1 - rows[0] for rows in heights), default=0)
    top = min((rows[0] for rows in heights), default=0)
    signs = []
    for number, ((first, end), rows) in enumerate(zip(groups, heights, strict=True)):
        height = (rows[-1] + 1 - rows[0]) / tallest
        width, middle = (end - first) / tallest, ((rows[0] + rows[-1] + 1) / 2 - top) / tallest
        if 0 < number < len(groups) - 1 and _is_point(height, width, middle):
            signs.append(Sign(".", first, end))
        if number == 0 and len(groups) > 1 and _is_minus(height, width, middle):
            signs.append(Sign("-", first, end))
    return signs


def _is_point(height, width, middle) -> bool:
    return min(height, width) >= MIN_DOT and max(height, width) <= MAX_DOT and middle >= LOW


def _is_minus(height, width, middle) -> bool:
    fits = MIN_DASH <= width <= MAX_DASH and height <= MAX_DASH_HEIGHT
    return fits and width >= MIN_DASH_ASPECT * height and HALFWAY[0] <= middle <= HALFWAY[1]
