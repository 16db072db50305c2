"""Control points, written as text, become the path of a pen: a form of a digit, or a sign."""

from typing import NamedTuple

import numpy as np

POINTS_PER_SEGMENT = 6  # points drawn from one control point to the next


class Form(NamedTuple):
    """A way to write a digit: control points, and the weights that make pen paths of them."""

    controls: np.ndarray  # float64 (m, 2), in a box 1 x 1 around (0, 0)
    curves: np.ndarray  # float64 (k, m): times controls, the k points of all strokes
    rounded: np.ndarray  # the same with every corner cut
    lifts: np.ndarray  # where in the k points a new stroke begins


def parse_strokes(text: str) -> list[np.ndarray]:
    """The strokes of a form's text: each (k, 2), in a box about 1 x 1 around (0, 0)."""
    form = parse_form(text)
    return np.split(form.curves @ form.controls, form.lifts)


def parse_form(text: str, width: float = 1.0) -> Form:
    """A form from its text, stretched to this width.

    Args:
        text: control points "x,y" of a box 100 x 100, y down; a space goes on smoothly, "/" is
            a corner, ";" lifts the pen.
    """
    controls, curves, lifts, count = [], [], [], 0
    for stroke in text.split(";"):
        for number, piece in enumerate(stroke.split("/")):
            first = len(controls) - (number > 0)  # a corner belongs to both its pieces
            controls += [[float(v) for v in point.split(",")] for point in piece.split()]
            curves.append((first, _catmull_rom_weights(len(controls) - first)))
            count += len(curves[-1][1])
        lifts.append(count)
    whole = np.zeros((count, len(controls)))
    row = 0
    for first, curve in curves:
        whole[row : row + len(curve), first : first + curve.shape[1]] = curve
        row += len(curve)
    rounded = _smoothing_weights(count, lifts) @ whole
    boxed = (np.array(controls) / 100 - 0.5) * (width, 1)
    return Form(boxed, whole, rounded, np.array(lifts[:-1], int))


def _smoothing_weights(count, lifts):
    """Weights that make each point the mean of those around it in its stroke; ends stay."""
    weights = np.zeros((count, count))
    for first, last in zip([0, *lifts], lifts, strict=False):
        for i in range(first, last):
            reach = min(POINTS_PER_SEGMENT, i - first, last - 1 - i)
            weights[i, i - reach : i + reach + 1] = 1 / (2 * reach + 1)
    return weights


def _catmull_rom_weights(count):
    """Weights of `count` control points in the points of a Catmull-Rom curve through them."""
    t = np.linspace(0, 1, POINTS_PER_SEGMENT, endpoint=False)[:, None]
    blend = np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3])
    blend = np.hstack([blend, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]) / 2
    # a point beyond either end, in line with the last two, so that the curve reaches the end
    beyond = np.vstack([2 * np.eye(count)[0] - np.eye(count)[1], np.eye(count)])
    beyond = np.vstack([beyond, 2 * np.eye(count)[-1] - np.eye(count)[-2]])
    parts = [blend @ beyond[i : i + 4] for i in range(count - 1)]
    return np.vstack([*parts, np.eye(count)[-1:]])
