"""What is known of the paper on a photo or scan: its colour, its lines, whether it is blank.

The paper's colour is the median of its surroundings, which follows shadows and straight edges and
leaves out pens; or one colour, where the light is even.
"""

import cv2
import numpy as np

SIDE = 288  # pixels: over ten times what an image keeps, and averaging takes off noise
WINDOWS = (0.3, 0.7)  # of the longer side: wider than two pens, and for bold ones
NOISES = 5  # standard deviations of noise: more than it reaches
EDGES = 4  # times the median of all edges; of noise alone the strongest have 3.2
LINE = 5  # pixels: printed lines are thinner
FINE = 20  # times that: on a smaller picture a pen is as thin
MIN_LINE = 5  # grey levels: the contrast of a pale one
LINE_LENGTH = 0.4  # of the shorter side: at least so long a piece of a line is one
DARKER = 1.25  # times the contrast of the lines: it is a pen's
MIN_LINES = 2  # times the longer side, all together: more than straight strokes of one digit


def shrink(pixels: np.ndarray) -> np.ndarray:
    """A picture at most 320 pixels wide and high: uint8 (h, w, channels)."""
    factor = SIDE / max(pixels.shape[:2])
    if factor < 1:
        size = [max(1, round(side * factor)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return pixels.reshape(*pixels.shape[:2], -1)


def without_lines(pixels: np.ndarray) -> np.ndarray:
    """A picture without the printed lines of its paper, or itself if there are none.

    Takes and returns uint8 (h, w, channels).
    """
    if min(pixels.shape[:2]) < FINE * LINE:
        return pixels
    grey = pixels.min(axis=2)
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((LINE, LINE)))
    thin = cv2.GaussianBlur(hat, (0, 0), 0.7) > max(MIN_LINE, NOISES * noise_of(hat))
    least = LINE_LENGTH * min(thin.shape)
    segments = cv2.HoughLinesP(
        thin.astype(np.uint8), 1, np.pi / 180, int(0.8 * least), None, least, LINE
    )
    lines = np.zeros(thin.shape, np.uint8)
    for left, top, right, bottom in np.reshape([] if segments is None else segments, (-1, 4)):
        cv2.line(lines, (left, top), (right, bottom), 1, LINE)
    if lines.sum() < MIN_LINES * LINE * max(lines.shape):
        return pixels
    lines &= thin & (hat <= DARKER * np.percentile(hat[(lines > 0) & thin], 90))
    return cv2.inpaint(pixels, lines, LINE, cv2.INPAINT_TELEA).reshape(pixels.shape)


def stands_out(pixels: np.ndarray) -> bool:
    """Whether any edge on a picture is more than noise and shading."""
    edges = edges_of(cv2.GaussianBlur(pixels.max(axis=2).astype(np.float32), (0, 0), 1.5))
    return bool(np.percentile(edges, 99.9) > EDGES * np.median(edges) + 0.5)


def colours(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the paper's colour may be if the light is even: float32 (channels,) each."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    whole = pixels.reshape(-1, pixels.shape[2])
    return tuple(np.median(part, axis=0).astype(np.float32) for part in (edge, whole))


def share(pixels: np.ndarray, colour: np.ndarray) -> float:
    """The share of the pixels that have exactly this colour."""
    return float((pixels == colour).all(axis=2).mean())


def surroundings(pixels: np.ndarray) -> list[np.ndarray]:
    """What it may be everywhere if the light is not: float32 (h, w, channels) each."""
    return [_surroundings(pixels, window) for window in WINDOWS]


def _surroundings(pixels, window):
    """The median of each pixel's surroundings."""
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // 80)
    size = (-(-width // step), -(-height // step))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    reach = int(window * max(size)) // 2  # mirrored there, or a frame would be all that is around
    small = cv2.copyMakeBorder(small, *[reach] * 4, cv2.BORDER_REFLECT)
    paper = cv2.medianBlur(small, 2 * reach + 1)[reach : reach + size[1], reach : reach + size[0]]
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return paper.reshape(pixels.shape).astype(np.float32)


def edges_of(levels):
    """How steep levels are: float32 (h, w), a pixel."""
    return np.hypot(*(cv2.Scharr(levels, cv2.CV_32F, i, 1 - i) for i in (0, 1))) / 32


def noise_of(distance):
    """The standard deviation of the noise, if most of it is paper."""
    return 1.48 * float(np.median(distance))
