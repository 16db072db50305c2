"""Picture -> image, by MNIST's own rule: the one path for training data and for drawings.

A network reads best what looks like what it learned from, so a drawing is cut out, scaled
and centred just as MNIST's makers did it, wherever and however large it was drawn.

Source: facebookresearch/qmnist, making_qmnist/xnist.lsh (Yadav and Bottou, 2019), which
rebuilds MNIST from the scanned originals to within a few grey levels.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mnist_core.preprocess import foreground

SIDE = 28
DIGIT_BOX = 20  # MNIST: digits are scaled to a 20x20 box
MIN_CROP = 10  # MNIST: smaller marks than this are not blown up to the full box
BAND_ROWS = 1024  # turned into floats at a time, to keep memory low on large pictures


class PreprocessingSteps(NamedTuple):
    """How a picture became an image; all uint8, ink bright on 0."""

    ink: np.ndarray  # (H, W): the picture without its background
    crop: np.ndarray  # (h, w): the tight bounding box of the ink
    square: np.ndarray  # (s, s), s = max(h, w, 10): the short side widened, nothing stretched
    small: np.ndarray  # (20, 20): resampled by area, brightest pixel 255
    image: np.ndarray  # (28, 28): moved so that the centre of mass is in the middle


def to_mnist(picture: np.ndarray) -> np.ndarray:
    """The image that MNIST's makers would have made of a picture: uint8 (28, 28), maximum 255.

    Args:
        picture: uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), sides 1 to 8192, either
            polarity, any colours; with an alpha channel the drawing may live there alone.

    Raises:
        BlankPictureError: nothing is drawn on it.
        ValueError: it has another type, shape or size.
    """
    return preprocessing_steps(picture).image


def preprocessing_steps(picture: np.ndarray) -> PreprocessingSteps:
    """Every stage of `to_mnist`, for a page to show. Takes and raises the same."""
    return _steps(foreground.extract(picture))


def ink_to_mnist(ink: np.ndarray) -> np.ndarray:
    """The image of a digit's ink, as `to_mnist` makes it once it has found the ink.

    Args:
        ink: uint8 (H, W), bright on 0, not all 0; see `foreground.extract`.
    """
    return _steps(ink).image


def _steps(ink) -> PreprocessingSteps:
    crop = ink[foreground.bounding_box(ink)]
    square = _pad_to_square(crop, max(*crop.shape, MIN_CROP))
    small = _resample(square, DIGIT_BOX)
    small = np.floor(small * (255 / small.max()) + 0.5).astype(np.uint8)
    return PreprocessingSteps(ink, crop, square, small, _centre(small))


def values_on_picture(values: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """What an image's pixels hold, such as attributions, laid back over the picture's ink.

    Args:
        values: float (28, 28), of the pixels of `to_mnist(picture)`.
        picture: as `to_mnist` takes and raises.

    Returns:
        float (H, W) of the ink's size, see `foreground.extract`: the value of the pixel into which
        each of its pixels goes; 0 where it goes into none.
    """
    steps = preprocessing_steps(picture)
    left, top, pixel = _frame(steps)
    places = [
        np.floor((np.arange(length) + 0.5 - start) / pixel).astype(int)
        for start, length in zip((top, left), steps.ink.shape, strict=True)
    ]
    rows, columns = (np.clip(place, -1, SIDE) + 1 for place in places)
    return np.pad(values, 1)[np.ix_(rows, columns)]


class ImageFrame(NamedTuple):
    """Where an image's 28x28 pixels lie on its picture's ink, see `foreground.extract`."""

    left: float  # of the first column, in the ink's pixels; may be outside
    top: float
    pixel: float  # the side of one of the image's pixels, in the ink's


def image_frame(picture: np.ndarray) -> ImageFrame:
    """The frame of `to_mnist(picture)`. Takes and raises the same."""
    return _frame(preprocessing_steps(picture))


def _frame(steps: PreprocessingSteps) -> ImageFrame:
    side = len(steps.square)
    pixel = side / DIGIT_BOX
    parts = zip(
        foreground.bounding_box(steps.ink), steps.crop.shape, _shift(steps.small), strict=True
    )
    top, left = (part.start - (side - length) // 2 - shift * pixel for part, length, shift in parts)
    return ImageFrame(left, top, pixel)


def resize_whole(picture: np.ndarray) -> np.ndarray:
    """The whole picture's ink in 28x28 pixels: what a network gets without MNIST's rule.

    Returns uint8 (28, 28); a picture that is not square is widened first. Takes and raises
    the same as `to_mnist`.
    """
    ink = foreground.extract(picture)
    return np.floor(_resample(_pad_to_square(ink, max(ink.shape)), SIDE) + 0.5).astype(np.uint8)


def _pad_to_square(crop, side):
    if crop.shape == (side, side):
        return crop
    square = np.zeros((side, side), np.uint8)
    top, left = ((side - length) // 2 for length in crop.shape)
    square[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    return square


def _resample(square, side):
    """Exact area coverage: float32 (side, side), each the mean of the area it covers.

    Not Pillow's BOX, which takes or leaves whole pixels: at 30 pixels to 20, columns of one
    and of two pixels would alternate.
    """
    coverage = _coverage(square.shape[0], side)
    total = np.zeros((side, square.shape[1]), np.float32)
    for top in range(0, square.shape[0], BAND_ROWS):
        rows = slice(top, top + BAND_ROWS)
        total += coverage[:, rows] @ square[rows].astype(np.float32)
    return total @ coverage.T


@lru_cache(maxsize=64)
def _coverage(length, cells):
    """The share that each pixel has in each cell: float32 (cells, length), rows sum to 1."""
    edges = np.arange(cells + 1)[:, None] * (length / cells)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return (np.maximum(covered, 0) * (cells / length)).astype(np.float32)


def _centre(small):
    """MNIST's move, by whole pixels: the centre of mass ends in (13.5, 14.5], counted from 0."""
    top, left = _shift(small)
    padded = np.zeros((SIDE + 2 * DIGIT_BOX,) * 2, np.uint8)  # what sticks out is cut off
    row, column = top + DIGIT_BOX, left + DIGIT_BOX
    padded[row : row + DIGIT_BOX, column : column + DIGIT_BOX] = small
    return padded[DIGIT_BOX:-DIGIT_BOX, DIGIT_BOX:-DIGIT_BOX].copy()


def _shift(small) -> tuple[int, int]:
    """Where in the image the 20x20's first row and column come to lie; may be outside."""
    weights = small.astype(np.float64)
    centres = np.arange(DIGIT_BOX) + 0.5
    total = weights.sum()
    top = int(15 - weights.sum(axis=1) @ centres / total)
    left = int(15 - weights.sum(axis=0) @ centres / total)
    return top, left
