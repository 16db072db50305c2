"""Numbers composed of single drawings: what reading several digits is trained and measured on.

A line of digits as one person writes it: heights that differ a little, a line that wavers, one
pen, and gaps from wide to overlapping. Which ink is which digit's is known exactly.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.strokes.files import Drawing
from mnist_core.strokes.rasterize import rasterize, transform

# Between the boxes of neighbours, in digit heights; the box is that of the pen's path
GAPS = {"wide": (0.25, 0.6), "near": (0.08, 0.25), "touching": (-0.15, 0.0)}
PEN_WIDTHS = (0.07, 0.13)  # in digit heights, as those below
HEIGHT_SPREAD = 0.12
MAX_ASPECT = 1.5  # width through height; a digit that is wider is scaled by its width
WAVE = 0.06  # how far the line swings to either side
SLOPE = 0.02  # of the line, a digit; standard deviation
BOUNCE = 0.03  # how far a digit is from the line; standard deviation
# Pen widths: the middles of neighbours' boxes are at least so far apart. Two upright 1s with
# overlapping boxes would be one line.
MIN_STEP = 1.5
MARGINS = (0.2, 0.8)  # around the number
ROW_GAPS = (0.25, 0.7)  # from one row's lowest point to the next one's highest


class ComposedNumber(NamedTuple):
    """A number, drawn digit by digit."""

    text: str  # rows parted by "\n"
    digits: list[list[np.ndarray]]  # the strokes of each digit in `text`'s order; pixels, y down
    pen_width: float  # pixels
    canvas: tuple[int, int]  # height, width

    @property
    def strokes(self) -> list[np.ndarray]:
        """All strokes, in the order of writing."""
        return [stroke for digit in self.digits for stroke in digit]

    def picture(self) -> np.ndarray:
        """White on black: uint8 `canvas`."""
        return rasterize(self.strokes, self.canvas, self.pen_width)


def drawings_of_writers(drawings: Sequence[Drawing]) -> list[list[Drawing]]:
    """The drawings, a list for each writer, in the file's order."""
    writers = defaultdict(list)
    for drawing in drawings:
        writers[drawing.writer].append(drawing)
    return list(writers.values())


def compose(
    rows: Sequence[Sequence[Drawing]],
    rng: np.random.Generator,
    gaps: tuple[float, float] = GAPS["near"],
    height: float = 100.0,
    pen_widths: tuple[float, float] = PEN_WIDTHS,
) -> ComposedNumber:
    """A number of these digits, in rows.

    Args:
        rows: the drawings of each row, from left to right; none is empty.
        gaps: the least and the largest gap between neighbours' boxes, in heights.
        height: of a digit, in pixels.
        pen_widths: the least and the largest width of the pen, in heights.
    """
    pen_width = height * rng.uniform(*pen_widths)
    digits, top = [], 0.0
    for row in rows:
        placed = _compose_row(row, rng, gaps, height, pen_width)
        low = np.concatenate([stroke for digit in placed for stroke in digit]).min(axis=0)
        placed = [transform(digit, np.eye(2), (0, top) - low) for digit in placed]
        bottom = max(stroke[:, 1].max() for digit in placed for stroke in digit)
        top = bottom + pen_width + height * rng.uniform(*ROW_GAPS)
        digits += placed
    margins = height * rng.uniform(*MARGINS, (2, 2)) + pen_width
    points = np.concatenate([stroke for digit in digits for stroke in digit])
    width, tall = np.ceil(points.max(axis=0) + margins.sum(axis=0)).astype(int)
    digits = [transform(digit, np.eye(2), margins[0]) for digit in digits]
    text = "\n".join("".join(str(drawing.label) for drawing in row) for row in rows)
    return ComposedNumber(text, digits, pen_width, (int(tall), int(width)))


def _compose_row(drawings, rng, gaps, height, pen_width) -> list[list[np.ndarray]]:
    """The strokes of each digit of a row, side by side on a line that wavers."""
    phase, pace = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.2)
    wave, slope = height * rng.uniform(0, WAVE), height * rng.normal(0, SLOPE)
    placed, right, middle = [], 0.0, -np.inf
    for number, drawing in enumerate(drawings):
        points = np.concatenate(drawing.strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        wanted = height * rng.uniform(1 - HEIGHT_SPREAD, 1 + HEIGHT_SPREAD)
        scale = wanted / max(extent[1], extent[0] / MAX_ASPECT, 1e-9)
        width, tall = extent * scale
        left = right + height * rng.uniform(*gaps) if placed else 0.0
        left = max(left, middle + MIN_STEP * pen_width - width / 2)
        line = wave * np.sin(phase + pace * number) + slope * number
        top = line + height * rng.normal(0, BOUNCE) - tall / 2
        placed.append(transform(drawing.strokes, np.eye(2) * scale, (left, top) - low * scale))
        right, middle = left + width, left + width / 2
    return placed


def random_number(
    writer: Sequence[Drawing],
    rng: np.random.Generator,
    lengths: tuple[int, int] = (2, 6),
    rows: int = 1,
    **options,
) -> ComposedNumber:
    """A number of random digits by one writer.

    Args:
        writer: their drawings; each is used once in a number, while there are enough.
        lengths: the fewest and the most digits in a row.
        options: of `compose`.
    """
    counts = rng.integers(lengths[0], lengths[1] + 1, rows)
    total = counts.sum()
    chosen = rng.choice(len(writer), total, replace=total > len(writer))
    ends = np.cumsum(counts)[:-1]
    drawings = [[writer[i] for i in row] for row in np.split(chosen, ends)]
    return compose(drawings, rng, **options)
