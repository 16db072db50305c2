"""A test set moved: shifted, turned, scaled, in another pen, in noise, behind a patch.

Each move takes uint8 (n, 28, 28) and an amount, and gives uint8 (n, 28, 28); ink is bright on 0.
The n-th image is moved the same way whatever else is in the set, every time.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

SIDE = 28
MIDDLE = (SIDE - 1) / 2  # the middle of an image, counted in pixels
SEED = 0  # of noise and patches
DIRECTIONS = 8  # an image's is its number modulo 8: to the right, right and down, down, ...


def shift(images: np.ndarray, amount: float) -> np.ndarray:
    """Moved by `amount` pixels, each image in one of eight directions; what leaves is lost."""
    moved = np.empty_like(images)
    for direction in range(min(DIRECTIONS, len(images))):
        angle = 2 * math.pi * direction / DIRECTIONS
        by = (amount * math.cos(angle), amount * math.sin(angle))
        moved[direction::DIRECTIONS] = _affine(images[direction::DIRECTIONS], shift=by)
    return moved


def rotate(images: np.ndarray, amount: float) -> np.ndarray:
    """Turned about the middle by `amount` degrees, clockwise; below 0 the other way."""
    return _affine(images, angle=amount)


def scale(images: np.ndarray, amount: float) -> np.ndarray:
    """Made `amount` times as large about the middle; what leaves is lost."""
    return _affine(images, size=amount)


def stroke_width(images: np.ndarray, amount: float) -> np.ndarray:
    """Drawn with a pen wider by `amount` pixels; below 0 finer.

    Each edge of a line moves by half of that: the brightest pixel within a disc (grey dilation),
    or the darkest (erosion). Between whole pixels the two nearest are mixed.
    """
    if amount < 0:
        return 255 - stroke_width(255 - images, -amount)
    low = math.floor(amount / 2)
    part = amount / 2 - low
    narrow = _dilate(images, low)
    if not part:
        return narrow
    return np.rint(narrow * (1 - part) + _dilate(images, low + 1) * part).astype(np.uint8)


def add_noise(images: np.ndarray, amount: float) -> np.ndarray:
    """With normal noise of standard deviation `amount` added to every pixel's grey level."""
    dice = np.random.default_rng(SEED)
    added = dice.standard_normal(images.shape, np.float32) * np.float32(amount)
    added += images
    return np.rint(np.clip(added, 0, 255, out=added), out=added).astype(np.uint8)


def occlude(images: np.ndarray, amount: float) -> np.ndarray:
    """Behind a paper-coloured square with sides of `amount` pixels, somewhere on the digit.

    Its middle is a random place of the 20x20 that MNIST's digits fill; the same for all amounts.
    """
    places = np.random.default_rng(SEED).uniform(4, SIDE - 4, (len(images), 2))
    pixels = np.arange(SIDE) + 0.5
    hidden = np.abs(pixels - places[..., None]) < amount / 2  # (n, 2, 28): rows, columns
    return np.where(hidden[:, 0, :, None] & hidden[:, 1, None, :], np.uint8(0), images)


class Perturbation(NamedTuple):
    """A way to make a test set harder, and how far to go."""

    name: str
    unit: str  # after an amount
    amounts: tuple[float, ...]  # rising; `still` is among them
    identity: float  # the amount that changes nothing
    description: str  # what is done, in words for people
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
    """The images after the move of this name; unchanged at the amount that changes nothing."""
    move = PERTURBATIONS[name]
    return images if amount == move.identity else move.apply(images, amount)


def _affine(images, angle: float = 0.0, size: float = 1.0, shift=(0.0, 0.0)) -> np.ndarray:
    """Turned, scaled, shifted by bilinear interpolation; outside is 0.

    Where images shrink, each new pixel is the mean of several points, or fine lines would break.
    """
    flat = np.zeros((SIDE * SIDE + 1, len(images)), np.float32)  # the last: what lies outside
    flat[:-1] = images.reshape(len(images), SIDE * SIDE).T
    points = max(1, math.ceil(1 / size))
    inside = (np.arange(points) + 0.5) / points - 0.5
    turn = math.radians(angle)
    cos, sin = math.cos(turn) / size, math.sin(turn) / size
    new_y, new_x = (axis.ravel() - MIDDLE for axis in np.indices((SIDE, SIDE)))
    found = np.zeros((SIDE * SIDE, len(images)), np.float32)
    for down in inside:
        for right in inside:
            x, y = new_x + right - shift[0], new_y + down - shift[1]
            for pixels, weights in _bilinear_neighbours(
                cos * x + sin * y + MIDDLE, cos * y - sin * x + MIDDLE
            ):
                found += flat[pixels] * weights[:, None].astype(np.float32)
    found = np.rint((found / points**2).clip(0, 255)).astype(np.uint8)
    return np.ascontiguousarray(found.T).reshape(images.shape)


def _bilinear_neighbours(x, y) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(pixels, weights), four times: those around each point (x, y), for bilinear interpolation."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for column, row in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
        there = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
        weights = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
        yield np.where(there, row * SIDE + column, SIDE * SIDE), weights


def _dilate(images, radius: int) -> np.ndarray:
    """The brightest pixel within a disc of `radius` pixels, of those that there are."""
    found = images.copy()
    for down in range(-radius, radius + 1):
        for right in range(-radius, radius + 1):
            if 0 < down * down + right * right <= radius * radius:
                to, of = _overlap(down, right), _overlap(-down, -right)
                np.maximum(found[to], images[of], out=found[to])
    return found


def _overlap(down, right) -> tuple[slice, slice, slice]:
    """The part of an image that another, moved by this, lies over."""
    rows, columns = (slice(max(0, by), SIDE + min(0, by)) for by in (down, right))
    return slice(None), rows, columns
