"""The built-in digits: written by a small pen model, for when MNIST is out of reach.

A digit has several forms, each a path through control points (`glyphs`). A writer has a style,
which stays; every digit they write comes out a little different. The paths are drawn on a canvas
and go through MNIST's rule like any drawing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data.glyphs import forms_of
from mnist_core.data.writers import STYLE_FIELDS, Writer, choose_form, style_values, writer
from mnist_core.preprocess.mnist_rule import to_mnist
from mnist_core.strokes import jitter
from mnist_core.strokes.pen_paths import Form
from mnist_core.strokes.rasterize import place, rasterize
from mnist_core.system import parallel

CANVAS = 72  # pixels; the digit is about 50 high, more than twice what MNIST's box keeps
DIGIT_SIZE = 0.7  # of the canvas
CHUNK = 1000  # digits with a generator of their own, whatever the number of processors
MIN_ASPECT_IN_PENS = 3.2  # pen widths: nobody writes a loop that their own pen fills


class PenTrace(NamedTuple):
    """The path of the pen in one digit."""

    strokes: list[np.ndarray]  # float64 (k, 2), about 1 high, y down
    width: float  # of the pen, in digit heights


def synthesize(
    count: int,
    seed: int = 0,
    writers: Sequence[int] = range(300),
    on_done: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits that these writers write: uint8 (n, 28, 28), their labels uint8 and writers int64.

    Labels and writers come in random order, each as often as any other. The same seed gives
    the same digits on one processor or many, and a writer has the same style in every call
    with that seed.

    Args:
        count: how many.
        seed: 0 or more.
        writers: the numbers of those who write, 0 or more.
        on_done: called after each CHUNK of digits.
    """
    rng = np.random.default_rng([seed, 1, count, *writers[:1]])
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    authors = np.asarray(writers, np.int64)[rng.permutation(np.arange(count) % len(writers))]
    parts = [
        (start, labels[start : start + CHUNK], authors[start : start + CHUNK])
        for start in range(0, count, CHUNK)
    ]
    images = parallel.parallel_map(_chunk_images, parts, seed, on_done=on_done)
    return np.concatenate([np.zeros((0, 28, 28), np.uint8), *images]), labels, authors


def write_digit(digit: int, choice: int, author: Writer, rng: np.random.Generator) -> PenTrace:
    """A digit by a writer in one of its forms, `forms_of(digit)[choice]`."""
    form = forms_of(digit)[choice][0]
    habits = author.habits[None, digit, : len(form.controls)]
    points, widths = sample_paths(form, np.array([style_values(author.style)]), habits, rng)
    return PenTrace(np.split(points[0], form.lifts), float(widths[0]))


def place_on_canvas(trace: PenTrace, canvas: int) -> tuple[list[np.ndarray], float]:
    """Its strokes in the middle of a canvas of this side, and the pen's width; both in pixels."""
    return place(trace.strokes, canvas, DIGIT_SIZE), DIGIT_SIZE * canvas * trace.width


def render_image(trace: PenTrace) -> np.ndarray:
    """The image it becomes on a canvas and by MNIST's rule: uint8 (28, 28)."""
    paths, width = place_on_canvas(trace, CANVAS)
    return to_mnist(rasterize(paths, CANVAS, width))


def _chunk_images(part, seed) -> np.ndarray:
    """uint8 (n, 28, 28)"""
    start, labels, numbers = part
    rng = np.random.default_rng([seed, 2, start, int(numbers[0])])
    authors = [writer(seed, int(number)) for number in numbers]
    choices = [
        choose_form(author, digit, rng) for author, digit in zip(authors, labels, strict=True)
    ]
    images = np.zeros((len(labels), 28, 28), np.uint8)
    groups: dict[tuple, list[int]] = {}
    for i, key in enumerate(zip(labels.tolist(), choices, strict=True)):
        groups.setdefault(key, []).append(i)
    for (digit, choice), members in sorted(groups.items()):
        form = forms_of(digit)[choice][0]
        styles = np.array([style_values(authors[i].style) for i in members])
        habits = np.array([authors[i].habits[digit, : len(form.controls)] for i in members])
        points, widths = sample_paths(form, styles, habits, rng)
        for i, path, width in zip(members, points, widths, strict=True):
            images[i] = render_image(PenTrace(np.split(path, form.lifts), width))
    return images


def sample_paths(
    form: Form, styles: np.ndarray, habits: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """How n writers write a form once: paths (n, k, 2), about 1 high, and pen widths (n,).

    Args:
        styles: float64 (n, len(STYLE_FIELDS)).
        habits: float64 (n, m, 2), added to the form's m control points.
    """
    n = len(styles)
    style = dict(zip(STYLE_FIELDS, styles.T, strict=True))
    wildness = style["wildness"]
    noise = rng.normal(size=(n, *form.controls.shape))
    controls = form.controls + habits + 0.04 * wildness[:, None, None] * noise
    _squeeze(controls[..., 1], style["top"] + 0.08 * wildness * rng.normal(size=n))
    _squeeze(controls[..., 0], style["side"] + 0.06 * wildness * rng.normal(size=n))
    roundness = style["roundness"][:, None, None]
    points = (1 - roundness) * (form.curves @ controls) + roundness * (form.rounded @ controls)
    points += jitter.smooth_warp(points, 0.015 + 0.03 * style["speed"], rng)
    points += style["tremor"][:, None, None] * jitter.tremor(n, points.shape[1], rng)
    lengths = np.diff([0, *form.lifts, points.shape[1]])
    points += jitter.stroke_offsets(lengths, style["joins"], rng)
    _overshoot(points, form, style["speed"], rng)
    widths = (style["pen"] * np.exp(0.12 * rng.normal(size=n))).clip(0.034, 0.3)
    return np.einsum("nij,nkj->nki", _affine_matrices(style, widths, rng), points), widths


def _squeeze(values, amounts):
    """Make one half of the box -0.5 to 0.5 larger, the other smaller, in place: (n, m)."""
    inside = np.abs(values) < 0.5
    shares = (values + 0.5).clip(0, 1)
    squeezed = shares ** np.exp(amounts.clip(-0.7, 0.7))[:, None] - 0.5
    values[inside] = squeezed[inside]


def _overshoot(points, form, speeds, rng):
    """Run past the end of each stroke, in place."""
    for last in [*(form.lifts - 1), points.shape[1] - 1]:
        ahead = points[:, last] - points[:, last - 2]
        points[:, last] += ahead * (speeds * rng.exponential(0.7, len(points)))[:, None]


def _affine_matrices(style, widths, rng):
    """Slant, proportions and turn of each digit: (n, 2, 2)."""
    n, wildness = len(widths), style["wildness"]
    slant = style["slant"] + 0.06 * wildness * rng.normal(size=n)
    aspect = style["aspect"] * np.exp(0.08 * wildness * rng.normal(size=n))
    aspect = np.maximum(aspect, MIN_ASPECT_IN_PENS * widths)
    turn = style["turn"] + 0.05 * wildness * rng.normal(size=n)
    return jitter.affine_matrices(turn, slant, aspect)
