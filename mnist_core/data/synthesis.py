"""The built-in data set: digits written by a small pen model, for when MNIST is out of reach.

A digit has several forms, each a path through control points (forms). A writer has a hand, which
stays; every digit they write comes out a little different. The paths are drawn on a canvas and go
through MNIST's rule like any drawing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data.glyphs import forms_of
from mnist_core.data.writers import STYLE_FIELDS, Writer, choose_form, style_values, writer
from mnist_core.preprocess.mnist_rule import to_mnist
from mnist_core.strokes.pen_paths import Form
from mnist_core.strokes.rasterize import place, rasterize

CANVAS = 72  # pixels; the digit is about 50 high, more than twice what MNIST's box keeps
DIGIT_SIZE = 0.7  # of the canvas
CHUNK = 1000  # digits drawn from one throw of the dice, whatever the number of processors
MIN_ASPECT_IN_PENS = 3.2  # pen widths: nobody writes a loop that their own pen fills


class PenTrace(NamedTuple):
    """The pen's way in one digit."""

    strokes: list[np.ndarray]  # float64 (k, 2), about 1 high, y down
    width: float  # of the pen, in digit heights


def synthesize(
    count: int, seed: int = 0, writers: Sequence[int] = range(300)
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits that these writers write: uint8 (n, 28, 28), their labels uint8 and writers int64.

    Labels and writers come in random order, each as often as any other. The same seed gives
    the same digits on one processor or many, and a writer has the same hand in every call with
    that seed.

    Args:
        count: how many.
        seed: 0 or more.
        writers: the numbers of those who write, 0 or more.
    """
    from mnist_core.system.parallel import parallel_map

    dice = np.random.default_rng([seed, 1, count, *writers[:1]])
    labels = dice.permutation(np.arange(count) % 10).astype(np.uint8)
    turns = np.asarray(writers, np.int64)[dice.permutation(np.arange(count) % len(writers))]
    parts = [
        (start, labels[start : start + CHUNK], turns[start : start + CHUNK])
        for start in range(0, count, CHUNK)
    ]
    images = [np.zeros((0, 28, 28), np.uint8), *parallel_map(_images, parts, seed)]
    return np.concatenate(images), labels, turns


def write_digit(digit: int, choice: int, who: Writer, dice: np.random.Generator) -> PenTrace:
    """A digit by a writer in one of its forms, `forms_of(digit)[choice]`."""
    form = forms_of(digit)[choice][0]
    habits = who.habits[None, digit, : len(form.controls)]
    points, widths = pen_paths(form, np.array([style_values(who.style)]), habits, dice)
    return PenTrace(np.split(points[0], form.lifts), float(widths[0]))


def place_on_canvas(trace: PenTrace, canvas: int) -> tuple[list[np.ndarray], float]:
    """Its strokes in the middle of a canvas of this side, and the pen's width; both in pixels."""
    return place(trace.strokes, canvas, DIGIT_SIZE), DIGIT_SIZE * canvas * trace.width


def render_image(trace: PenTrace) -> np.ndarray:
    """The image it becomes on a canvas and by MNIST's rule: uint8 (28, 28)."""
    paths, width = place_on_canvas(trace, CANVAS)
    return to_mnist(rasterize(paths, CANVAS, width))


def _images(part, seed) -> np.ndarray:
    """uint8 (n, 28, 28)"""
    start, labels, turns = part
    dice = np.random.default_rng([seed, 2, start, int(turns[0])])
    people = [writer(seed, int(number)) for number in turns]
    choices = [
        choose_form(person, digit, dice) for person, digit in zip(people, labels, strict=True)
    ]
    images = np.zeros((len(labels), 28, 28), np.uint8)
    groups: dict[tuple, list[int]] = {}
    for i, key in enumerate(zip(labels.tolist(), choices, strict=True)):
        groups.setdefault(key, []).append(i)
    for (digit, choice), members in sorted(groups.items()):
        form = forms_of(digit)[choice][0]
        hands = np.array([style_values(people[i].style) for i in members])
        habits = np.array([people[i].habits[digit, : len(form.controls)] for i in members])
        points, widths = pen_paths(form, hands, habits, dice)
        for i, path, width in zip(members, points, widths, strict=True):
            images[i] = render_image(PenTrace(np.split(path, form.lifts), width))
    return images


def pen_paths(
    form: Form, hands: np.ndarray, habits: np.ndarray, dice: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """How hands write a form: paths (n, k, 2), about 1 high, and pen widths (n,).

    Args:
        hands: float64 (n, len(NUMBERS)).
        habits: float64 (n, m, 2), added to the form's m control points.
    """
    n = len(hands)
    hand = dict(zip(STYLE_FIELDS, hands.T, strict=True))
    wild = hand["wildness"][:, None, None]
    normal = dice.normal
    controls = form.controls + habits + 0.04 * wild * normal(size=(n, *form.controls.shape))
    _squeeze(controls[..., 1], hand["top"] + 0.08 * hand["wildness"] * normal(size=n))
    _squeeze(controls[..., 0], hand["side"] + 0.06 * hand["wildness"] * normal(size=n))
    round_ = hand["roundness"][:, None, None]
    points = (1 - round_) * (form.curves @ controls) + round_ * (form.rounded @ controls)
    points += _smooth_warp(points, 0.015 + 0.03 * hand["speed"], dice)
    points += hand["tremor"][:, None, None] * _tremor(n, points.shape[1], dice)
    points += _stroke_offsets(form, hand["joins"], dice)
    _overshoot(points, form, hand["speed"], dice)
    widths = (hand["pen"] * np.exp(0.12 * normal(size=n))).clip(0.034, 0.3)
    return np.einsum("nij,nkj->nki", _affine_matrices(hand, widths, dice), points), widths


def _squeeze(values, amounts):
    """Make one half of the box -0.5 to 0.5 larger, the other smaller, in place: (n, m)."""
    inside = np.abs(values) < 0.5
    shares = (values + 0.5).clip(0, 1)
    squeezed = shares ** np.exp(amounts.clip(-0.7, 0.7))[:, None] - 0.5
    values[inside] = squeezed[inside]


def _smooth_warp(points, amounts, dice):
    """A smooth random field: two waves across the box in each direction. (n, k, 2)"""
    n = len(points)
    waves = dice.normal(0, 3.0, (n, 2, 4))
    phases = dice.uniform(0, 2 * np.pi, (n, 1, 4))
    sizes = dice.normal(size=(n, 4, 2)) * amounts[:, None, None]
    return np.sin(points @ waves + phases) @ sizes


def _tremor(n, k, dice):
    """Noise along a path, smooth over a few points."""
    noise = dice.normal(size=(n, k + 2, 2))
    return noise[:, :-2] + noise[:, 1:-1] + noise[:, 2:]


def _stroke_offsets(form, amounts, dice):
    """Every stroke moved a little, as a whole: (n, k, 2)."""
    count = len(form.lifts) + 1
    moves = dice.normal(size=(len(amounts), count, 2)) * amounts[:, None, None] * (count > 1)
    return np.repeat(moves, np.diff([0, *form.lifts, len(form.curves)]), axis=1)


def _overshoot(points, form, speeds, dice):
    """Run past the end of each stroke, in place."""
    for last in [*(form.lifts - 1), points.shape[1] - 1]:
        ahead = points[:, last] - points[:, last - 2]
        points[:, last] += ahead * (speeds * dice.exponential(0.7, len(points)))[:, None]


def _affine_matrices(hand, widths, dice):
    """Slant, proportions and turn of each digit: (n, 2, 2)."""
    n, wild = len(hand["slant"]), hand["wildness"]
    slant = hand["slant"] + 0.06 * wild * dice.normal(size=n)
    aspect = hand["aspect"] * np.exp(0.08 * wild * dice.normal(size=n))
    aspect = np.maximum(aspect, MIN_ASPECT_IN_PENS * widths)
    turn = hand["turn"] + 0.05 * wild * dice.normal(size=n)
    cosine, sine = np.cos(turn), np.sin(turn)
    # y is down: what is above the middle goes to the right by the slant
    return np.stack(
        [
            np.stack([cosine * aspect, -cosine * slant - sine], axis=1),
            np.stack([sine * aspect, cosine - sine * slant], axis=1),
        ],
        axis=1,
    )
