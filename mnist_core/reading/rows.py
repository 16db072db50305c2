"""Rows of ink, and a row as the segmenter gets it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image

from mnist_core.reading.segmenter import HEIGHT, MULTIPLE

INK_HEIGHT = 44  # pixels of the segmenter's row that the ink takes
MARGIN = 8  # pixels of it left empty before the first digit, and at least as many after the last
MAX_WIDTH = 3072  # pixels of it: a longer line is shown smaller
# In heights of the tallest band of ink. A lower band is no row: it is a part of the nearest one, as
# the flag of a 5 that doesn't touch
MIN_ROW = 0.5
# So are two bands with hardly a gap that together are as slim as a digit: a broken 8's halves
MIN_ROW_GAP = 0.2  # in heights of the tallest band
MAX_DIGIT_ASPECT = 0.8  # width through height
MAX_BANDS = 200  # more are no rows of digits, but hatching or noise: all is one row


class RowInput(NamedTuple):
    """A row of ink, scaled for the segmenter."""

    pixels: np.ndarray  # float32 (48, width), ink up to 1 on 0
    left: float  # where the row's pixels begin, in pixels of the ink that it was made of
    top: float
    scale: float  # pixels of the row for one of the ink


class RowFrame(NamedTuple):
    """How the ink of a box is laid into a row."""

    scale: float  # pixels of the row for one of the ink
    size: tuple[int, int]  # height and width of the ink in the row
    above: int  # pixels of the row above the ink
    width: int  # of the row


def frame(height: float, width: float) -> RowFrame:
    """The frame for a box of ink of this size."""
    scale = min(INK_HEIGHT / height, MAX_WIDTH / width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    whole = -(-(size[1] + 2 * MARGIN) // MULTIPLE) * MULTIPLE
    return RowFrame(scale, size, (HEIGHT - size[0]) // 2, whole)


def to_row(ink: np.ndarray) -> RowInput:
    """A row of ink, cut out and scaled to the segmenter's height.

    Args:
        ink: uint8 (H, W), not all 0, see `foreground.extract`.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    crop = ink[top : rows[-1] + 1, left : columns[-1] + 1]
    scale, (height, width), above, whole = frame(*crop.shape)
    small = Image.fromarray(crop).resize((width, height), Image.Resampling.BILINEAR)
    small = np.asarray(small, np.float32)
    padded = np.zeros((HEIGHT, whole), np.float32)
    padded[above : above + height, MARGIN : MARGIN + width] = small / max(small.max(), 1)
    return RowInput(padded, left - MARGIN / scale, top - above / scale, scale)


def bands(occupied: np.ndarray) -> list[tuple[int, int]]:
    """The runs of True in a vector of bool: (first, end) of each."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], occupied, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def merge_bands(
    found: Sequence[tuple[float, float]], widths: Sequence[float]
) -> list[tuple[float, float]]:
    """The rows that bands of ink make, from top to bottom.

    Args:
        found: where each band begins and ends, in order.
        widths: of each band's ink, in the same unit.
    """
    if len(found) > MAX_BANDS:
        return [(found[0][0], found[-1][1])]
    merged = [[*band, width] for band, width in zip(found, widths, strict=True)]
    while len(merged) > 1:
        heights = [end - first for first, end, _ in merged]
        gaps = [after[0] - before[1] for before, after in pairwise(merged)]
        lowest = int(np.argmin(heights))
        if heights[lowest] < MIN_ROW * max(heights):
            above = lowest > 0 and (lowest == len(gaps) or gaps[lowest - 1] <= gaps[lowest])
            upper = lowest - 1 if above else lowest
        else:
            upper = int(np.argmin(gaps))
            tall = merged[upper + 1][1] - merged[upper][0]
            wide = max(merged[upper][2], merged[upper + 1][2])
            if wide > MAX_DIGIT_ASPECT * tall or gaps[upper] > MIN_ROW_GAP * max(heights):
                break
        first, last = merged[upper], merged.pop(upper + 1)
        merged[upper] = [first[0], last[1], max(first[2], last[2])]
    return [(first, end) for first, end, _ in merged]
