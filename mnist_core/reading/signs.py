"""A decimal point or a minus in a row: only where one stands plainly apart, or all alone.

A dot that stands apart anywhere else, such as a speck, a full stop or the dot of an i, is nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.preprocess import dot
from mnist_core.reading.rows import bands

INK = 0.1  # of the strongest ink
# All in heights of the row's tallest ink
MIN_DOT, MAX_DOT = 0.06, 0.25  # sides of a point
FORMLESS = 3  # pixels of the row: the form of something smaller can't be seen
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
    pieces = _pieces(pixels)
    signs = []
    for number, piece in enumerate(pieces):
        if 0 < number < len(pieces) - 1 and _is_point(piece):
            signs.append(Sign(".", piece.first, piece.end))
        if number == 0 and len(pieces) > 1 and _is_minus(piece):
            signs.append(Sign("-", piece.first, piece.end))
    return signs


def stray_dots(pixels: np.ndarray) -> list[Sign]:
    """The dots of a row that are neither digit nor point, with an empty `sign`.

    Each has empty columns on both sides. Takes the same as `find`.
    """
    pieces = _pieces(pixels)
    dots = []
    for number, piece in enumerate(pieces):
        between = 0 < number < len(pieces) - 1
        if _is_dot(piece, pixels) and not (between and _is_point(piece)):
            dots.append(Sign("", piece.first, piece.end))
    return dots if len(dots) < len(pieces) else []


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


class _Piece(NamedTuple):
    """Ink with empty columns on both sides; sizes in heights of the row's tallest piece."""

    first: int  # columns of the row
    end: int
    top: int  # rows of the row
    bottom: int
    width: float
    height: float
    middle: float  # from the top of the row's ink


def _pieces(pixels) -> list[_Piece]:
    inked = pixels >= INK
    groups = bands(inked.any(axis=0))
    extents = []
    for first, end in groups:
        rows = np.flatnonzero(inked[:, first:end].any(axis=1))
        extents.append((int(rows[0]), int(rows[-1] + 1)))
    tallest = max((bottom - top for top, bottom in extents), default=1)
    highest = min((top for top, _ in extents), default=0)
    pieces = []
    for (first, end), (top, bottom) in zip(groups, extents, strict=True):
        middle = ((top + bottom) / 2 - highest) / tallest
        size = (end - first) / tallest, (bottom - top) / tallest
        pieces.append(_Piece(first, end, top, bottom, *size, middle))
    return pieces


def _is_dot(piece, pixels) -> bool:
    if max(piece.width, piece.height) > MAX_DOT:
        return False
    part = pixels[piece.top : piece.bottom, piece.first : piece.end]
    half = part >= part.max() / 2  # a small dot is mostly soft edge
    part = part[half.any(axis=1)][:, half.any(axis=0)]
    return max(part.shape) <= FORMLESS or dot.is_compact(part / part.max())


def _is_point(piece) -> bool:
    small = min(piece.width, piece.height) >= MIN_DOT and max(piece.width, piece.height) <= MAX_DOT
    return small and piece.middle >= LOW


def _is_minus(piece) -> bool:
    fits = MIN_DASH <= piece.width <= MAX_DASH and piece.height <= MAX_DASH_HEIGHT
    long = piece.width >= MIN_DASH_ASPECT * piece.height
    return fits and long and HALFWAY[0] <= piece.middle <= HALFWAY[1]
