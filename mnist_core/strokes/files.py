"""Drawings as pen paths, read from stroke files."""

import io
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_core.config.validation import describe

MAX_FILE_BYTES = 200 * 2**20  # bytes, about 300,000 drawings
MAX_LINE = 2 * 2**20  # characters: MAX_POINTS take about half of it
MAX_POINTS = 20_000  # in one drawing: over two minutes of a pen at 144 points a second
MAX_COORDINATE = 1e6
NON_DIGIT = -1  # the label of a drawing of no digit; on a line it is null


class Drawing(NamedTuple):
    """One digit as somebody wrote it."""

    label: int  # 0 to 9; NON_DIGIT only where it is asked for
    writer: str
    strokes: list[np.ndarray]  # each float64 (k, 2), k >= 1: from pen-down to pen-up; y down


def read_drawings(path: str | Path, with_non_digits: bool = False) -> list[Drawing]:
    """The drawings of a stroke file: JSON, one drawing a line.

    A line is `{"label": 8, "writer": "...", "strokes": [[[x, y], ...], ...]}`; x to the right,
    y down. Empty lines are skipped. The label of what is no digit is null.

    Args:
        with_non_digits: whether those are returned as well, with the label NON_DIGIT.

    Raises:
        ValueError: names the file and the line, what was expected and what came.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ValueError(f"{path} must have at most 200 MB. Received: {size / 2**20:.0f} MB")
        with path.open("rb") as file:
            return _parse(file, path, with_non_digits)
    except OSError as error:
        raise ValueError(f"{path} must be a file of strokes. Received: {error.strerror}") from None


def parse_drawings(data: bytes, name: str, with_non_digits: bool = False) -> list[Drawing]:
    """The drawings in the bytes of a stroke file; see `read_drawings`.

    Args:
        name: what errors call the file.
    """
    return _parse(io.BytesIO(data), name, with_non_digits)


def plain_label(drawing: Drawing) -> int | None:
    """Its label as a line of a stroke file has it."""
    return None if drawing.label == NON_DIGIT else drawing.label


def to_line(drawing: Drawing) -> str:
    """The drawing as a line of a stroke file, without its end; to a tenth of a pixel."""
    strokes = [np.round(stroke, 1).tolist() for stroke in drawing.strokes]
    label = plain_label(drawing)
    return json.dumps({"label": label, "writer": drawing.writer, "strokes": strokes})


def _parse(file, name, with_non_digits) -> list[Drawing]:
    try:
        text = io.TextIOWrapper(file, encoding="utf-8")
        lines = enumerate(iter(lambda: text.readline(MAX_LINE + 1), ""), start=1)
        drawings = [parse_line(f"{name}, line {n}", line) for n, line in lines if line.strip()]
    except UnicodeDecodeError:
        raise ValueError(
            f"{name} must be text in UTF-8, a drawing as JSON on each line. Received: other bytes"
        ) from None
    if not drawings:
        raise ValueError(f"{name} must hold a drawing a line. Received: an empty file")
    if with_non_digits:
        return drawings
    digits = [drawing for drawing in drawings if drawing.label != NON_DIGIT]
    if not digits:
        raise ValueError(f"{name} must hold drawings of digits. Received: none of a digit")
    return digits


def parse_line(where: str, line: str) -> Drawing:
    """The drawing on a line of a stroke file; of one that is no digit the label is NON_DIGIT.

    Args:
        where: what errors call the line.

    Raises:
        ValueError: says what was expected and what came.
    """
    if len(line) > MAX_LINE:
        raise ValueError(f"{where} must have at most {MAX_LINE:,} characters, and has more.")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"{where} must be JSON. Received: {line.strip()[:60]!r}") from None
    if not isinstance(fields, dict) or not {"label", "strokes"} <= set(fields):
        raise ValueError(
            f"{where} must be an object with label and strokes. Received: {describe(fields)}"
        )
    label, writer = fields["label"], fields.get("writer", "")
    if label is not None and (type(label) is not int or not 0 <= label <= 9):
        raise ValueError(
            f"{where}: label must be a whole number 0 to 9. Received: {describe(label)}"
        )
    label = NON_DIGIT if label is None else label
    if not isinstance(writer, str):
        raise ValueError(f"{where}: writer must be a text. Received: {describe(writer)}")
    strokes = fields["strokes"]
    if not isinstance(strokes, list) or not strokes:
        raise ValueError(
            f"{where}: strokes must be a list with at least one stroke. Received:"
            f" {describe(strokes)}"
        )
    return Drawing(label, writer, _points(where, strokes))


def _points(where, strokes) -> list[np.ndarray]:
    arrays = [_array(where, stroke) for stroke in strokes]
    count = sum(map(len, arrays))
    if count > MAX_POINTS:
        raise ValueError(f"{where} must have at most {MAX_POINTS:,} points. Received: {count:,}")
    return arrays


def _array(where, stroke) -> np.ndarray:
    try:
        array = np.array(stroke)
    except (ValueError, OverflowError):  # rows of different lengths
        array = np.array(None)
    fits = array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "if"
    # written so that NaN does not pass
    if not (fits and np.abs(array).max() <= MAX_COORDINATE):
        raise ValueError(
            f"{where}: a stroke must be a list of [x, y], numbers of at most"
            f" {MAX_COORDINATE:,.0f}. Received: {describe(stroke)}"
        )
    return array.astype(np.float64)
