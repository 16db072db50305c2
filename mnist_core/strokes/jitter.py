"""A drawing as other hands, or the same hand on another day, would have made it.

What differs when people write the same digit: slant, rotation and proportions, how it bends, a
tremor, strokes that miss each other or overshoot, a hook where the pen touches down, a stroke
gone over twice, a stray dot. The label stays.
"""

from collections.abc import Sequence

import numpy as np

# Standard deviations, in a box whose longer side is 1 where they are lengths.
ROTATION = 0.08  # radians
SLANT = 0.16  # tangent
ASPECT = 0.13  # of the logarithm of width through height
BEND = 0.028  # how far the smooth warp moves a point
TREMOR = 0.006
OFFSET = 0.035  # how far a stroke is from where it should be

# How often, in all drawings.
TRIMMED, HOOKED, RETRACED, DOTTED = 0.25, 0.1, 0.05, 0.03


def jitter(drawing: Sequence[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The same digit, written a little differently: strokes in a box of about 1 around (0, 0).

    Args:
        drawing: strokes, each (k, 2), in any unit; y down.
    """
    strokes = _normalize(drawing)
    if rng.random() < TRIMMED:
        strokes = [_vary_ends(stroke, rng) for stroke in strokes]
    if rng.random() < HOOKED:
        at = rng.integers(len(strokes))
        strokes[at] = _add_hook(strokes[at], rng)
    if rng.random() < RETRACED:
        strokes.append(_retrace(strokes[rng.integers(len(strokes))], rng))
    lengths = [len(stroke) for stroke in strokes]
    points = np.concatenate(strokes)[None]
    if len(lengths) > 1:
        points = points + stroke_offsets(lengths, np.full(1, OFFSET), rng)
    points = points + smooth_warp(points, np.full(1, BEND), rng)
    points = (points @ _random_affine(rng).T)[0]
    strokes = [
        stroke + TREMOR * tremor(1, len(stroke), rng)[0]
        for stroke in np.split(points, np.cumsum(lengths)[:-1])
    ]
    if rng.random() < DOTTED:
        strokes.append(rng.uniform(-0.6, 0.6, (1, 2)))
    return strokes


def smooth_warp(points: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How a smooth random field moves points: two waves across the box for each direction.

    Args:
        points: float64 (n, k, 2), of n drawings.
        sizes: float64 (n,), the standard deviation of a wave's height.

    Returns:
        float64 (n, k, 2), to be added to the points.
    """
    n = len(points)
    waves = rng.normal(0, 3.0, (n, 2, 4))
    phases = rng.uniform(0, 2 * np.pi, (n, 1, 4))
    heights = rng.normal(size=(n, 4, 2)) * sizes[:, None, None]
    return np.sin(points @ waves + phases) @ heights


def stroke_offsets(
    lengths: Sequence[int], sizes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """How far each stroke as a whole misses its place: float64 (n, sum of lengths, 2).

    Args:
        lengths: points of each stroke; a single stroke has no other to miss, and stays.
        sizes: float64 (n,), standard deviations, one for each of n drawings.
    """
    count = len(lengths)
    offsets = rng.normal(size=(len(sizes), count, 2)) * sizes[:, None, None] * (count > 1)
    return np.repeat(offsets, lengths, axis=1)


def tremor(n: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """Noise along n paths of k points, smooth over a few points: float64 (n, k, 2)."""
    noise = rng.normal(size=(n, k + 2, 2))
    return noise[:, :-2] + noise[:, 1:-1] + noise[:, 2:]


def affine_matrices(rotation, slant, width, height=1.0) -> np.ndarray:
    """Proportions and slant, then rotation: float64 (..., 2, 2), for points as columns.

    Args:
        rotation: radians, clockwise; float64 (...), as the others.
        slant: tangent; y is down, so what is above the middle goes to the right.
        width: factor across.
        height: factor down.
    """
    cosine, sine = np.cos(rotation), np.sin(rotation)
    first = np.stack([cosine * width, -cosine * slant - sine * height], axis=-1)
    second = np.stack([sine * width, cosine * height - sine * slant], axis=-1)
    return np.stack([first, second], axis=-2)


def _normalize(drawing) -> list[np.ndarray]:
    points = np.concatenate(drawing)
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max() or 1.0
    return [(np.asarray(stroke, np.float64) - (low + high) / 2) / side for stroke in drawing]


def _random_affine(rng):
    rotation, slant, aspect = rng.normal(0, (ROTATION, SLANT, ASPECT))
    return affine_matrices(rotation, slant, np.exp(aspect / 2), np.exp(-aspect / 2))


def _vary_ends(stroke, rng):
    """Begun or ended too early or too late, by up to a tenth of it."""
    count = len(stroke)
    if count < 5:
        return stroke
    first, last = rng.integers(0, max(2, count // 10), 2)
    kept = stroke[first : count - last]
    if rng.random() < 0.5:
        return kept
    overshoot = (kept[-1] - kept[-3]) * rng.uniform(0, 2)
    return np.vstack([kept, kept[-1] + overshoot])


def _add_hook(stroke, rng):
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.03, 0.12)
    hook = stroke[0] + length * np.array([np.cos(angle), np.sin(angle)])
    return np.vstack([hook, stroke])


def _retrace(stroke, rng):
    """A stretch of a path, gone over again a little beside itself."""
    first, last = np.sort(rng.integers(0, len(stroke), 2))
    return stroke[first : last + 1] + rng.normal(0, OFFSET / 2, 2)
