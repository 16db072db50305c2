"""What people draw that is no digit: letters, signs and scribbles.

A network that has only ever seen digits is sure of everything. Shown these, with every digit
equally likely, it learns to be unsure. Source: Hendrycks, Mazeika and Dietterich, Deep Anomaly
Detection with Outlier Exposure, 2019.

Letters that are also a way to write a digit (B b D G g I l O o q S Z ...) are left out.
"""

import numpy as np

from mnist_core.strokes.jitter import jitter
from mnist_core.strokes.pen_paths import parse_strokes

# As in data.glyphs.FORMS: x,y in a box 100 x 100, y down; "/" is a corner, ";" lifts the pen.
SHAPES: dict[str, str] = {
    "A": "8,100 50,0/92,100;24,62 76,62",
    "E": "80,4 18,2/16,98/84,98;16,50 66,48",
    "H": "14,0 14,100;86,0 86,100;14,50 86,50",
    "K": "18,0 18,100;80,0 20,54/84,100",
    "M": "8,100 16,0/50,66/84,0/92,100",
    "R": "18,100 18,2/60,0 84,24 58,50 18,52/84,100",
    "a": "78,30 48,16 18,44 20,84 48,98 76,70/80,22/82,80 98,98",
    "d": "78,60 48,42 18,62 24,94 54,98 78,70/80,0/80,100",
    "e": "16,54 84,52/80,22 48,8 16,40 24,84 56,100 88,82",
    "h": "18,0 18,100/20,60 52,38 78,56 80,100",
    "k": "20,0 20,100;72,36 22,68/76,100",
    "m": "6,100 6,22/10,44 28,24 44,44 46,100/48,44 70,22 88,44 92,100",
    "w": "4,10 24,96/48,30/72,96/96,10",
    "star": "20,100 50,0/82,100/0,36/100,36/20,100",
    "heart": "50,100 4,40 20,6 50,32/80,6 96,40 50,100",
    "house": "10,100 10,44/50,4/90,44/90,100/10,100",
    "face": "50,0 8,20 4,66 50,100 96,66 92,20 50,0;34,34 35,38;66,34 65,38;28,66 50,80 72,66",
    "at": "64,44 44,36 34,56 46,70 62,56/64,40/70,66 88,60 88,24 50,2 10,28 10,76 50,98 84,88",
    "hash": "36,0 26,100;74,0 64,100;6,34 96,34;4,68 94,68",
    "question": "16,24 34,2 70,8 74,34 50,52 48,74;48,96 49,98",
    "spiral": "50,50 60,40 66,58 42,68 30,44 54,22 82,44 74,80 36,90 10,54 26,10 70,2",
    "zigzag": "0,20 14,84/28,16/44,86/58,14/74,84/88,18/100,80",
}
# Kept apart from those, to measure on: what the reader has never been shown.
UNSEEN_SHAPES: dict[str, str] = {
    "F": "84,2 20,0/16,100;18,48 70,46",
    "L m": "10,0 10,70/40,70;52,70 54,40/64,52 66,70/70,48 82,44 88,70",
    "N": "14,100 14,0/84,100/86,0",
    "T": "4,4 96,2;50,4 50,100",
    "V": "6,0 50,100/94,0",
    "X": "8,0 92,100;90,0 10,100",
    "n": "16,100 16,20/20,50 50,22 78,44 82,100",
    "p": "20,30 18,150/20,60 54,24 84,52 60,92 22,84",
    "r": "24,100 22,20/26,56 50,26 78,28",
    "x y": "0,40 34,80;34,40 0,80;52,40 66,66;86,40 54,100",
    "tree": "44,100 44,66/56,66/56,100;50,0 10,66/90,66/50,0",
    "arrow": "0,50 100,50/70,24;100,50 70,78",
    "ampersand": "96,98 30,26 44,2 62,18 18,66 30,96 62,84 86,50",
    "fish": "2,50 40,18 98,80;2,50 40,82 98,20;22,46 24,48",
    "cloud": "20,80 2,60 20,44/30,18 62,14 70,40/96,42 96,76 78,80/20,80",
}


def random_non_digit(rng: np.random.Generator) -> list[np.ndarray]:
    """The strokes of a letter, a sign or a scribble: half of them are scribbles."""
    if rng.random() < 0.5:
        return _random_shape(SHAPES, rng)
    return [_smooth_path, _wandering_strokes, _hatching][rng.integers(3)](rng)


def random_unseen_shape(rng: np.random.Generator) -> list[np.ndarray]:
    """The strokes of a letter or sign that training never shows."""
    return _random_shape(UNSEEN_SHAPES, rng)


def random_unseen_scribble(rng: np.random.Generator) -> list[np.ndarray]:
    """One to three strokes of a pen that speeds up and turns at random; not for training."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        velocity = rng.normal(0, 12, (2, 40)).cumsum(axis=1) * 0.2 + rng.normal(0, 20)
        strokes.append(velocity.cumsum(axis=1).T + rng.uniform(0, 200, 2))
    return strokes


def _random_shape(shapes, rng):
    return jitter(parse_strokes(list(shapes.values())[rng.integers(len(shapes))]), rng)


def _smooth_path(rng):
    """A smooth path with no plan."""
    knots = rng.uniform(0, 1, (rng.integers(9, 16), 2))
    t = np.linspace(0, len(knots) - 1, 12 * len(knots))
    path = [np.interp(t, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)]
    window = np.ones(7) / 7
    return [np.stack([np.convolve(axis, window, "valid") for axis in path], axis=1)]


def _wandering_strokes(rng):
    """Strokes that wander, each in a direction of its own."""
    strokes = []
    for _ in range(rng.integers(2, 6)):
        angles = rng.normal(0, rng.uniform(0.15, 0.5), 48).cumsum() + rng.uniform(0, 2 * np.pi)
        steps = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.01, 0.04)
        strokes.append(rng.uniform(0, 1, 2) + steps.cumsum(axis=0))
    return strokes


def _hatching(rng):
    """Straight lines across each other."""
    return [rng.uniform(0, 1, (2, 2)) for _ in range(rng.integers(5, 11))]
