"""A drawing as other hands, or the same hand on another day, would have made it.

What differs when people write the same digit: slant, turn and proportions, how it bends, a
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


def jitter(drawing: Sequence[np.ndarray], dice: np.random.Generator) -> list[np.ndarray]:
    """The same digit, written a little differently: strokes in a box of about 1 around (0, 0).

    Args:
        drawing: strokes, each (k, 2), in any unit; y down.
    """
    strokes = _normalize(drawing)
    if dice.random() < TRIMMED:
        strokes = [_vary_ends(stroke, dice) for stroke in strokes]
    if dice.random() < HOOKED:
        at = dice.integers(len(strokes))
        strokes[at] = _add_hook(strokes[at], dice)
    if dice.random() < RETRACED:
        strokes.append(_retrace(strokes[dice.integers(len(strokes))], dice))
    if len(strokes) > 1:
        strokes = [stroke + dice.normal(0, OFFSET, 2) for stroke in strokes]
    ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    points = _warp(np.concatenate(strokes), dice) @ _random_affine(dice).T
    strokes = [stroke + _tremor(len(stroke), dice) for stroke in np.split(points, ends)]
    if dice.random() < DOTTED:
        strokes.append(dice.uniform(-0.6, 0.6, (1, 2)))
    return strokes


def _normalize(drawing) -> list[np.ndarray]:
    points = np.concatenate(drawing)
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max() or 1.0
    return [(np.asarray(stroke, np.float64) - (low + high) / 2) / side for stroke in drawing]


def _random_affine(dice):
    turn, slant, wider = dice.normal(0, (ROTATION, SLANT, ASPECT))
    cosine, sine = np.cos(turn), np.sin(turn)
    # y is down: what is above the middle goes to the right by the slant
    slanted = np.array([[np.exp(wider / 2), -slant], [0, np.exp(-wider / 2)]])
    return np.array([[cosine, -sine], [sine, cosine]]) @ slanted


def _warp(points, dice):
    """Moved by a smooth random field: two waves across the box for each direction."""
    waves = dice.normal(0, 3.0, (2, 4))
    phases = dice.uniform(0, 2 * np.pi, 4)
    moves = np.sin(points @ waves + phases) @ dice.normal(0, BEND, (4, 2))
    return points + moves


def _tremor(count, dice):
    """Noise along a path, smooth over a few points: (count, 2)."""
    rough = dice.normal(0, TREMOR, (count + 2, 2))
    return rough[:-2] + rough[1:-1] + rough[2:]


def _vary_ends(stroke, dice):
    """Begun or ended too early or too late, by up to a tenth of it."""
    count = len(stroke)
    if count < 5:
        return stroke
    first, last = dice.integers(0, max(2, count // 10), 2)
    kept = stroke[first : count - last]
    if dice.random() < 0.5:
        return kept
    overshoot = (kept[-1] - kept[-3]) * dice.uniform(0, 2)
    return np.vstack([kept, kept[-1] + overshoot])


def _add_hook(stroke, dice):
    angle, length = dice.uniform(0, 2 * np.pi), dice.uniform(0.03, 0.12)
    hook = stroke[0] + length * np.array([np.cos(angle), np.sin(angle)])
    return np.vstack([hook, stroke])


def _retrace(stroke, dice):
    """A stretch of a path, gone over again a little beside itself."""
    first, last = np.sort(dice.integers(0, len(stroke), 2))
    return stroke[first : last + 1] + dice.normal(0, OFFSET / 2, 2)
