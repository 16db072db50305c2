"""Picture files of all kinds -> one kind of array."""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core.preprocess.foreground import MAX_SIDE

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MAX_FILE_BYTES = 100 * 2**20  # bytes; a photo of 20 million pixels has about 10 million
# What is unpacked at most, so that no file takes more than 300 MB. A JPEG may have more: it is
# unpacked at a half, a quarter or an eighth of its size.
MAX_PIXELS = 15_000_000  # a screenshot of 5120 x 2880 has 14.7 million
SUFFICIENT_SIDE = 2048  # pixels wide or high, from which more tell nothing of a digit
ORIENTATION = 0x0112  # EXIF's tag for how the camera was held


def open_picture(source: bytes | str | Path) -> np.ndarray:
    """A picture file as people see it: turned as the camera says, its colours in RGB.

    Returns uint8 (H, W), (H, W, 3), or (H, W, 4) if it has transparency; made smaller, by a
    whole number, where it is over 2048 pixels wide or high. Of an animation it is the first
    frame.

    Args:
        source: the path or the bytes of a PNG, JPEG, GIF, BMP, WEBP or TIFF file of at most
            100 MB, at most 8192 pixels wide and high, and 15 million in all but a JPEG.

    Raises:
        ValueError: it can't be read; says which file, what was expected and what came.
    """
    name = "The picture" if isinstance(source, bytes) else str(source)
    try:
        data = _bytes(source)
        with Image.open(io.BytesIO(data), formats=FORMATS) as file:
            if max(file.size) > MAX_SIDE:  # from the header: nothing is unpacked yet
                raise _RejectedError(f"{file.width} x {file.height} pixels")
            # a JPEG is unpacked smaller, and at least so large
            file.draft(None, (SUFFICIENT_SIDE, SUFFICIENT_SIDE))
            if file.width * file.height > MAX_PIXELS:
                raise _RejectedError(f"{file.width} x {file.height} pixels in a {file.format} file")
            return _to_array(_apply_orientation(_reduce(file), file.getexif().get(ORIENTATION, 1)))
    except Exception as error:  # Pillow's readers raise anything for a broken file
        received = _error_text(error)
    raise ValueError(
        f"{name} must be a whole picture file ({', '.join(FORMATS)}) of at most"
        f" {MAX_SIDE} x {MAX_SIDE} pixels, and {MAX_PIXELS // 10**6} million in all but"
        f" JPEG. Received: {received}"
    )


class _RejectedError(Exception):
    """A limit is exceeded; the text says what came."""


def _bytes(source):
    is_data = isinstance(source, bytes)
    size = len(source) if is_data else Path(source).stat().st_size
    if size > MAX_FILE_BYTES:
        raise _RejectedError(f"{size / 2**20:.0f} MB, when {MAX_FILE_BYTES >> 20} are allowed")
    return source if is_data else Path(source).read_bytes()


def _error_text(error) -> str:
    if isinstance(error, _RejectedError):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "a file of another kind"
    if isinstance(error, Image.DecompressionBombError):
        return "a picture of far more pixels"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"a broken file ({str(error).splitlines()[0] if str(error) else 'unreadable'})"


def _reduce(file):
    """The picture made smaller by a whole number, if it has more pixels than tell anything."""
    factor = math.ceil(max(file.size) / SUFFICIENT_SIDE)
    if factor < 2:
        return file
    if file.mode.startswith("I;16"):
        file = file.convert("I")
    elif file.mode in ("1", "P", "PA", "LA"):  # colours by number can't be averaged
        file = file.convert("RGBA" if file.has_transparency_data else "RGB")
    return file.reduce(factor)


def _apply_orientation(picture, orientation):
    """The picture turned as the camera was held."""
    picture.getexif()[ORIENTATION] = orientation
    return ImageOps.exif_transpose(picture)


def _to_array(file):
    if file.mode.startswith(("I", "F")):
        return _eight_bits(np.asarray(file))
    opaque = "L" if file.mode in ("1", "L") else "RGB"
    mode = "RGBA" if file.has_transparency_data else opaque
    return np.array(file.convert(mode))


def _eight_bits(values):
    """Grey levels of 16 or 32 bits, brought to 0 to 255; uint8 (H, W)."""
    values = np.nan_to_num(values.astype(np.float64))
    low, high = float(values.min()), float(values.max())
    if values.size and low >= 0 and high <= 65535 and not np.any(values % 1):
        return np.floor(values / 257 + 0.5).astype(np.uint8)
    scale = 255 / (high - low) if high > low else 0  # no agreed white: stretch to what is there
    return np.floor((values - low) * scale + 0.5).astype(np.uint8)
