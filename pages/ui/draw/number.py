"""A number on the canvas: found only where there is plainly more than one digit."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mnist_core import reading
from mnist_core.models import store as model_store
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.preprocess.foreground import BlankPictureError, UnclearPictureError, bounding_box
from mnist_core.reading.result import Reading
from mnist_core.strokes import fabric_paths
from pages.ui.state.session import CanvasState
from pages.ui.widgets import answer, canvas

UNKNOWN = "?"  # what is no digit
ONLY_DIGITS = "I know only digits."
# What these do to single digits, numbers and letters: tests/bench/number_gate.py
MAX_DIGIT_ASPECT = 1.6  # width through height: what is wider is no single digit, however it reads
SURE_SHARE = 0.65  # of a number's digits are sure, of two both: a letter's half often is one digit


class Number(NamedTuple):
    """A number as a network reads it, parted by the reader."""

    text: str  # digits, "?", "." and "-"; rows parted by "\n"
    parts: Reading  # the digits' boxes in the picture's pixels, and their images
    probabilities: np.ndarray  # float32 (n, 10), of each digit

    @property
    def is_finite(self) -> bool:
        """Whether the network answers with numbers."""
        return bool(np.isfinite(self.probabilities).all())

    def characters(self) -> Iterator[tuple[str, int | None]]:
        """Each of the text's, "\n" too, with which digit it is, from 0; None of what is none."""
        digits = iter(range(len(self.probabilities)))
        for one in self.text:
            yield one, None if one in ".-\n" else next(digits)


def find(state: CanvasState, picture: np.ndarray, image: np.ndarray) -> Reading | None:
    """The digits on the canvas if there are plainly several, else None: it is read as one.

    Which parts there are is always the reader's word: another network may be sure of anything.

    Args:
        picture: what is on the canvas, uint8 (h, w), not blank.
        image: what MNIST's rule makes of it, uint8 (28, 28).
    """
    reader = Classifier.load(model_store.READER)
    rows, columns = bounding_box(picture)
    aspect = (columns.stop - columns.start) / (rows.stop - rows.start)
    if aspect <= MAX_DIGIT_ASPECT and _is_sure_of(reader, image):
        return None
    try:
        found = _read(state, picture, reader)
    except (BlankPictureError, UnclearPictureError):
        return None
    sure = [digit.probabilities.max() >= NOT_SURE_BELOW for digit in found.digits]
    several = bool(sure) and len(found.text.replace("\n", "")) > 1
    return found if several and np.mean(sure) >= SURE_SHARE else None


def _is_sure_of(reader, image) -> bool:
    return bool(reader.probabilities(image[None]).max() >= NOT_SURE_BELOW)


def _read(state: CanvasState, picture, reader) -> Reading:
    """By the pen's strokes, where nothing else made the drawing; else by what it looks like."""
    widths = {path["strokeWidth"] for path in state.paths}
    if state.backdrop is not None or len(widths) > 1 or any(map(fabric_paths.erases, state.paths)):
        return reading.read(picture, reader)
    scale = canvas.PICTURE / canvas.SIDE
    strokes = [fabric_paths.path_points(path) * scale for path in state.paths]
    return reading.read_strokes(strokes, widths.pop() * scale, reader)


def read(parts: Reading, classifier: Classifier) -> Number:
    """What a network makes of each digit."""
    images = np.stack([digit.image for digit in parts.digits])
    probabilities = classifier.probabilities(images)
    digits = iter(zip(probabilities, images, strict=True))
    text = "".join(one if one in ".-\n" else _character(*next(digits)) for one in parts.text)
    return Number(text, parts, probabilities)


def _character(probabilities, image) -> str:
    digit = answer.digit_read(probabilities, image)
    return UNKNOWN if digit is None else str(digit)


def chosen(state: CanvasState, parts: Reading) -> int:
    """Which digit is looked at, from 0."""
    return min(state.chosen_digit, len(parts.digits) - 1)


def words(number: Number) -> str:
    """How sure the network is of a number."""
    doubtful = [
        one
        for one, digit in number.characters()
        if digit is not None and number.probabilities[digit].max() < NOT_SURE_BELOW
    ]
    sentences = [ONLY_DIGITS] * (UNKNOWN in number.text)
    unsure = [one for one in doubtful if one != UNKNOWN]
    if unsure:
        sentences.append(f"Not sure of the {' and the '.join(unsure)}.")
    if not sentences:
        sentences = [f"{answer.percent(number.probabilities.max(axis=1).min())} sure of each"]
    return " ".join(sentences)


def steps(picture: np.ndarray, parts: Reading, which: int) -> list[tuple[str, np.ndarray]]:
    """How a digit became an image; see `preparation.preprocess`."""
    left, top, right, bottom = np.round(parts.digits[which].box).astype(int).clip(0)
    return [
        ("Find each digit in the drawing. This is where the chosen one is.",
         picture[top : max(bottom, top + 1), left : max(right, left + 1)]),
        ("Take its own ink alone, and go on with it as with a single digit.",
         parts.digits[which].image),
    ]  # fmt: skip
