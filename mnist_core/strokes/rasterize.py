"""Strokes placed on a canvas, and drawn as a browser draws them."""

import numpy as np
from PIL import Image, ImageDraw

MAX_CANVAS = 4096
SUBPIXELS = 4  # sub-pixels a pixel, each way: 16 levels of grey at an edge


def transform(strokes, matrix, shift=(0.0, 0.0)) -> list[np.ndarray]:
    """Every point p as `matrix @ p + shift`; matrix (2, 2): turn, stretch, slant."""
    matrix = np.asarray(matrix, np.float64)
    return [np.asarray(stroke, np.float64) @ matrix.T + shift for stroke in strokes]


def place(strokes, canvas: int = 280, size: float = 0.6, at=None) -> list[np.ndarray]:
    """The drawing moved and scaled, not stretched, to where it belongs on a canvas.

    Args:
        strokes: list of (k, 2) point arrays, in any unit.
        canvas: side of the canvas in pixels.
        size: the drawing's longer side, as a share of the canvas.
        at: (x, y) of the middle of its box, in pixels; None is the middle of the canvas.
    """
    points = np.concatenate([np.asarray(stroke, np.float64) for stroke in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    extent = (high - low).max()
    scale = size * canvas / extent if extent else 1.0  # a single dot has no size to change
    at = np.full(2, canvas / 2) if at is None else np.asarray(at, np.float64)
    return transform(strokes, np.eye(2) * scale, at - (low + high) / 2 * scale)


def rasterize(strokes, canvas: int | tuple[int, int] = 280, width: float = 22) -> np.ndarray:
    """A picture of the strokes: uint8 (height, width), white on black, as a browser draws it.

    Ends and corners are round, edges are grey in proportion to what the pen covers of a
    pixel, and a stroke without length is a dot. What lies outside the canvas is cut off.

    Args:
        strokes: list of (k, 2) point arrays in canvas pixels, x right, y down.
        canvas: side in pixels, 1 to 4096; or height and width.
        width: of the pen, in pixels.

    Raises:
        ValueError: canvas or width is out of range.
    """
    high, wide = (canvas, canvas) if np.ndim(canvas) == 0 else canvas
    if not (1 <= min(high, wide) <= max(high, wide) <= MAX_CANVAS and 0 < width <= max(high, wide)):
        raise ValueError(
            f"A canvas must be 1 to {MAX_CANVAS} pixels and the pen no wider."
            f" Received: canvas {canvas}, width {width}"
        )
    image = Image.new("L", (wide * SUBPIXELS, high * SUBPIXELS))
    pen = ImageDraw.Draw(image)
    radius = width * SUBPIXELS / 2
    for stroke in strokes:
        # Pillow counts pixels by their middles, a canvas by their corners
        points = np.asarray(stroke, np.float64) * SUBPIXELS - 0.5
        if len(points) > 1:
            pen.line(points.ravel().tolist(), fill=255, width=max(1, round(2 * radius)))
        inner = max(radius - 0.5, 0)  # Pillow's ellipse includes both ends of its box
        for box in np.hstack([points - inner, points + inner]).tolist():
            pen.ellipse(box, fill=255)
    return np.asarray(image.reduce(SUBPIXELS))
