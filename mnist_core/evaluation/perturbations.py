"""Perturbed test sets: shifted, rotated, scaled, with another stroke width, noisy, occluded.

Each function takes uint8 (n, 28, 28), ink bright on 0, and an amount, and returns new images of
the same shape and dtype. An image's result depends only on its index, not on the other images.
"""

import functools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

SIDE = 28
CENTRE = (SIDE - 1) / 2  # of an image, in pixels
SEED = 0  # of the noise and the occluded squares
DIRECTIONS = 8  # an image's is its index modulo 8: right, right and down, down, ...


def shift(images: np.ndarray, amount: float) -> np.ndarray:
    """Shifted by `amount` pixels, each image in one of eight directions; what leaves is lost."""
    shifted = np.empty_like(images)
    for direction in range(min(DIRECTIONS, len(images))):
        angle = 2 * math.pi * direction / DIRECTIONS
        right, down = amount * math.cos(angle), amount * math.sin(angle)
        shifted[direction::DIRECTIONS] = translate(images[direction::DIRECTIONS], right, down)
    return shifted


def translate(images: np.ndarray, right: float, down: float) -> np.ndarray:
    """All images shifted by so many pixels to the right and down; what leaves is lost."""
    return _affine(images, right=right, down=down)


def rotate(images: np.ndarray, amount: float) -> np.ndarray:
    """Rotated about the centre by `amount` degrees, clockwise; below 0 anticlockwise."""
    return _affine(images, angle=amount)


def move(images: np.ndarray, right: float, down: float, angle: float) -> np.ndarray:
    """Rotated as `rotate` does it, then shifted as `translate` does it, in one interpolation."""
    return _affine(images, angle=angle, right=right, down=down)


def scale(images: np.ndarray, amount: float) -> np.ndarray:
    """Made `amount` times as large about the centre; what leaves is lost."""
    return _affine(images, factor=amount)


def stroke_width(images: np.ndarray, amount: float) -> np.ndarray:
    """Strokes wider by `amount` pixels; below 0 narrower.

    Each edge of a stroke moves by half of that: the maximum within a disc (grey dilation), or the
    minimum (erosion). Between whole pixels the two nearest radii are blended.
    """
    if amount < 0:
        return 255 - stroke_width(255 - images, -amount)
    radius = math.floor(amount / 2)
    fraction = amount / 2 - radius
    narrow = _dilate(images, radius)
    if not fraction:
        return narrow
    blend = narrow * (1 - fraction) + _dilate(images, radius + 1) * fraction
    return np.rint(blend).astype(np.uint8)


def add_noise(images: np.ndarray, amount: float) -> np.ndarray:
    """With normal noise of standard deviation `amount` added to every pixel's grey level."""
    rng = np.random.default_rng(SEED)
    noisy = rng.standard_normal(images.shape, np.float32) * np.float32(amount)
    noisy += images
    return np.rint(np.clip(noisy, 0, 255, out=noisy), out=noisy).astype(np.uint8)


def occlude(images: np.ndarray, amount: float) -> np.ndarray:
    """With a square of 0 with sides of `amount` pixels somewhere on the digit.

    Its centre is random within the 20x20 that MNIST's digits fill, and the same for all amounts.
    """
    centres = np.random.default_rng(SEED).uniform(4, SIDE - 4, (len(images), 2))
    pixels = np.arange(SIDE) + 0.5
    hidden = np.abs(pixels - centres[..., None]) < amount / 2  # (n, 2, 28): rows, columns
    return np.where(hidden[:, 0, :, None] & hidden[:, 1, None, :], np.uint8(0), images)


class Perturbation(NamedTuple):
    """A change that makes a test set harder, and the amounts of it to measure."""

    name: str
    unit: str  # of an amount
    amounts: tuple[float, ...]  # rising; `identity` is among them
    identity: float  # the amount that changes nothing
    description: str  # for people
    apply: Callable[[np.ndarray, float], np.ndarray]


PERTURBATIONS = {
    "shift": Perturbation(
        "Shift", "pixels", (0, 1, 2, 3, 4, 5, 6, 8), 0,
        "Each image moved by so many pixels, every eighth in the same direction. A digit has four"
        " pixels of room; further out it loses ink.",
        shift,
    ),
    "rotation": Perturbation(
        "Rotation", "degrees", (-90, -60, -45, -30, -15, 0, 15, 30, 45, 60, 90), 0,
        "Each image turned about its middle; above 0 clockwise.",
        rotate,
    ),
    "scale": Perturbation(
        "Size", "times", (0.4, 0.55, 0.7, 0.85, 1, 1.15, 1.3, 1.5), 1,
        "Each image made smaller or larger about its middle. From 1.4 times on, digits reach"
        " beyond the image.",
        scale,
    ),
    "pen": Perturbation(
        "Pen width", "pixels", (-2, -1.5, -1, -0.5, 0, 1, 2, 3, 4), 0,
        "Every line wider or finer by so many pixels. MNIST's are about three pixels wide.",
        stroke_width,
    ),
    "noise": Perturbation(
        "Noise", "grey levels", (0, 20, 40, 60, 80, 100, 130, 160), 0,
        "A random number added to each pixel's grey level (0 to 255): the amount is its standard"
        " deviation.",
        add_noise,
    ),
    "occlusion": Perturbation(
        "Occlusion", "pixels", (0, 4, 6, 8, 10, 12, 14, 16), 0,
        "A square of so many pixels on each side, as empty as the paper, laid somewhere on the"
        " digit.",
        occlude,
    ),
}  # fmt: skip


def perturb(name: str, images: np.ndarray, amount: float) -> np.ndarray:
    """The images after the perturbation of this name; the same array at its identity."""
    perturbation = PERTURBATIONS[name]
    if amount == perturbation.identity:
        return images
    return perturbation.apply(images, amount)


def _affine(images, angle=0.0, factor=1.0, right=0.0, down=0.0) -> np.ndarray:
    """Rotated, scaled, shifted by bilinear interpolation; outside is 0.

    Where images shrink, each new pixel is the mean of several points, or thin lines would break.
    """
    flat = np.zeros((SIDE * SIDE + 1, len(images)), np.float32)  # the last row: what is outside
    flat[:-1] = images.reshape(len(images), SIDE * SIDE).T
    points = max(1, math.ceil(1 / factor))
    offsets = (np.arange(points) + 0.5) / points - 0.5  # of the points within a pixel
    radians = math.radians(angle)
    cos, sin = math.cos(radians) / factor, math.sin(radians) / factor
    rows, columns = (axis.ravel() - CENTRE for axis in np.indices((SIDE, SIDE)))
    total = np.zeros((SIDE * SIDE, len(images)), np.float32)
    for row_offset in offsets:
        for column_offset in offsets:
            x, y = columns + column_offset - right, rows + row_offset - down
            for pixels, weights in _bilinear_neighbours(
                cos * x + sin * y + CENTRE, cos * y - sin * x + CENTRE
            ):
                total += flat[pixels] * weights[:, None].astype(np.float32)
    grey = np.rint((total / points**2).clip(0, 255)).astype(np.uint8)
    return np.ascontiguousarray(grey.T).reshape(images.shape)


def _bilinear_neighbours(x, y) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The four pixels around each point (x, y), one after the other: (flat indices, weights)."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for column, row in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
        inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
        weights = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
        yield np.where(inside, row * SIDE + column, SIDE * SIDE), weights


def _dilate(images, radius: int) -> np.ndarray:
    """The maximum within a disc of `radius` pixels around each pixel."""
    padded = np.pad(images, ((0, 0), (radius, radius), (radius, radius)))
    steps = range(2 * radius + 1)
    disc = [(i, j) for i in steps for j in steps if math.hypot(i - radius, j - radius) <= radius]
    return functools.reduce(np.maximum, (padded[:, i : i + SIDE, j : j + SIDE] for i, j in disc))
