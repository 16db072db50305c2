"""Whether an image shows a mere dot, which a network takes for a 0: it has learned from no dots."""

import numpy as np

INK = 40  # grey levels; fainter pixels are a stroke's blurred edge
# A round blob fills pi / 4 of its bounding box and is as wide as high. So compact are 3 of MNIST's
# 10,000 test images (tests/preprocess/test_dot.py), and none of the built-in ones.
MIN_FILL = 0.66
MAX_ELONGATION = 1.35
MIN_SIDE = 6  # pixels; of something smaller the form can't be seen


def is_dot(image: np.ndarray) -> bool:
    """Whether the ink of an image is one blob without a form: a touch of the pen.

    Args:
        image: uint8 (28, 28), ink bright on 0.
    """
    inked = image > INK
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not rows.size:
        return False
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return min(box.shape) >= MIN_SIDE and is_compact(box / np.float32(255))


def is_compact(box: np.ndarray) -> bool:
    """Whether ink is about as wide as high and fills its box as a blob does.

    Args:
        box: float32 (h, w), the tight box of the ink, up to 1 on 0.
    """
    short, long = sorted(box.shape)
    return bool(long < MAX_ELONGATION * short and box.mean() > MIN_FILL)
