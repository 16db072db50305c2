"""A digit being written, as an animated GIF."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mnist_core.strokes.rasterize import rasterize

CANVAS = 252  # pixels: nine for each of the image's 28
FRAMES = 24
SECONDS = 1.5


def frames(
    strokes: Sequence[np.ndarray], width: float, canvas: int = CANVAS, count: int = FRAMES
) -> list[np.ndarray]:
    """Pictures of a drawing that grows from its first dot: each uint8 (canvas, canvas).

    The pen keeps its speed and takes no time between strokes. The last picture is the whole
    drawing.

    Args:
        strokes: (k, 2) each, on a canvas of this side.
        width: of the pen, in pixels.
        count: of pictures, 2 or more.
    """
    shares = np.linspace(0, 1, count)
    return [rasterize(partial_strokes(strokes, share), canvas, width) for share in shares]


def partial_strokes(strokes: Sequence[np.ndarray], share: float) -> list[np.ndarray]:
    """What the pen has drawn after this share, 0 to 1, of its whole path: strokes again."""
    if share >= 1:
        return list(strokes)
    steps = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    left = share * sum(lengths.sum() for lengths in steps)
    drawn = []
    for stroke, lengths in zip(strokes, steps, strict=True):
        drawn.append(_partial_stroke(stroke, lengths, left))
        left -= lengths.sum()
        if left < 0:
            break
    return drawn


def _partial_stroke(stroke, step_lengths, length) -> np.ndarray:
    """The first `length` of a stroke, or all of it."""
    distances = np.concatenate([[0.0], step_lengths.cumsum()])
    passed = stroke[distances <= length]
    if len(passed) == len(stroke):
        return stroke
    last = [np.interp(length, distances, axis) for axis in stroke.T]
    return np.vstack([passed, last])


def gif(pictures: Sequence[np.ndarray], seconds: float = SECONDS) -> bytes:
    """An animation that plays once and stays on its last picture.

    Args:
        pictures: uint8 (h, w) each, at least one.
        seconds: for all of them. GIF counts in hundredths, so it is met to within half a
            hundredth a picture.
    """
    first, *others = (Image.fromarray(picture) for picture in pictures)
    hundredths = round(100 * seconds / len(pictures))
    data = io.BytesIO()
    # no `loop`: that is how a GIF says "once"
    first.save(data, "GIF", save_all=True, append_images=others, duration=10 * hundredths)
    return data.getvalue()
