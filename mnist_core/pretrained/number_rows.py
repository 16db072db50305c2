"""Rows of digits to train the segmenter on: composed numbers with exact ground truth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from mnist_core.data import synthesis, writers
from mnist_core.reading.rows import INK_HEIGHT, MARGIN
from mnist_core.reading.segmenter import HEIGHT
from mnist_core.strokes import numbers
from mnist_core.strokes.files import Drawing
from mnist_core.strokes.jitter import jitter
from mnist_core.strokes.rasterize import rasterize, transform

WIDTH = 192  # pixels of a training row
MAX_DIGITS = 8
NONE = 255  # no digit's pixel, or one that two digits share
SHARED = 0.4  # of a pixel's strongest ink: with more of a second digit it is both's
LENGTHS = (1, 2, 3, 4, 4, 5, 5, 6, 6)  # each as likely as any other
GAPS = (*4 * [numbers.GAPS["touching"]], *2 * [numbers.GAPS["near"]], numbers.GAPS["wide"],
        (-0.15, 0.6), (-0.18, 0.1))  # fmt: skip
PEN_WIDTHS = (0.04, 0.17)  # wider than numbers.PEN_WIDTHS: any pen
JITTERED, BROKEN, BLURRED = 0.5, 0.1, 0.3  # shares of the digits, digits and rows
BUILT_IN = 0.25  # share of the rows by the built-in writers


class NumberRows(NamedTuple):
    """Rows as the segmenter gets them, and which digit each pixel belongs to."""

    images: np.ndarray  # uint8 (n, 48, 192)
    owners: np.ndarray  # uint8 (n, 48, 192): the number of its digit in the row, or NONE
    centres: np.ndarray  # float32 (n, 8): the digits' middles, in pixels; NaN where none is


def compose_rows(people: Sequence[Sequence[Drawing]], count: int, seed: int) -> NumberRows:
    """Rows by these writers and the built-in ones: always the same for a seed.

    Args:
        people: the drawings of each writer.
    """
    images = np.zeros((count, HEIGHT, WIDTH), np.uint8)
    owners = np.full((count, HEIGHT, WIDTH), NONE, np.uint8)
    centres = np.full((count, MAX_DIGITS), np.nan, np.float32)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        digits, pen_width = _random_row(people, rng)
        images[number], owners[number], middles = _draw(digits, pen_width, rng)
        centres[number, : len(middles)] = middles
    return NumberRows(images, owners, centres)


def _random_row(people, rng):
    """Digits' strokes in pixels of a row, and the pen's width."""
    drawings = _built_in(rng) if rng.random() < BUILT_IN else people[rng.integers(len(people))]
    length = rng.choice(LENGTHS)
    chosen = [drawings[i] for i in rng.integers(0, len(drawings), length)]
    chosen = [_vary(drawing, rng) for drawing in chosen]
    gaps = GAPS[rng.integers(len(GAPS))]
    number = numbers.compose([chosen], rng, gaps, INK_HEIGHT, PEN_WIDTHS)
    digits, pen_width = number.digits, number.pen_width
    points = np.concatenate(number.strokes)
    scale = INK_HEIGHT / (np.ptp(points[:, 1]) + pen_width)
    low = points.min(axis=0) * scale - pen_width * scale / 2
    shift = np.array([MARGIN, (HEIGHT - INK_HEIGHT) / 2]) - low
    digits = [transform(digit, np.eye(2) * scale, shift) for digit in digits]
    return digits, pen_width * scale


def _built_in(rng) -> list[Drawing]:
    """Twelve digits by a built-in writer."""
    author = writers.writer(0, int(rng.integers(300)))
    digits = rng.integers(0, 10, 12)
    traces = [
        synthesis.write_digit(int(d), writers.choose_form(author, d, rng), author, rng)
        for d in digits
    ]
    return [Drawing(int(d), "", trace.strokes) for d, trace in zip(digits, traces, strict=True)]


def _vary(drawing, rng) -> Drawing:
    strokes = drawing.strokes
    if rng.random() < JITTERED:
        strokes = jitter(strokes, rng)
    if rng.random() < BROKEN:
        strokes = _broken(strokes, rng)
    return drawing._replace(strokes=strokes)


def _broken(strokes, rng):
    """One stroke with a piece of it left out."""
    strokes = list(strokes)
    at = int(rng.integers(len(strokes)))
    stroke = strokes[at]
    if len(stroke) < 6:
        return strokes
    first = int(rng.integers(2, len(stroke) - 3))
    last = min(len(stroke) - 2, first + max(1, len(stroke) // 8))
    return [*strokes[:at], stroke[:first], stroke[last:], *strokes[at + 1 :]]


def _draw(digits, pen_width, rng):
    """The row's picture, its pixels' owners, and the digits' middles; as many as there is room."""
    ink = []
    middles = []
    for strokes in digits[:MAX_DIGITS]:
        xs = np.concatenate(strokes)[:, 0]
        if xs.max() + pen_width / 2 > WIDTH - 1:
            break
        ink.append(rasterize(strokes, (HEIGHT, WIDTH), pen_width))
        middles.append((xs.min() + xs.max()) / 2)
    if not ink:
        return np.zeros((HEIGHT, WIDTH), np.uint8), np.uint8(NONE), []
    ink = np.stack(ink)
    image = ink.max(axis=0)
    owner = ink.argmax(axis=0).astype(np.uint8)
    owner[image == 0] = NONE
    if len(ink) > 1:
        second = np.partition(ink, -2, axis=0)[-2]
        owner[second > SHARED * image] = NONE
    if rng.random() < BLURRED:
        blur = ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2))
        image = np.asarray(Image.fromarray(image).filter(blur))
        image = (image * (255 / image.max())).astype(np.uint8)
    return image, owner, middles
