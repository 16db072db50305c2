"""Picture files of all kinds -> one kind of array."""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core.preprocess.foreground import MAX_SIDE

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "HEIF")
SUFFIXES = ("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "heic", "heif")
HEIF_BRAND = slice(4, 8)  # bytes: there such a file says "ftyp"
MAX_FILE_BYTES = 100 * 2**20  # bytes; a photo of 20 million pixels has about 10 million
# What is unpacked at most, so that no file takes more than 300 MB. A JPEG may have more: it is
# unpacked at a half, a quarter or an eighth of its size.
MAX_PIXELS = 15_000_000  # a screenshot of 5120 x 2880 has 14.7 million
# Of a HEIC file as cameras write it (8 bits, colours at half size, no transparency), which is made
# smaller without Pillow's copy: iPhones' have 12, 24 or 48 million pixels. The last takes 245 MB;
# with colours at full size it would take 455.
MAX_HEIC_PIXELS = 50_000_000
HEIC_BAND = 64  # rows of the smaller picture that are made at a time
SUFFICIENT_SIDE = 2048  # pixels wide or high, from which more tell nothing of a digit
ORIENTATION = 0x0112  # EXIF's tag for how the camera was held


def open_picture(source: bytes | str | Path) -> np.ndarray:
    """A picture file as people see it: turned as the camera says, its colours in RGB.

    Returns uint8 (H, W), (H, W, 3), or (H, W, 4) if it has transparency; made smaller, by a
    whole number, where it is over 2048 pixels wide or high. Of an animation it is the first
    frame.

    Args:
        source: the path or the bytes of a PNG, JPEG, GIF, BMP, WEBP, TIFF or HEIC file of at most
            100 MB, at most 8192 pixels wide and high; of at most 15 million pixels; a HEIC photo of
            50 million, a JPEG of any number.

    Raises:
        ValueError: it can't be read; says which file, what was expected and what came.
    """
    name = "The picture" if isinstance(source, bytes) else str(source)
    try:
        data = _bytes(source)
        if data[HEIF_BRAND] == b"ftyp":
            register_heif()
        with Image.open(io.BytesIO(data), formats=FORMATS) as file:
            _check_size(file)
            small = _reduce_heic(data, file) if _is_large_heic(file) else _reduce(file)
            return _to_array(_apply_orientation(small, file.getexif().get(ORIENTATION, 1)))
    except _RejectedError as rejected:
        rule = rejected
    except Exception as error:  # Pillow's readers raise anything for a broken file
        rule = f"be a whole picture file ({', '.join(FORMATS)}). Received: {_error_text(error)}"
    raise ValueError(f"{name} must {rule}")


def register_heif() -> None:
    """Let Pillow read what iPhones store; late, as few pictures need it."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


class _RejectedError(Exception):
    """A limit is exceeded; the text says which, and what came."""


def _bytes(source):
    is_data = isinstance(source, bytes)
    size = len(source) if is_data else Path(source).stat().st_size
    if size > MAX_FILE_BYTES:
        raise _RejectedError(
            f"be a file of at most {MAX_FILE_BYTES >> 20} MB. Received: {size / 2**20:.0f} MB"
        )
    return source if is_data else Path(source).read_bytes()


def _check_size(file) -> None:
    """By the header; nothing is unpacked yet. A JPEG is then unpacked at half its size or less."""
    width, height = file.size
    if max(width, height) > MAX_SIDE:
        raise _RejectedError(
            f"be at most {MAX_SIDE} pixels wide and high. Received: {width} x {height} pixels"
        )
    factor = _reduction(file)
    file.draft(None, (max(1, width // factor), max(1, height // factor)))
    is_heic = _is_large_heic(file)
    most = MAX_HEIC_PIXELS if is_heic else MAX_PIXELS
    if file.width * file.height > most:
        other = "a JPEG" if is_heic else "a JPEG or a camera's HEIC"
        raise _RejectedError(
            f"be of at most {most / 1e6:.0f} million pixels, unless it is {other}. Received: a"
            f" {file.format} of {width} x {height}, {width * height / 1e6:.1f} million"
        )


def _is_large_heic(file) -> bool:
    """Whether a picture is one that `_reduce_heic` takes."""
    if file.format != "HEIF" or file.mode != "RGB" or file.width * file.height <= MAX_PIXELS:
        return False
    return file.info.get("chroma") == 420 and file.info.get("bit_depth") == 8


def _reduce_heic(data, file):
    """The picture of a HEIC file made smaller like any other, but not held twice."""
    from pillow_heif import open_heif

    pixels, factor = np.asarray(open_heif(data)), _reduction(file)
    bands = range(0, len(pixels), HEIC_BAND * factor)
    small = [Image.fromarray(pixels[i : i + HEIC_BAND * factor]).reduce(factor) for i in bands]
    return Image.fromarray(np.concatenate([np.asarray(band) for band in small]))


def _error_text(error) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "a file of another kind"
    if isinstance(error, Image.DecompressionBombError):
        return "a picture of far more pixels than any screen has"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"a broken file ({str(error).splitlines()[0] if str(error) else 'unreadable'})"


def _reduction(file) -> int:
    """By how much a picture can be made smaller without losing what tells anything of a digit."""
    return math.ceil(max(file.size) / SUFFICIENT_SIDE)


def _reduce(file):
    """The picture made smaller by a whole number, if it has more pixels than tell anything."""
    factor = _reduction(file)
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
