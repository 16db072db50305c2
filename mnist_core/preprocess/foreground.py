"""Picture -> ink: what was drawn, whatever the colours, the polarity or the paper.

Ink is how far a pixel is from the background, and the background is what the border shows.
So dark on light, light on dark, red on green and opaque on transparent are all the same.
"""

import numpy as np
from PIL import Image, ImageFilter

MAX_SIDE = 8192  # a picture of this side and its square still fit in a few hundred MB
FAINT = 0.1  # of the strongest ink: the level that JPEG's ripples reach around a black line
# Share of the faint pixels that ripple: MNIST's images and pens 0, enlarged images up to 0.03,
# pictures that were JPEG 0.12 and more.
RIPPLES = 0.08
MIN_RIPPLES = 16  # pixels; fewer may be stray dots
PAPER_SIDE = 512  # pixels: enough for a digit on a photo, and averaging takes off noise


class BlankPictureError(ValueError):
    """Nothing is drawn on the picture."""

    def __init__(self):
        super().__init__("The picture is blank: nothing on it stands out from the background.")


def extract(picture: np.ndarray) -> np.ndarray:
    """What is drawn on a picture: uint8, 0 where there is none.

    On a clean background every grey level is kept. Ripples as JPEG leaves them are cut off. If
    hardly any pixel has the background's colour, it is a photo of paper: shadows are evened
    out, and the ink comes back at most 512 pixels wide or high.

    Args:
        picture: uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), sides 1 to 8192.

    Raises:
        BlankPictureError: all of it is background.
        ValueError: the picture has another type, shape or size.
    """
    validate_picture(picture)
    pixels = picture.reshape(*picture.shape[:2], -1)
    ink = _difference_from_background(pixels)
    if not ink.any():
        raise BlankPictureError
    if min(ink.shape) >= 64 and np.count_nonzero(ink) > 0.9 * ink.size:
        return _ink_of_photo(pixels[..., :3])
    floor = np.uint8(FAINT * ink.max())
    return np.maximum(ink, floor) - floor if _has_jpeg_ripples(ink, floor) else ink


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


def _difference_from_background(pixels):
    """How far each pixel is from the background: uint8 (H, W)."""
    if pixels.shape[2] < 4:
        return _from_background(pixels)
    alpha = pixels[..., 3]
    if alpha.min() == alpha.max():
        return _from_background(pixels[..., :3]) if alpha.flat[0] else np.zeros_like(alpha)
    if _median(_border(alpha)):  # half transparent all around: compare what a person sees
        visible = (pixels[..., :3] * (alpha[..., None] / np.float32(255))).round().astype(np.uint8)
        return _from_background(np.concatenate([visible, alpha[..., None]], axis=2))
    return _ink_of_patch(pixels) if _has_paper_patch(pixels) else alpha


def _from_background(pixels):
    """The largest difference of any channel: linear in how much of a pixel a pen covers."""
    ink = None
    for channel in np.moveaxis(pixels, 2, 0):
        background = _median(_border(channel))
        distance = np.maximum(channel, background) - np.minimum(channel, background)
        ink = distance if ink is None else np.maximum(ink, distance, out=ink)
    return ink


def _has_jpeg_ripples(ink, floor) -> bool:
    """Whether many of the faint pixels are small waves of their own, apart from any line."""
    padded = np.zeros((ink.shape[0] + 4, ink.shape[1] + 4), np.uint8)
    padded[2:-2, 2:-2] = ink
    faint = np.flatnonzero((padded > 0) & (padded <= floor))
    if faint.size < MIN_RIPPLES:
        return False
    faint = faint[:: -(-faint.size // 4000)]  # as good as all, and as quick on any picture
    row, levels = padded.shape[1], padded.ravel()
    around = [y * row + x for y in range(-2, 3) for x in range(-2, 3)]
    apart = levels[faint[:, None] + around].max(axis=1) <= floor
    level = levels[faint]
    across = (level > levels[faint - 1]) & (level > levels[faint + 1])
    down = (level > levels[faint - row]) & (level > levels[faint + row])
    ripples = np.count_nonzero(apart & (across | down))
    return ripples >= max(MIN_RIPPLES, RIPPLES * faint.size)


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


def _ink_of_patch(pixels):
    opaque = pixels[..., 3] > 127
    box = bounding_box(opaque)
    pixels, opaque = pixels[box], opaque[box]
    edge = _border(opaque)
    paper = [_median(_border(pixels[..., i])[edge]) for i in range(3)]
    return _from_background(np.where(opaque[..., None], pixels[..., :3], np.array(paper)))


def _ink_of_photo(pixels):
    """Ink on a photo of paper: what differs from smooth shading by more than the noise."""
    factor = -(-max(pixels.shape[:2]) // PAPER_SIDE)
    channels = (Image.fromarray(channel).reduce(factor) for channel in np.moveaxis(pixels, 2, 0))
    channels = (np.asarray(channel, np.float32) for channel in channels)
    flat = max((channel - _shading(channel) for channel in channels), key=_contrast)
    if abs(np.percentile(flat, 0.5)) > abs(np.percentile(flat, 99.5)):
        flat = -flat
    marks = Image.fromarray(np.clip(flat, 0, 255).astype(np.uint8))
    marks = np.asarray(marks.filter(ImageFilter.MedianFilter(3)))  # specks
    threshold = _otsu_threshold(marks)
    above = marks[marks > threshold]
    noise = 1.48 * np.median(np.abs(flat))  # the standard deviation, if most of it is paper
    if not above.size or (peak := np.percentile(above, 90)) < max(12, 6 * noise):
        raise BlankPictureError
    floor = threshold / 2
    return np.clip((marks - floor) * (255 / (peak - floor)), 0, 255).astype(np.uint8)


def _contrast(flat):
    return np.ptp(np.percentile(flat, [0.5, 99.5]))


def _shading(channel):
    """The paper's brightness everywhere: a quadratic surface through what is not ink."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in channel.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).astype(np.float32)
    step = max(1, min(channel.shape) // 64)
    basis = terms[::step, ::step].reshape(-1, 6)
    values = channel[::step, ::step].ravel()
    keep = np.full(values.shape, True)
    for _ in range(6):  # each time the ink shows more clearly, and is left out
        factors = np.linalg.lstsq(basis[keep], values[keep], rcond=None)[0]
        errors = np.abs(values - basis @ factors)
        keep = errors <= max(3.0, 2.5 * np.median(errors))
    return terms @ factors


def _otsu_threshold(marks):
    """The level that splits the pixels into the two most different groups."""
    counts = np.bincount(marks.ravel(), minlength=256).astype(float)
    levels = np.arange(256)
    below, sums = counts.cumsum(), (counts * levels).cumsum()
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
        return int(np.nanargmax(below * above * gap**2))
