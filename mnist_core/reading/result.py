"""What was read: a text, and each of its digits."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.prediction import Classifier

# How likely a row is one digit, at least, for a segmenter that says otherwise; see `with_whole`
WHOLE = float(np.log(0.75))
MAX_ASPECT = 1.6  # width through height of a row that may be one


class ReadDigit(NamedTuple):
    """One digit of a reading."""

    digit: int  # the most probable
    probabilities: np.ndarray  # float32 (10,), sum 1
    box: tuple[float, float, float, float]  # left, top, right, bottom of its ink, in pixels
    image: np.ndarray  # uint8 (28, 28): what the classifier was shown


class Reading(NamedTuple):
    """The digits of a picture or of strokes, in reading order."""

    text: str  # digits, "." and "-"; rows parted by "\n"; empty where there is none of them
    digits: list[ReadDigit]  # one for each digit of `text`, in its order


class Mark(NamedTuple):
    """Ink that is one character, not read yet."""

    box: tuple[float, float, float, float]  # left, top, right, bottom, in pixels of the picture
    image: np.ndarray | None  # uint8 (28, 28); of a sign, None
    sign: str = ""  # "." or "-"


class Candidate(NamedTuple):
    """A way to part a row into marks."""

    marks: list[Mark]  # from left to right
    log_probability: float  # by the segmenter alone


def with_whole(candidates: Sequence[Candidate], draw: Callable[[], np.ndarray]) -> list[Candidate]:
    """The ways to part a row; all of it as one digit among them, where it is no wider than one.

    The segmenter parts a few digits that are one, such as a 0 whose ends miss each other. What
    reads well as a whole is then more likely whole than it says.

    Args:
        candidates: of the only row; a sign in them is none of a single digit.
        draw: makes an image of all its ink, uint8 (28, 28).
    """
    marks = [mark for one in candidates for mark in one.marks]
    if not marks or any(mark.sign for mark in marks):
        return list(candidates)
    boxes = np.array([mark.box for mark in marks])
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    likely = [one.log_probability for one in candidates if len(one.marks) == 1]
    if box[2] - box[0] <= MAX_ASPECT * (box[3] - box[1]):
        likely.append(WHOLE)
    whole = [Candidate([Mark(box, draw())], max(likely))] if likely else []
    return [*(one for one in candidates if len(one.marks) > 1), *whole]


def assemble(rows: Sequence[Sequence[Candidate]], classifier: Classifier) -> Reading:
    """The reading of rows, each parted in the way that reads best as a whole.

    How well it reads: the segmenter's log probability, and those of the most probable digits.
    So over-segmenting recognizers weigh their paths; source: Casey and Lecolinet, A Survey of
    Methods and Strategies in Character Segmentation, 1996.

    Args:
        rows: the candidates of each row.
    """
    marks = [mark for row in rows for one in row for mark in one.marks if not mark.sign]
    images = {mark.image.tobytes(): mark.image for mark in marks}  # many are in several candidates
    found = classifier.probabilities(np.array(list(images.values()), np.uint8).reshape(-1, 28, 28))
    known = dict(zip(images, found, strict=True))

    def read(mark) -> ReadDigit:
        probabilities = known[mark.image.tobytes()]
        return ReadDigit(int(probabilities.argmax()), probabilities, mark.box, mark.image)

    def score(candidate) -> float:
        sure = [read(mark).probabilities.max() for mark in candidate.marks if not mark.sign]
        return candidate.log_probability + float(np.log(sure).sum())

    chosen = [max(row, key=score).marks for row in rows]
    digits = [read(mark) for marks in chosen for mark in marks if not mark.sign]
    left = iter(digits)
    lines = ["".join(mark.sign or str(next(left).digit) for mark in marks) for marks in chosen]
    return Reading("\n".join(filter(None, lines)), digits)
