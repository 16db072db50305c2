"""Feature maps, filters and rows of values as colour images, and what is where on them.

White is the largest value, black is 0, blue is negative.
"""

import math
from typing import NamedTuple

import numpy as np

POSITIVE = np.array([255.0, 255.0, 255.0])
NEGATIVE = np.array([47.0, 134.0, 224.0])  # the blue of the app's charts
SUPPORTING = np.array([255.0, 143.0, 15.0])  # orange and blue: told apart by all common kinds of
OPPOSING = np.array([64.0, 150.0, 255.0])  # colour blindness
NEUTRAL_BRIGHTNESS = 0.45  # of ink without attribution
FULL_COLOUR_QUANTILE = 0.97  # of the ink's attributions: one pixel may be far above all others
GAP = 1  # pixels between two tiles
GAP_COLOUR = (128, 128, 128, 60)  # a grey that the page shines through, light or dark


def colour_map(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Values as colours: float (...) -> uint8 (..., 3).

    Args:
        largest: the size of a value in full colour; None for that of the largest here.
    """
    largest = float(np.abs(values).max(initial=0)) if largest is None else largest
    share = _normalize(values, largest)
    return np.rint(np.where(share > 0, share * POSITIVE, -share * NEGATIVE)).astype(np.uint8)


def attribution_overlay(attributions: np.ndarray, image: np.ndarray) -> np.ndarray:
    """An image whose ink is orange where it speaks for a digit, blue where it speaks against it.

    Args:
        attributions: float (28, 28), see `saliency`.
        image: uint8 (28, 28).

    Returns:
        uint8 (28, 28, 3).
    """
    of_ink = np.abs(attributions[image > 0])
    largest = float(np.quantile(of_ink, FULL_COLOUR_QUANTILE)) if len(of_ink) else 0.0
    share = np.sqrt(np.abs(_normalize(attributions, largest)))  # small ones stay visible
    grey = image[..., None] * NEUTRAL_BRIGHTNESS * (1 - share)
    colour = np.where(attributions[..., None] > 0, SUPPORTING, OPPOSING)
    return np.rint(grey + share * colour).astype(np.uint8)


def _normalize(values, largest) -> np.ndarray:
    """float (...) -> (..., 1), -1 to 1; NaN becomes 0."""
    return np.clip(np.nan_to_num(values / (largest or 1.0)), -1, 1)[..., None]


class TileGrid(NamedTuple):
    """Tiles of one size in rows, with a gap between them."""

    count: int
    height: int  # of a tile, in pixels
    width: int
    columns: int

    @property
    def rows(self) -> int:
        """How many rows of tiles there are."""
        return math.ceil(self.count / self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the whole, in pixels."""
        down = self.rows * (self.height + GAP) - GAP
        return down, self.columns * (self.width + GAP) - GAP

    def draw(self, tiles: np.ndarray, largest: float | None = None) -> np.ndarray:
        """These tiles as one image: float (count, height, width) -> uint8 (*size, 4).

        Red, green, blue and alpha; transparent where the last row has no more tiles.
        """
        pixels = np.zeros((*self.size, 4), np.uint8)
        colours = colour_map(tiles, largest)
        for number in range(self.count):
            top, left = self.corner(number)
            pixels[top : top + self.height + GAP, left : left + self.width + GAP] = GAP_COLOUR
            pixels[top : top + self.height, left : left + self.width, :3] = colours[number]
            pixels[top : top + self.height, left : left + self.width, 3] = 255
        return pixels

    def corner(self, number: int) -> tuple[int, int]:
        """(top, left) of a tile, in pixels."""
        row, column = divmod(number, self.columns)
        return row * (self.height + GAP), column * (self.width + GAP)

    def at(self, x: float, y: float) -> tuple[int, int, int]:
        """(tile, row, column) nearest to a point.

        Args:
            x: from the left, as a share of the width, 0 to 1. y: from the top.
        """
        height, width = self.size
        tile_row, row = _split(y * height, self.height, self.rows)
        tile_column, column = _split(x * width, self.width, self.columns)
        return min(tile_row * self.columns + tile_column, self.count - 1), row, column


def _split(pixel, size, count) -> tuple[int, int]:
    """(which tile, which pixel of it) along one side."""
    tile = min(max(int(pixel // (size + GAP)), 0), count - 1)
    return tile, min(max(int(pixel - tile * (size + GAP)), 0), size - 1)
