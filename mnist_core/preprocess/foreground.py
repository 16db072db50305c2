"""Picture -> ink: what was drawn, whatever the colours, the polarity or the paper.

Ink is how far a pixel is from the background, and the background is what the border shows.
So dark on light, light on dark, red on green and opaque on transparent are all the same.
"""

import numpy as np
from PIL import Image

MAX_SIDE = 8192  # a picture of this side and its square still fit in a few hundred MB
FAINT = 0.1  # of the strongest ink: the level that JPEG's ripples reach around a black line
# Shares of its bounding box that a sheet of paper fills, and a drawing doesn't: a dot fills 0.8.
SHEET, PALE_SHEET = 0.85, 0.5
LONG = 3  # times as long as wide is no sheet, but a 1
FULL = 0.6  # of the strongest ink: no edge, and not pale


class BlankPictureError(ValueError):
    """Nothing is drawn on the picture."""

    def __init__(self):
        super().__init__("The picture is blank: nothing on it stands out from the background.")


class UnclearPictureError(ValueError):
    """Something is on the picture, but which of it is ink can't be told."""

    def __init__(self):
        super().__init__(
            "The picture must be of ink with paper all around it, in focus and in even light."
            " Received: a picture on which no ink can be told from the rest"
        )


def extract(picture: np.ndarray) -> np.ndarray:
    """What is drawn on a picture: uint8, 0 where there is none.

    On a clean background every grey level is kept. Of anything else, such as a photo of paper, the
    marks that the paper encloses come back (see `paper`), at most 288 pixels wide and high.

    Args:
        picture: uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), sides 1 to 8192.

    Raises:
        BlankPictureError: all of it is background.
        UnclearPictureError: something is on it, but what of it is ink can't be told.
        ValueError: the picture has another type, shape or size.
    """
    validate_picture(picture)
    visible = _visible(picture.reshape(*picture.shape[:2], -1))
    ink = _from_background(visible)
    if not ink.any():
        raise BlankPictureError
    return ink if _is_clean_drawing(ink) else _ink_on_paper(visible, ink)


def difference(picture: np.ndarray) -> np.ndarray:
    """How far each pixel is from the background at the border: uint8 (H, W). Takes the same."""
    validate_picture(picture)
    return _from_background(_visible(picture.reshape(*picture.shape[:2], -1)))


def validate_picture(picture) -> None:
    """Refuse what is not a picture, saying what one is.

    Raises:
        ValueError: says what was expected and what came.
    """
    expected = "A picture must be a uint8 array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
    if not isinstance(picture, np.ndarray):
        raise ValueError(f"{expected}. Received: {type(picture).__name__}")
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise ValueError(f"{expected}. Received: {picture.dtype} {picture.shape}")
    if not all(1 <= side <= MAX_SIDE for side in picture.shape[:2]):
        raise ValueError(f"{expected} with sides 1 to {MAX_SIDE}. Received: {picture.shape}")


def bounding_box(ink) -> tuple[slice, slice]:
    """The tight bounding box of all that is not 0."""
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _visible(pixels):
    """What a person sees, transparency put into colours: uint8 (H, W, 1, 3 or 4)."""
    if pixels.shape[2] < 4:
        return pixels
    alpha = pixels[..., 3:]
    if alpha.min() == alpha.max():
        return pixels[..., :3] if alpha.flat[0] else alpha
    if _median(_border(alpha[..., 0])):  # half transparent all around
        colours = (pixels[..., :3] * (alpha / np.float32(255))).round().astype(np.uint8)
        return np.concatenate([colours, alpha], axis=2)
    return _paper_patch(pixels) if _has_paper_patch(pixels) else alpha


def _from_background(pixels, colour=None):
    """The largest difference of any channel: linear in how much of a pixel a pen covers."""
    ink = None
    for number, channel in enumerate(np.moveaxis(pixels, 2, 0)):
        background = _median(_border(channel)) if colour is None else np.uint8(colour[number])
        distance = np.maximum(channel, background) - np.minimum(channel, background)
        ink = distance if ink is None else np.maximum(ink, distance, out=ink)
    return ink


def _is_clean_drawing(ink) -> bool:
    """Whether all that is not background is a drawing: nothing at the edge, nothing apart."""
    box = ink[bounding_box(ink)]
    if ink.shape[0] == ink.shape[1] and 28 * max(box.shape) == 20 * len(ink):
        return True  # one of MNIST's images, or one enlarged
    if _border(ink).any() or _has_ripples(box):
        return False
    drawn = box[box > FAINT * box.max()]
    sheet = PALE_SHEET if _median(drawn) < FULL * box.max() else SHEET
    is_sheet = drawn.size > sheet * box.size and max(box.shape) < LONG * min(box.shape)
    return bool(box.any(axis=0).all() and box.any(axis=1).all() and not is_sheet)


def _has_ripples(box) -> bool:
    """Whether levels waver at a side of the box before they are strong: no soft edge does."""
    sides = (box.max(axis=1), box.max(axis=0))
    return not all(_rises(levels[::step]) for levels in sides for step in (1, -1))


def _rises(levels) -> bool:
    start = levels[: np.argmax(levels > FAINT * levels.max()) + 1]
    return bool((start[1:] >= start[:-1]).all())


def _ink_on_paper(visible, ink):
    from mnist_core.preprocess import marks, paper  # late: they load OpenCV

    seen = paper.shrink(visible)
    clean = 2 * np.count_nonzero(ink) <= ink.size or not _border(ink).any()
    if not (clean or paper.stands_out(seen)):
        raise BlankPictureError
    small = paper.without_lines(seen)
    candidates = marks.find_marks(small)
    if not candidates or marks.is_speck(candidates[0]):
        candidates = marks.find_marks(small, whole=True) or candidates
    if not candidates:
        if clean:
            return ink
        raise UnclearPictureError
    best = candidates[0]
    near = marks.grown(best)
    if best.colour is None or (small != seen)[near].any():
        return marks.ink_of(best)
    ink = _from_background(visible, best.colour)
    mask = Image.fromarray(near).resize(ink.shape[::-1])
    floor = np.uint8(FAINT * ink.max() if marks.has_ripples(best, FAINT) else 0)
    return (np.maximum(ink, floor) - floor) * np.asarray(mask)


def _border(channel):
    return np.concatenate([channel[0], channel[-1], channel[:, 0], channel[:, -1]])


def _median(values):
    """The median as one of the values, so that a clean background comes out exactly."""
    rank = (values.size - 1) // 2
    return np.partition(values, rank)[rank]


def _has_paper_patch(pixels) -> bool:
    """Whether there is paper on the transparent ground: a full area in different colours."""
    opaque = pixels[..., 3] > 127
    if not opaque.any():
        return False
    box = bounding_box(opaque)
    if np.count_nonzero(opaque) < 0.6 * opaque[box].size:
        return False
    return int(np.ptp(pixels[opaque][:, :3], axis=0).max()) > 63


def _paper_patch(pixels):
    """The patch alone; what is transparent in its box gets the paper's colour."""
    opaque = pixels[..., 3] > 127
    box = bounding_box(opaque)
    pixels, opaque = pixels[box], opaque[box]
    edge = _border(opaque)
    paper = [_median(_border(pixels[..., i])[edge]) for i in range(3)]
    return np.where(opaque[..., None], pixels[..., :3], np.array(paper))
