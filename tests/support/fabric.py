"""What the drawing component sends: pen paths as Fabric.js 7.4 makes and writes them.

Recorded from streamlit-drawable-canvas 0.13.0 in Chromium; all fields, for a real message's length.
"""

import itertools
import json

import numpy as np

DECIMATE = 0.4  # pixels: Fabric drops points nearer than this
_LOCKS = ("MovementX", "MovementY", "Rotation", "ScalingX", "ScalingY", "SkewingX", "SkewingY")
FIRST = {f"lock{name}": False for name in (*_LOCKS, "ScalingFlip")}
FIRST |= {"type": "Path", "version": "7.4.0", "originX": "center", "originY": "center"}
LAST = {"scaleX": 1, "scaleY": 1, "angle": 0, "flipX": False, "flipY": False, "opacity": 1}
LAST |= {"shadow": None, "visible": True, "backgroundColor": "", "fillRule": "nonzero"}
LAST |= {"paintFirst": "fill", "globalCompositeOperation": "source-over", "skewX": 0, "skewY": 0}


def state(paths: list[dict]) -> str:
    """The component's state with these paths on a black canvas."""
    raw = {"version": "7.4.0", "objects": paths, "background": "#000"}
    return json.dumps({"drawing": {"raw": raw, "data": None}}, separators=(",", ":"))


def loaded(path: dict) -> dict:
    """A path of the program's own, as the component gives it back."""
    look = {"fill": "rgb(0,0,0)", "stroke": None, "strokeWidth": path["strokeWidth"]}
    return _object(path["path"], look, cap="butt", join="miter", limit=4) | {"path": path["path"]}


def stroke(points: np.ndarray, width: float = 34) -> dict:
    """What a pen's way from down to up becomes: points (k, 2) in canvas pixels, k >= 1."""
    commands = _commands(_decimated(np.asarray(points, float)), width / 1000)
    look = {"fill": None, "stroke": "#fff", "strokeWidth": width}
    return _object(commands, look, cap="round", join="round", limit=10) | {"path": commands}


def _object(commands, look, cap, join, limit) -> dict:
    ends = np.concatenate([np.reshape(numbers, (-1, 2)) for _, *numbers in commands])
    low, high = ends.min(axis=0), ends.max(axis=0)
    (left, top), (width, height) = _plain((low + high) / 2, 4), _plain(high - low, 4)
    place = {"left": left, "top": top, "width": width, "height": height}
    line = {"strokeDashArray": None, "strokeLineCap": cap, "strokeDashOffset": 0}
    line |= {"strokeLineJoin": join, "strokeUniform": False, "strokeMiterLimit": limit}
    return FIRST | place | look | line | LAST


def _decimated(points) -> list[np.ndarray]:
    if len(points) == 1:
        return [points[0], points[0]]
    if len(points) == 2:
        return list(points)
    kept = [points[0]]
    for point in points[1:-2]:
        if np.hypot(*(point - kept[-1])) >= DECIMATE:
            kept.append(point)
    return [*kept, points[-1]]


def _commands(points, correction) -> list[list]:
    """Curves through the middles between points, as Fabric smooths them."""
    first, last = np.sign(points[1] - points[0]), np.sign(points[-1] - points[-2])
    if len(points) == 2 and not (first.any() or last.any()):
        first = last = np.ones(2)  # a dot
    begin, end = points[0] - first * correction, points[-1] + last * correction
    pairs = [(a, b) for a, b in itertools.pairwise(points) if (a != b).any()]
    curves = [["Q", *_plain(a), *_plain((a + b) / 2)] for a, b in pairs]
    return [["M", *_plain(begin)], *curves, ["L", *_plain(end)]]


def _plain(numbers, digits=3) -> list:
    """As JavaScript writes them: whole ones without a point."""
    rounded = [round(float(number), digits) for number in numbers]
    return [int(number) if number.is_integer() else number for number in rounded]
