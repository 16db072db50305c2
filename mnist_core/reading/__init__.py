"""Several digits: a picture or strokes -> the digits in reading order."""

from mnist_core.reading.from_picture import read
from mnist_core.reading.from_strokes import read_strokes

__all__ = ["read", "read_strokes"]
