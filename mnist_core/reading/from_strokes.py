"""Strokes -> the digits that they are."""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from mnist_core.prediction import Classifier
from mnist_core.preprocess import BlankPictureError
from mnist_core.preprocess.mnist_rule import ink_to_mnist
from mnist_core.reading import grouping, rows, segmenter, signs
from mnist_core.reading.result import Candidate, Mark, Reading, assemble, with_whole
from mnist_core.strokes.rasterize import MAX_CANVAS, rasterize, transform

# Of a row's height. With a thicker pen a row is parted, and its digits are read, as if by one so
# thick: the segmenter learned from no thicker one. Ink lower than LINE pens is a line or a dot
MAX_PEN, LINE = 0.12, 3.0
DIGIT_HEIGHT = 80  # pixels: a row is drawn so high for its digits' images, over three times 20
STEP = 1.0  # pixels of a row between points of a stroke that vote
MAX_DOUBT = 6.0  # pixels of a row: a vote farther from all middles says no more than this one
CROSSING = (
    200.0  # what it costs that a stroke goes over from a digit to another, in pixels of votes
)


def read_strokes(
    strokes: Sequence[np.ndarray], pen_width: float, classifier: Classifier
) -> Reading:
    """The digits that strokes are: rows from top to bottom, each from left to right.

    Where digits overlap, each keeps all its ink: a stroke belongs to one digit, or to several one
    after the other. A single digit is drawn whole, at its own size.

    Args:
        strokes: (k, 2) each, k >= 1, x right, y down, in pixels.
        pen_width: in the same pixels.
        classifier: any model; it reads each digit by itself.

    Raises:
        BlankPictureError: there is no stroke.
        ValueError: says what was expected and what came.
    """
    strokes = [_checked(stroke) for stroke in strokes]
    if not strokes:
        raise BlankPictureError
    if not 0 < pen_width < np.inf:
        raise ValueError(f"The pen's width must be above 0. Received: {pen_width}")
    found = [_candidates(row, pen_width) for row in _rows(strokes, pen_width)]
    if len(found) == 1:
        found = [with_whole(found[0], lambda: _image(strokes, pen_width, 1.0))]
    return assemble(found, classifier)


def _checked(stroke) -> np.ndarray:
    points = np.asarray(stroke, np.float64)
    if points.ndim != 2 or points.shape[1:] != (2,) or not len(points):
        raise ValueError(f"A stroke must be (k, 2) points, k >= 1. Received: {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("A stroke's points must be finite numbers. Received: one that is not")
    return points


def _box(strokes, pen_width) -> np.ndarray:
    """The box of the strokes' ink: left, top, right, bottom."""
    points = np.concatenate(strokes)
    return np.concatenate([points.min(axis=0) - pen_width / 2, points.max(axis=0) + pen_width / 2])


def _rows(strokes, pen_width) -> list[list[np.ndarray]]:
    """The strokes of each row."""
    boxes = np.array(sorted((_box([stroke], pen_width) for stroke in strokes), key=lambda b: b[1]))
    lowest = np.maximum.accumulate(boxes[:, 3])
    begins = np.concatenate([[True], boxes[1:, 1] > lowest[:-1]])
    bands = np.split(boxes, np.flatnonzero(begins)[1:])
    found = rows.merge_bands(
        [(band[0, 1], band[:, 3].max()) for band in bands],
        [band[:, 2].max() - band[:, 0].min() for band in bands],
    )
    members = [[] for _ in found]
    for stroke in strokes:
        middle = (stroke[:, 1].min() + stroke[:, 1].max()) / 2
        members[int(np.argmax([middle <= bottom for _, bottom in found]))].append(stroke)
    return members


def _candidates(strokes, pen_width) -> list[Candidate]:
    """The likely ways to part a row into digits and signs."""
    left, top, right, bottom = _box(strokes, pen_width)
    frame = rows.frame(bottom - top, right - left)
    shift = np.array([rows.MARGIN, frame.above]) - frame.scale * np.array([left, top])
    placed = transform(strokes, np.eye(2) * frame.scale, shift)
    height = bottom - top
    thin = min(pen_width, MAX_PEN * height) if height > LINE * pen_width else pen_width
    row = _Row(pen_width * frame.scale, thin * frame.scale, frame.scale, np.tile(shift, 2))
    pixels = rasterize(placed, (segmenter.HEIGHT, frame.width), row.thin) / np.float32(255)
    alone = signs.alone(pixels)
    if alone is not None:
        return [Candidate(_marks(_taken_out(placed, alone)[0], row), 0.0)]
    dots = signs.stray_dots(pixels)
    if dots:
        kept = [not any(map(_is_in(stroke), dots)) for stroke in placed]
        return _candidates(list(compress(strokes, kept)), pen_width)
    signed = signs.find(pixels)
    found, rest = _taken_out(placed, signed)
    pixels = signs.without(pixels, signed)
    segmentation = segmenter.segment(pixels)
    votes = grouping.votes(segmentation)
    rest = [_resampled(stroke) for stroke in rest]
    candidates = []
    for middles, log_probability in grouping.partings(pixels, segmentation):
        digits = [[] for _ in middles]
        for stroke in rest:
            for number, piece in _pieces(stroke, votes, middles):
                digits[number].append(piece)
        groups = [*found, *((digit, "") for digit in digits if digit)]
        candidates.append(Candidate(_marks(groups, row), log_probability))
    return candidates


def _is_in(stroke) -> Callable[[signs.Sign], bool]:
    middle = stroke[:, 0].mean()
    return lambda sign: sign.first <= middle < sign.end


def _taken_out(strokes, signed) -> tuple[list[tuple[list[np.ndarray], str]], list[np.ndarray]]:
    """The strokes of each sign, with it, and all other strokes."""
    found = [([s for s in strokes if _is_in(s)(sign)], sign.sign) for sign in signed]
    return found, [s for s in strokes if not any(map(_is_in(s), signed))]


class _Row(NamedTuple):
    """How strokes were laid into a row of the segmenter."""

    pen_width: float  # in pixels of the row
    thin: float  # the width with which digits are drawn to be read, in pixels of the row
    scale: float  # pixels of the row for one of the canvas
    shift: np.ndarray  # float64 (4,): of a box, after scaling


def _marks(groups, row: _Row) -> list[Mark]:
    """A mark of each group of strokes, given with its sign or "", from left to right."""
    zoom = DIGIT_HEIGHT / rows.INK_HEIGHT
    marks = []
    for own, sign in groups:
        box = tuple(((_box(own, row.pen_width) - row.shift) / row.scale).tolist())
        marks.append(Mark(box, None if sign else _image(own, row.thin, zoom), sign))
    return sorted(marks, key=lambda mark: mark.box[0] + mark.box[2])


def _resampled(stroke) -> np.ndarray:
    """The stroke with points at most STEP apart, and its own."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    at = np.concatenate([[0.0], lengths.cumsum()])
    every = np.union1d(at, np.arange(0, at[-1], STEP))
    return np.stack([np.interp(every, at, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _pieces(points, votes, middles) -> list[tuple[int, np.ndarray]]:
    """The pieces of a stroke, each with the number of its digit.

    By dynamic programming (Viterbi): the votes of the pixels under its points, and a price for
    going over to another digit.
    """
    height, width = votes.shape
    x, y = points.astype(int).T
    voted = votes[y.clip(0, height - 1), x.clip(0, width - 1)]
    costs = np.minimum(np.abs(voted[:, None] - middles), MAX_DOUBT)
    whole = costs.sum(axis=0)
    if whole.min() <= costs.min(axis=1).sum() + CROSSING:  # no way with a crossing costs less
        return [(int(whole.argmin()), points)]
    total, came_from = costs[0], []
    for cost in costs[1:]:
        crossed = total.min() + CROSSING
        came_from.append(np.where(total <= crossed, np.arange(len(middles)), total.argmin()))
        total = np.minimum(total, crossed) + cost
    owners = [int(total.argmin())]
    for choice in reversed(came_from):
        owners.append(int(choice[owners[-1]]))
    owners = np.array(owners[::-1])
    cuts = np.flatnonzero(np.diff(owners)) + 1
    parts = np.split(points, cuts)
    return list(zip(owners[np.concatenate([[0], cuts])].tolist(), parts, strict=True))


def _image(strokes, pen_width, zoom) -> np.ndarray:
    """The strokes of a digit as an image: uint8 (28, 28)."""
    left, top, right, bottom = _box(strokes, pen_width)
    zoom = min(zoom, MAX_CANVAS / 2 / max(right - left, bottom - top))
    drawn = transform(strokes, np.eye(2) * zoom, (2 - left * zoom, 2 - top * zoom))
    canvas = (int((bottom - top) * zoom) + 5, int((right - left) * zoom) + 5)
    return ink_to_mnist(rasterize(drawn, canvas, pen_width * zoom))
