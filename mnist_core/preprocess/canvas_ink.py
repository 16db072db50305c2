"""A picture file or a photo -> the ink on it, laid over the picture and put on a canvas.

The one way for the command line and for pages, so that both read the same.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from mnist_core.preprocess import foreground, image_files

CANVAS = 280  # pixels: the Draw page's
Frame = tuple[int, int, int, int]  # left, top, right, bottom in a picture's pixels
SHARP = 4  # times: enlarged by more, a picture's pixels stay squares, as of MNIST's images


class FoundInk(NamedTuple):
    """What was found on a picture."""

    levels: np.ndarray  # uint8 (H, W): how much ink each of the picture's pixels has; brightest 255
    frame: Frame  # around all ink

    @property
    def mask(self) -> np.ndarray:
        """Where ink is: bool (H, W)."""
        return self.levels > 0


def find_ink(picture: np.ndarray, frame=None, removed=(), restored=()) -> FoundInk:
    """The ink of a picture in its own pixels, as a person would have it.

    Args:
        picture: as `to_mnist` takes and raises.
        frame: left, top, right, bottom in the picture's pixels: what is outside doesn't count, and
            the ink is looked for anew inside. None is all of the picture.
        removed: frames; ink in them is taken away.
        restored: frames; all that differs from the background in them is ink again. The last word
            is the removed frames'.

    Raises:
        BlankPictureError, UnclearPictureError: as `foreground.extract`.
        ValueError: a frame is empty or lies outside the picture.
    """
    foreground.validate_picture(picture)
    height, width = picture.shape[:2]
    levels = np.zeros((height, width), np.uint8)
    area = _area(frame or (0, 0, width, height), picture)
    levels[area] = _full_size(foreground.extract(picture[area]), levels[area].shape)
    for one in restored:
        part = _area(one, picture)
        levels[part] = np.maximum(levels[part], _bright(foreground.difference(picture)[part]))
    for one in removed:
        levels[_area(one, picture)] = 0
    if not levels.any():
        raise foreground.BlankPictureError
    rows, columns = foreground.bounding_box(levels)
    box = tuple(int(end) for end in (columns.start, rows.start, columns.stop, rows.stop))
    return FoundInk(_bright(levels), box)


def on_canvas(levels: np.ndarray) -> np.ndarray:
    """Ink in the middle of a canvas, as large as it goes, nothing stretched: uint8 (280, 280).

    Args:
        levels: uint8 (h, w), ink bright on 0. Of an image of 28x28 each pixel becomes a square.
    """
    height, width = levels.shape
    scale = CANVAS / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resampling = Image.Resampling.NEAREST if scale > SHARP else Image.Resampling.BOX
    canvas = Image.new("L", (CANVAS, CANVAS))
    resized = Image.fromarray(levels).resize(size, resampling)
    canvas.paste(resized, ((CANVAS - size[0]) // 2, (CANVAS - size[1]) // 2))
    return np.array(canvas)


def canvas_from_file(source: bytes | str | Path) -> np.ndarray:
    """The ink of a picture file on a canvas: uint8 (280, 280), for `to_mnist`.

    Takes and raises the same as `image_files.open_picture` and `foreground.extract`.
    """
    return canvas_from_picture(image_files.open_picture(source))


def canvas_from_picture(picture: np.ndarray) -> np.ndarray:
    """The ink of a picture on a canvas: uint8 (280, 280), for `to_mnist`.

    Takes and raises the same as `foreground.extract`.
    """
    return on_canvas(_bright(foreground.extract(picture)))


def _area(frame, picture) -> tuple[slice, slice]:
    height, width = picture.shape[:2]
    left, top, right, bottom = frame
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise ValueError(
            f"A frame must be left, top, right, bottom within 0, 0, {width}, {height}, in whole"
            f" pixels. Received: {tuple(frame)}"
        )
    return slice(top, bottom), slice(left, right)


def _full_size(ink, shape):
    """Ink that was found on a smaller picture, in the pixels of the whole."""
    if ink.shape == shape:
        return ink
    return np.asarray(Image.fromarray(ink).resize(shape[::-1], Image.Resampling.BILINEAR))


def _bright(levels):
    """The brightest 255: a pencil on a photo is faint."""
    return np.rint(levels * (255 / max(levels.max(), 1))).astype(np.uint8)
