"""Pictures by the thousand, drawn on all processors: the same ones on one or on many."""

from collections.abc import Callable, Iterable

import joblib
import numpy as np

from mnist_core import doodles, evaluation, preprocess
from mnist_core.variation import vary

CANVAS = 112  # pixels: 0.4 times the Draw page's, still four times what an image keeps
AT_ONCE = 2000  # drawings a process gets at a time
DOODLE = 1 << 32  # no version of a drawing has this number


def in_parallel(draw: Callable, parts: Iterable, *others) -> list:
    """`draw(part, *others)` for each part, in order, by a process for each processor."""
    parts = list(parts)
    if len(parts) == 1:
        return [draw(parts[0], *others)]
    # Not multiprocessing: its processes begin by running the main program again, which under
    # Streamlit is the page.
    task = joblib.delayed(draw)
    return joblib.Parallel(n_jobs=-1)(task(part, *others) for part in parts)


def versions(drawings: list, count: int, seed: int) -> np.ndarray:
    """Each drawing as `count` hands would have made it, each time on a canvas: to images.

    Returns:
        uint8 (count, len(drawings), 28, 28).
    """
    parts = [
        (version, start, [drawing.strokes for drawing in drawings[start : start + AT_ONCE]])
        for version in range(count)
        for start in range(0, len(drawings), AT_ONCE)
    ]
    found = in_parallel(_versions, parts, seed)
    return np.concatenate(found).reshape(count, len(drawings), 28, 28)


def _versions(part, seed):
    version, start, several = part
    images = np.zeros((len(several), 28, 28), np.uint8)
    for i, strokes in enumerate(several):
        dice = np.random.default_rng([seed, version, start + i])
        images[i] = _image(vary(strokes, dice), dice)
    return images


def doodle_images(count: int, seed: int, draw: Callable = doodles.draw_one) -> np.ndarray:
    """Pictures of what is no digit: uint8 (count, 28, 28).

    Args:
        draw: dice -> strokes; a function of a module, which other processes can find.
    """
    parts = [range(start, min(start + AT_ONCE, count)) for start in range(0, count, AT_ONCE)]
    return np.concatenate(in_parallel(_doodles, parts, seed, draw))


def _doodles(part, seed, draw):
    images = np.zeros((len(part), 28, 28), np.uint8)
    for i, number in enumerate(part):
        dice = np.random.default_rng([seed, DOODLE, number])
        images[i] = _image(draw(dice), dice)
    return images


def _image(strokes, dice):
    return preprocess.to_mnist(evaluation.picture_of(strokes, dice, CANVAS))
