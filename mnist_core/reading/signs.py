"""A decimal point or a minus in a row: only where one stands plainly apart, or all alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.preprocess import dot
from mnist_core.reading.rows import bands

INK = 0.1  # of the strongest ink
# All in heights of the row's tallest ink
MIN_DOT, MAX_DOT = 0.06, 0.25  # sides of a point
LOW = 0.7  # a point's middle is at least so far down, of the row's ink
MIN_DASH, MAX_DASH = 0.25, 1.0  # width of a minus
MAX_DASH_HEIGHT = 0.25
MIN_DASH_ASPECT = 2.0  # width through height
HALFWAY = (0.3, 0.7)  # where a minus has its middle, of the row's ink from the top
# Of ink that is alone: nothing tells how high a digit would be
MIN_LINE_ASPECT = 2.0  # width through height: one line so flat is no digit
MIN_WAVY_ASPECT = 4.0  # so flat it is a minus, however it bends
MAX_THICKNESS = 0.7  # of its height: a line in that a digit's height stands has thicker places
MAX_BEND = 0.35  # of its thickness: how far a straight line's middle strays; standard deviation
SINGLE = 0.95  # of the columns have one piece of ink: the others are rough edges


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


def without(pixels: np.ndarray, found: Sequence[Sign]) -> np.ndarray:
    """A row without its signs' ink: float32 (48, width)."""
    pixels = pixels.copy()
    for sign in found:
        pixels[:, sign.first : sign.end] = 0
    return pixels


def alone(pixels: np.ndarray) -> list[Sign] | None:
    """The signs of a row without any digit; None of a row in which digits may be.

    What is plainly no digit and no sign either, such as a flat wave, is left out.

    Args:
        pixels: float32 (48, width), ink up to 1 on 0.
    """
    found = []
    for first, end in bands((pixels >= INK).any(axis=0)):
        part = pixels[:, first:end]
        rows = np.flatnonzero((part >= INK).any(axis=1))
        part = part[rows[0] : rows[-1] + 1]
        if dot.is_compact(part):
            found.append(Sign(".", first, end))
        elif _is_one_flat_line(part):
            if _is_dash(part):
                found.append(Sign("-", first, end))
        else:
            return None
    return found


def _is_one_flat_line(part) -> bool:
    inked = part >= INK
    height, width = part.shape
    pieces = (np.diff(inked.astype(np.int8), axis=0, prepend=0) == 1).sum(axis=0)
    flat = width >= MIN_LINE_ASPECT * height and (pieces == 1).mean() >= SINGLE
    thin = inked.sum(axis=0).max() <= MAX_THICKNESS * height
    return bool(flat and (thin or part.mean() > dot.MIN_FILL))


def _is_dash(part) -> bool:
    inked = part >= INK
    height, width = part.shape
    if part.mean() > dot.MIN_FILL or width >= MIN_WAVY_ASPECT * height:
        return True
    middles = (np.arange(height) @ inked) / inked.sum(axis=0)
    columns = np.arange(width)
    bend = middles - np.polyval(np.polyfit(columns, middles, 1), columns)
    return bool(bend.std() <= MAX_BEND * np.median(inked.sum(axis=0)))


def _is_point(height, width, middle) -> bool:
    return min(height, width) >= MIN_DOT and max(height, width) <= MAX_DOT and middle >= LOW


def _is_minus(height, width, middle) -> bool:
    fits = MIN_DASH <= width <= MAX_DASH and height <= MAX_DASH_HEIGHT
    return fits and width >= MIN_DASH_ASPECT * height and HALFWAY[0] <= middle <= HALFWAY[1]
