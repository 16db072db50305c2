"""What happens to a drawing before a network sees it."""

import numpy as np

from mnist_core.preprocess import foreground, mnist_rule

RULE_STEPS = (
    "Cut out the ink, as tightly as it goes.",
    "Widen it to a square. Nothing is stretched.",
    "Shrink it to 20 × 20 and make the brightest pixel white.",
    "Lay it in 28 × 28, with its centre of mass in the middle.",
)
RULE_OFF = "The rule is off: all of the canvas is shrunk to 28 × 28."


def preprocess(picture: np.ndarray, by_rule: bool) -> list[tuple[str, np.ndarray]]:
    """What happens to a picture, and what it looks like then.

    Returns:
        A sentence and a uint8 (h, w) for each step; the last is the image. Of an empty canvas
        nothing.
    """
    try:
        if not by_rule:
            return [(RULE_OFF, mnist_rule.resize_whole(picture))]
        _, *pictures = mnist_rule.preprocessing_steps(picture)
    except foreground.BlankPictureError:
        return []
    return list(zip(RULE_STEPS, pictures, strict=True))


def image_of(picture: np.ndarray, by_rule: bool) -> np.ndarray | None:
    """The last of the steps: uint8 (28, 28), or None."""
    steps = preprocess(picture, by_rule)
    return steps[-1][1] if steps else None
