"""The built-in data set: digits written by a small pen model, for when MNIST is out of reach.

A digit has a few forms, each a path through control points. A writer has a hand: slant,
proportions, pen, and forms of choice. Every digit they write comes out a little different.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from mnist_core import strokes
from mnist_core.preprocess import to_mnist

TRAIN_COUNT, TEST_COUNT = 12_000, 2_000
TRAIN_WRITERS, TEST_WRITERS = range(300), range(300, 350)  # nobody is in both
CANVAS = 72  # pixels; the digit is about 50 high, more than twice what MNIST's box keeps
CURVE = 8  # points drawn from one control point to the next

# Digit -> {form: how many in a hundred write it so}. In a form, x,y are control points of a
# box 100 x 100, y down; a space goes on smoothly, "/" is a corner, ";" lifts the pen.
FORMS: dict[int, dict[str, int]] = {
    0: {
        "50,0 20,14 8,50 20,88 50,100 80,86 92,50 80,12 50,0": 50,
        "66,4 30,8 8,48 22,92 56,99 88,70 88,28 64,4 38,6": 38,
        "58,2 30,12 12,55 30,98 62,92 86,50 80,12 54,0 40,10": 10,
        "50,0 20,14 8,50 20,88 50,100 80,86 92,50 80,12 50,0;84,6 18,94": 2,
    },
    1: {
        "50,0 50,50 50,100": 70,
        "34,24 54,0/54,50 53,100": 20,
        "28,26 52,0/52,50 52,100;26,100 78,99": 10,
    },
    2: {
        "12,24 28,4 58,0 80,18 74,44 44,74 8,99/50,98 94,97": 40,
        "14,22 36,3 66,2 80,22 70,50 42,80 16,97 6,88 18,78 40,84 68,97 96,92": 45,
        "16,8 48,2 78,10 78,32 52,62 12,96/40,90 66,93 94,99": 15,
    },
    3: {
        "14,12 40,0 72,5 80,24 64,42 38,47/70,50 86,70 72,94 42,100 10,90": 60,
        "16,6 52,0 80,14 70,36 40,46 72,54 82,76 62,98 28,100 8,92": 30,
        "14,3 50,3 84,2/62,20 42,41/70,44 86,64 78,90 48,100 12,92": 10,
    },
    4: {
        "20,4 16,32 14,58/50,60 92,55;76,2 72,50 66,100": 55,
        "22,0 10,38 16,58 44,60 74,46;80,0 76,50 70,100": 25,
        "68,0 38,34 6,66/50,66 96,65;68,0 68,50 67,100": 20,
    },
    5: {
        "30,4 24,24 20,44/46,38 76,48 84,70 68,94 38,100 8,90;28,4 58,4 90,1": 40,
        "90,3 60,3 32,5/26,24 22,42/52,36 80,50 82,78 56,99 10,93": 40,
        "86,6 52,1 28,14 32,36 60,50 80,70 64,95 34,100 8,90": 20,
    },
    6: {
        "72,0 38,24 15,60 20,90 48,100 76,90 82,68 60,54 32,62 17,78": 60,
        "56,0 28,36 15,72 34,98 64,96 76,76 60,60 36,64 18,80": 40,
    },
    7: {
        "8,6 48,5 88,3/64,44 42,100": 65,
        "10,20 11,5/50,5 90,3/66,40 50,68 46,100": 20,
        "8,6 48,5 90,3/62,50 42,100;32,52 56,50 80,48": 15,
    },
    8: {
        "76,15 50,0 24,12 28,34 55,50 80,72 72,94 45,100 20,88 24,66 52,48 76,28 80,8": 60,
        "64,6 36,2 24,22 44,44 74,66 74,92 44,100 20,84 34,58 62,42 76,20 60,3": 30,
        "50,0 28,8 26,28 50,45 74,28 70,8 50,0;50,45 20,60 20,88 50,100 80,88 80,60 50,45": 10,
    },
    9: {
        "80,20 54,2 22,12 18,38 42,50 70,38 80,14/80,56 76,100": 45,
        "76,10 42,2 18,26 34,48 64,38 78,10/68,54 52,100": 40,
        "78,25 55,2 24,12 20,38 45,50 74,36 80,12/84,52 74,86 50,100 20,92": 15,
    },
}


class Form(NamedTuple):
    """A way to write a digit."""

    controls: np.ndarray  # float64 (m, 2), in a box 1 x 1 around (0, 0)
    curves: np.ndarray  # float64 (k, m): times controls, the k points of all strokes
    lifts: np.ndarray  # where in the k points a new stroke begins


class Hand(NamedTuple):
    """What stays the same in all that one person writes."""

    slant: float  # tangent of the angle; to the right is positive
    aspect: float  # width through height
    turn: float  # radians
    pen: float  # through the digit's height
    wild: float  # how much one digit differs from the next
    favourites: list[int]  # the form preferred for each digit
    habits: list[np.ndarray]  # for each digit, how its control points always stray


def write(
    count: int, seed: int = 0, writers: Sequence[int] = TRAIN_WRITERS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits that these writers write: uint8 (n, 28, 28), their labels uint8 and writers int64.

    Labels and writers come in random order, each as often as any other. The same seed gives
    the same digits, and a writer has the same hand in every call with that seed.

    Args:
        count: how many.
        seed: 0 or more.
        writers: the numbers of those who write, 0 or more.
    """
    dice = np.random.default_rng([seed, 1, count, *writers[:1]])
    hands = [_hand(seed, writer) for writer in writers]
    labels = dice.permutation(np.arange(count) % 10).astype(np.uint8)
    turns = dice.permutation(np.arange(count) % len(hands))
    images = np.zeros((count, 28, 28), np.uint8)
    for i in range(count):
        images[i] = to_mnist(_written(int(labels[i]), hands[turns[i]], dice))
    return images, labels, np.asarray(writers)[turns]


@cache
def built_in() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The data set: (train images, labels), (test images, labels), by different writers."""
    train = write(TRAIN_COUNT, writers=TRAIN_WRITERS)
    test = write(TEST_COUNT, writers=TEST_WRITERS)
    return train[:2], test[:2]


def _written(digit, hand, dice):
    """A picture of one digit."""
    forms = _forms(digit)
    keeps = dice.random() < 0.85  # now and then people write a form that isn't their usual one
    choice = hand.favourites[digit] if keeps else _any_form(digit, dice)
    form = forms[choice]
    strays = hand.habits[digit][: len(form.controls)]
    strays = strays + dice.normal(0, 0.035 * hand.wild, form.controls.shape)
    points = form.curves @ (form.controls + strays)
    slant = hand.slant + dice.normal(0, 0.05)
    aspect = hand.aspect * np.exp(dice.normal(0, 0.07))
    turn = hand.turn + dice.normal(0, 0.04)
    cosine, sine = np.cos(turn), np.sin(turn)
    # y is down: what is above the middle goes to the right by the slant
    shape = np.array([[cosine, -sine], [sine, cosine]]) @ [[aspect, -slant], [0, 1]]
    paths = strokes.place(np.split(points @ shape.T, form.lifts), CANVAS, 0.7)
    pen = np.clip(hand.pen * np.exp(dice.normal(0, 0.1)), 0.05, 0.2)
    return strokes.draw(paths, CANVAS, 0.7 * CANVAS * pen)


def _hand(seed, writer) -> Hand:
    dice = np.random.default_rng([seed, 0, writer])
    return Hand(
        slant=dice.normal(0.2, 0.2),
        aspect=0.74 * np.exp(dice.normal(0, 0.18)),
        turn=dice.normal(0, 0.05),
        pen=0.115 * np.exp(dice.normal(0, 0.25)),
        wild=np.exp(dice.normal(0, 0.3)),
        favourites=[_any_form(digit, dice) for digit in range(10)],
        habits=[dice.normal(0, 0.045, (30, 2)) for _ in range(10)],
    )


def _any_form(digit, dice) -> int:
    shares = np.array(list(FORMS[digit].values()), float)
    return int(dice.choice(len(shares), p=shares / shares.sum()))


@cache
def _forms(digit) -> list[Form]:
    return [_form(text) for text in FORMS[digit]]


def _form(text) -> Form:
    controls, curves, lifts, drawn = [], [], [], 0
    for stroke in text.split(";"):
        for number, piece in enumerate(stroke.split("/")):
            first = len(controls) - (number > 0)  # a corner belongs to both its pieces
            controls += [[float(v) for v in point.split(",")] for point in piece.split()]
            curves.append((first, _smooth(len(controls) - first)))
            drawn += len(curves[-1][1])
        lifts.append(drawn)
    whole = np.zeros((drawn, len(controls)))
    row = 0
    for first, curve in curves:
        whole[row : row + len(curve), first : first + curve.shape[1]] = curve
        row += len(curve)
    return Form(np.array(controls) / 100 - 0.5, whole, np.array(lifts[:-1], int))


def _smooth(count):
    """Weights of `count` control points in the points of a Catmull-Rom curve through them."""
    t = np.linspace(0, 1, CURVE, endpoint=False)[:, None]
    blend = np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3])
    blend = np.hstack([blend, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]) / 2
    # a point beyond either end, in line with the last two, so that the curve reaches the end
    beyond = np.vstack([2 * np.eye(count)[0] - np.eye(count)[1], np.eye(count)])
    beyond = np.vstack([beyond, 2 * np.eye(count)[-1] - np.eye(count)[-2]])
    parts = [blend @ beyond[i : i + 4] for i in range(count - 1)]
    return np.vstack([*parts, np.eye(count)[-1:]])
