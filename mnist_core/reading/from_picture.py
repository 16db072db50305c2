"""A picture -> the digits on it."""

import numpy as np

from mnist_core.prediction import Classifier
from mnist_core.preprocess import canvas_ink, foreground, to_mnist
from mnist_core.preprocess.mnist_rule import ink_to_mnist
from mnist_core.reading import grouping, rows, segmenter, signs
from mnist_core.reading.result import Candidate, Mark, Reading, assemble, with_whole

FAINT = 0.1  # of the strongest ink: so faint pixels between two rows do not join them

# Share of the ink that may be as faint: a pen's soft edges have less, what was JPEG has more
MAX_FAINT = 0.1


def read(picture: np.ndarray, classifier: Classifier) -> Reading:
    """The digits of a picture: rows from top to bottom, each from left to right.

    A single digit is shown to the classifier as the command `predict` and an upload show it: the
    whole picture's ink, laid on a canvas. Where there is no digit the text has none: it is "-" or
    "." of a lone minus or point, else empty.

    Args:
        picture: as `to_mnist` takes it.
        classifier: any model; it reads each digit by itself.

    Raises:
        BlankPictureError: nothing is drawn on it.
        ValueError: it has another type, shape or size.
    """
    ink = _ink(picture)
    found = [_candidates(ink, *row) for row in _rows(ink)]
    if len(found) == 1:
        found = [with_whole(found[0], lambda: _image_of_all(picture))]
    # A photo's ink is smaller than the photo
    down, across = (whole / part for whole, part in zip(picture.shape, ink.shape, strict=False))
    reading = assemble(found, classifier)
    scale = (across, down, across, down)
    digits = [
        digit._replace(box=tuple(np.multiply(digit.box, scale).tolist()))
        for digit in reading.digits
    ]
    return reading._replace(digits=digits)


def _ink(picture) -> np.ndarray:
    """The ink of a picture; where its background is perfectly even, all that differs from it.

    Points and loose pieces of digits are no specks there.
    """
    ink = foreground.difference(picture)
    inked = np.count_nonzero(ink)
    faint = inked - np.count_nonzero(ink > FAINT * ink.max())
    edge = any(side.any() for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    even = 0 < inked <= ink.size / 2 and not edge and faint <= MAX_FAINT * inked
    return ink if even else foreground.extract(picture)


def _image_of_all(picture) -> np.ndarray:
    return to_mnist(canvas_ink.canvas_from_picture(picture))


def _rows(ink) -> list[tuple[int, int]]:
    """Where each row of digits begins and ends."""
    inked = ink > FAINT * ink.max()
    found = rows.bands(inked.any(axis=1))
    widths = []
    for first, end in found:
        columns = np.flatnonzero(inked[first:end].any(axis=0))
        widths.append(int(columns[-1] + 1 - columns[0]))
    return rows.merge_bands(found, widths)


def _candidates(ink, top, bottom) -> list[Candidate]:
    """The likely ways to part a row into digits and signs."""
    whole, ink = ink, ink[top:bottom]
    row = rows.to_row(ink)
    down, across = (
        ((np.arange(length) + 0.5 - start) * row.scale).astype(int).clip(0, most - 1)
        for length, start, most in zip(
            ink.shape, (row.top, row.left), row.pixels.shape, strict=True
        )
    )

    def candidate(parts, found, log_probability) -> Candidate:
        parts = [(part, "") for part in parts]
        parts += [((first <= across) & (across < end), sign) for sign, first, end in found]
        marks = [_mark(ink * part, top, sign) for part, sign in parts]
        marks = sorted(filter(None, marks), key=lambda mark: mark.box[0] + mark.box[2])
        return Candidate(marks, log_probability)

    found = signs.alone(row.pixels)
    if found is not None:
        return [candidate([], found, 0.0)]
    dots = signs.stray_dots(row.pixels)
    if dots:
        near = np.any([(d.first - 1 <= across) & (across <= d.end) for d in dots], axis=0)
        return _candidates(np.where(near, np.uint8(0), whole), top, bottom)
    found = signs.find(row.pixels)
    pixels = signs.without(row.pixels, found)
    segmentation = segmenter.segment(pixels)
    return [
        candidate(
            [part[:, across][down] for part in grouping.shares(segmentation, middles)],
            found,
            log_probability,
        )
        for middles, log_probability in grouping.partings(pixels, segmentation)
    ]


def _mark(own, top, sign) -> Mark | None:
    """The mark that a digit's or a sign's own ink is; None where it has none.

    Args:
        own: uint8, of the row's shape.
        top: of the row, in the picture.
        sign: or "" for a digit.
    """
    if not own.any():
        return None
    down, across = foreground.bounding_box(own)
    box = (int(across.start), int(top + down.start), int(across.stop), int(top + down.stop))
    return Mark(box, None if sign else ink_to_mnist(own[down, across]), sign)
