"""Pictures by the thousand, drawn on all processors: the same ones on one or on many."""

from collections.abc import Callable, Sequence

import numpy as np

from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import non_digits
from mnist_core.strokes.files import Drawing
from mnist_core.strokes.jitter import jitter
from mnist_core.strokes.rasterize import place, rasterize
from mnist_core.system import parallel

CANVAS = 280  # pixels: the Draw page's
SMALL_CANVAS = 112  # pixels: 0.4 times the Draw page's, still four times what an image keeps
# How people fill a canvas: from a small digit to nearly all of it, thin pen to thick.
DIGIT_SIZES = (0.35, 0.85)  # of the canvas
PEN_WIDTHS = (8, 26)  # pixels
CHUNK = 2000  # drawings a process gets at a time
NON_DIGIT_STREAM = 1 << 32  # no version of a drawing has this number


def render_versions(drawings: Sequence[Drawing], count: int, seed: int) -> np.ndarray:
    """Images of `count` jittered versions of each drawing, each at a random place and size.

    Returns:
        uint8 (count, len(drawings), 28, 28).
    """
    parts = [
        (version, start, [drawing.strokes for drawing in drawings[start : start + CHUNK]])
        for version in range(count)
        for start in range(0, len(drawings), CHUNK)
    ]
    images = parallel.parallel_map(_render_version, parts, seed)
    return np.concatenate(images).reshape(count, len(drawings), 28, 28)


def _render_version(part, seed):
    version, start, drawings = part
    images = np.zeros((len(drawings), 28, 28), np.uint8)
    for i, strokes in enumerate(drawings):
        rng = np.random.default_rng([seed, version, start + i])
        images[i] = render_small(jitter(strokes, rng), rng)
    return images


def render_non_digits(
    count: int, seed: int, draw: Callable = non_digits.random_non_digit
) -> np.ndarray:
    """Pictures of what is no digit: uint8 (count, 28, 28).

    Args:
        draw: rng -> strokes; a function of a module, which other processes can import.
    """
    parts = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    return np.concatenate(parallel.parallel_map(_render_non_digit_chunk, parts, seed, draw))


def _render_non_digit_chunk(part, seed, draw):
    images = np.zeros((len(part), 28, 28), np.uint8)
    for i, number in enumerate(part):
        rng = np.random.default_rng([seed, NON_DIGIT_STREAM, number])
        images[i] = render_small(draw(rng), rng)
    return images


def render_small(strokes: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Strokes at a random place, size and pen width, by MNIST's rule: uint8 (28, 28).

    On a canvas that is smaller than the Draw page's, which takes less time.
    """
    return mnist_rule.to_mnist(render_random(strokes, rng, SMALL_CANVAS))


def render_random(
    strokes: Sequence[np.ndarray], rng: np.random.Generator, canvas: int = CANVAS
) -> np.ndarray:
    """Strokes at a random place, size and pen width: uint8 (canvas, canvas).

    Args:
        strokes: (k, 2) each, in any unit.
        canvas: side in pixels; the widths are those on the Draw page, and scale with it.
    """
    size, width = rng.uniform(*DIGIT_SIZES), rng.uniform(*PEN_WIDTHS) * canvas / CANVAS
    margin = (size * canvas + width) / 2 + 1  # the pen stays on the canvas, its soft edge too
    at = rng.uniform(margin, canvas - margin, 2)
    return rasterize(place(strokes, canvas, size, tuple(at)), canvas, width)
