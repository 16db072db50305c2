"""Pictures by the thousand, drawn on all processors: the same ones on one or on many."""

from collections.abc import Callable, Sequence

import numpy as np

from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import non_digits
from mnist_core.strokes.jitter import jitter
from mnist_core.strokes.rasterize import place, rasterize
from mnist_core.system import parallel

SMALL_CANVAS = 112  # pixels: 0.4 times the Draw page's, still four times what an image keeps
CHUNK = 2000  # drawings a process gets at a time
NON_DIGIT_STREAM = 1 << 32  # no version of a drawing has this number


def render_versions(drawings: list, count: int, seed: int) -> np.ndarray:
    """Each drawing as `count` hands would have made it, each time on a canvas: to images.

    Returns:
        uint8 (count, len(drawings), 28, 28).
    """
    parts = [
        (version, start, [drawing.strokes for drawing in drawings[start : start + CHUNK]])
        for version in range(count)
        for start in range(0, len(drawings), CHUNK)
    ]
    found = parallel.parallel_map(_render_version, parts, seed)
    return np.concatenate(found).reshape(count, len(drawings), 28, 28)


def _render_version(part, seed):
    version, start, several = part
    images = np.zeros((len(several), 28, 28), np.uint8)
    for i, strokes in enumerate(several):
        dice = np.random.default_rng([seed, version, start + i])
        images[i] = _render_small(jitter(strokes, dice), dice)
    return images


def render_non_digits(
    count: int, seed: int, draw: Callable = non_digits.random_non_digit
) -> np.ndarray:
    """Pictures of what is no digit: uint8 (count, 28, 28).

    Args:
        draw: dice -> strokes; a function of a module, which other processes can find.
    """
    parts = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    return np.concatenate(parallel.parallel_map(_render_non_digit_chunk, parts, seed, draw))


def _render_non_digit_chunk(part, seed, draw):
    images = np.zeros((len(part), 28, 28), np.uint8)
    for i, number in enumerate(part):
        dice = np.random.default_rng([seed, NON_DIGIT_STREAM, number])
        images[i] = _render_small(draw(dice), dice)
    return images


def _render_small(strokes, dice):
    return mnist_rule.to_mnist(render_random(strokes, dice, SMALL_CANVAS))


CANVAS = 280  # pixels: the Draw page's


# How people fill a canvas: from a small digit to nearly all of it, thin pen to thick.
DIGIT_SIZES = (0.35, 0.85)  # of the canvas


PEN_WIDTHS = (8, 26)  # pixels


def render_random(
    drawing: Sequence[np.ndarray], dice: np.random.Generator, canvas: int = CANVAS
) -> np.ndarray:
    """Strokes at a random place, size and pen width: uint8 (canvas, canvas).

    Args:
        canvas: side in pixels; the widths are those on the Draw page, and scale with it.
    """
    size, width = dice.uniform(*DIGIT_SIZES), dice.uniform(*PEN_WIDTHS) * canvas / CANVAS
    margin = (size * canvas + width) / 2 + 1  # the pen stays on the canvas, its soft edge too
    at = dice.uniform(margin, canvas - margin, 2)
    placed = place(drawing, canvas=canvas, size=size, at=tuple(at))
    return rasterize(placed, canvas=canvas, width=width)
