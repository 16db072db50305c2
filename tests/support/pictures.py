"""Pictures of a digit, and files of pictures, made for tests."""

import io

import numpy as np
from PIL import Image

from mnist_core.strokes.rasterize import place, rasterize

TWO = [np.array([[12, 25], [30, 4], [58, 0], [80, 18], [70, 48], [10, 98], [94, 96]], float)]
ORIENTATION = 0x0112  # EXIF's tag for how the camera was held
TRANSPOSES = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's, that the tag's values undo


def draw(size=0.5, at=(140, 140), width=18) -> np.ndarray:
    """A 2 in white on black: uint8 (280, 280)."""
    return rasterize(place(TWO, 280, size, at), 280, width)


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How many grey levels two pictures are apart, pixel by pixel."""
    return np.abs(one.astype(int) - other)


def encode(picture: np.ndarray | Image.Image, kind: str, **options) -> bytes:
    """A picture as a file of a kind, "PNG" or "JPEG", with Pillow's options for it."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def encode_turned(upright: Image.Image, orientation: int, kind: str, **options) -> bytes:
    """A picture as a camera stores it that is held this way, 1 to 8; the tag says so."""
    stored = upright if orientation == 1 else upright.transpose(TRANSPOSES[orientation])
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encode(stored, kind, exif=exif, **options)
