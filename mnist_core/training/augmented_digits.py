"""Digits as augmentation changes them, without TensorFlow: to look at, not to train on."""

import numpy as np
from PIL import Image

from mnist_core.config.schema import Augmentation
from mnist_core.training.augmentation import ELASTIC_GRID, change_limits

SIDE = 28
CENTRE = (SIDE - 1) / 2


def augmented_digits(images: np.ndarray, augmentation: Augmentation, seed: int = 0) -> np.ndarray:
    """Each image changed at random, as a training would.

    Args:
        images: uint8 (n, 28, 28).
        seed: the same one changes the same images in the same directions, however far.

    Returns:
        uint8 (n, 28, 28).
    """
    rng = np.random.default_rng(seed)
    changes = rng.uniform(-1, 1, (len(images), 6)) * change_limits(augmentation)
    normal = rng.standard_normal((len(images), ELASTIC_GRID, ELASTIC_GRID, 2))
    return changed_digits(images, changes, normal * augmentation.elastic)


def changed_digits(images: np.ndarray, changes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Each image by its own change.

    Args:
        images: uint8 (n, 28, 28).
        changes: (n, 6), as `augmentation.affine_transforms` takes them.
        offsets: (n, side, side, 2), pixels right and down on a coarse grid, made smooth in between.

    Returns:
        uint8 (n, 28, 28).
    """
    parts = zip(images, changes, offsets, strict=True)
    return np.stack(
        [_sample(image, _points(change) + _field(grid)) for image, change, grid in parts]
    )


def _points(change) -> np.ndarray:
    """Where each pixel comes from: (28, 28, 2), x and y. Rotate, then slant, then scale."""
    dx, dy, angle, wider, taller, shear = change
    cos, sin, slant = np.cos(angle), np.sin(angle), np.tan(shear)
    scale = 1 / (1 + np.array([wider, taller]))
    matrix = np.array([[cos + slant * sin, slant * cos - sin], [sin, cos]]) * scale
    y, x = np.mgrid[:SIDE, :SIDE] - CENTRE
    return np.stack([x - dx, y - dy], axis=-1) @ matrix.T + CENTRE


def _field(grid) -> np.ndarray:
    """Offsets on a coarse grid, made smooth: (28, 28, 2)."""
    planes = [Image.fromarray(plane.astype(np.float32)) for plane in np.moveaxis(grid, -1, 0)]
    smooth = [np.asarray(plane.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) for plane in planes]
    return np.stack(smooth, axis=-1)


def _sample(image, points) -> np.ndarray:
    """The image at these points by bilinear interpolation; 0 outside."""
    framed = np.pad(image.astype(np.float32), 1)
    x, y = np.moveaxis(np.clip(points + 1, 0, SIDE + 0.999), -1, 0)
    column, row = x.astype(int), y.astype(int)
    right, down = x - column, y - row
    above = framed[row, column] * (1 - right) + framed[row, column + 1] * right
    below = framed[row + 1, column] * (1 - right) + framed[row + 1, column + 1] * right
    return np.rint(above * (1 - down) + below * down).astype(np.uint8)
