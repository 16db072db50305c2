"""Paths of a pen and of an eraser, as Fabric.js writes them, and the picture they make."""

import itertools
from collections.abc import Iterable

import numpy as np

from mnist_core.strokes.rasterize import rasterize

INK, ERASER = "#fff", "#000"  # a path's "stroke": what it is drawn with
POINT_SPACING = 6  # between points on a curve: less than the thinnest pen of the canvas


def erases(path: dict) -> bool:
    """Whether a path takes ink away; one that doesn't say is of ink."""
    return path.get("stroke") == ERASER


def render(
    paths: list[dict],
    shape: int | tuple[int, int],
    scale: float = 1,
    backdrop: np.ndarray | None = None,
) -> np.ndarray:
    """Paths in the order drawn, over a backdrop: what is erased is no ink, drawn over it is again.

    Args:
        paths: {"path": [["M", x, y], ...], "strokeWidth": w, "stroke": INK or ERASER}.
        shape: height and width of the picture, in pixels; or the side of a square.
        scale: pixels of the picture to one of the paths.
        backdrop: uint8 (height, width), ink bright on 0; None is empty.

    Returns:
        uint8 (height, width), white ink on black.
    """
    shape = (shape, shape) if isinstance(shape, int) else shape
    picture = np.zeros(shape, np.uint8) if backdrop is None else backdrop
    for takes_away, group in itertools.groupby(paths, erases):
        covered = _covered(group, shape, scale)
        picture = np.minimum(picture, 255 - covered) if takes_away else np.maximum(picture, covered)
    return picture


def _covered(paths: Iterable[dict], shape: tuple[int, int], scale: float) -> np.ndarray:
    """How much of each pixel the pen covers along these paths: uint8, of this shape."""
    by_width: dict[float, list[np.ndarray]] = {}
    for path in paths:
        by_width.setdefault(path["strokeWidth"], []).append(path_points(path) * scale)
    covered = np.zeros(shape, np.uint8)
    for width, strokes in by_width.items():
        covered = np.maximum(covered, rasterize(strokes, canvas=shape, width=width * scale))
    return covered


def moved(path: dict, by: float) -> dict:
    """A path moved to the right: what stands for it elsewhere is left out."""
    kept = {key: path[key] for key in ("type", "strokeWidth", "stroke") if key in path}
    commands = [
        [name, *(place + by * (i % 2 == 0) for i, place in enumerate(places))]
        for name, *places in path["path"]
    ]
    return kept | {"path": commands}


def path_points(path: dict) -> np.ndarray:
    """Points along one Fabric path of M, L and Q commands: float (k, 2), x right, y down.

    Points on curves are about `POINT_SPACING` apart.
    """
    commands = path["path"]
    ends = np.array([command[-2:] for command in commands], float)
    controls = np.array([command[1:3] for command in commands], float)  # a line's: its end
    starts = np.vstack([ends[:1], ends[:-1]])
    sides = np.hypot(*(controls - starts).T) + np.hypot(*(ends - controls).T)
    curved = np.array([command[0] == "Q" for command in commands])
    counts = 1 + np.where(curved, sides / POINT_SPACING, 0).astype(int)
    owner = np.repeat(np.arange(len(commands)), counts)  # which command each point belongs to
    t = (np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner] + 1) / counts[owner]
    t = t[:, None]
    # a quadratic Bézier curve from the last point; a line has but its end, t = 1
    return (1 - t) ** 2 * starts[owner] + 2 * t * (1 - t) * controls[owner] + t**2 * ends[owner]
