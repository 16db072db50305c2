"""Which ink spoke for a digit, and which against: integrated gradients.

Why this method and not the plain gradient: the gradient says what a small change would do, also
where there is no ink; integrated gradients share out what the ink that is there has done. Along
the way from a black image to the drawing they add up each pixel's part in the change of the
logit, so the parts of all pixels sum to the whole change, and a pixel without ink has none.
Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017.
"""

from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import CLASSES

STEPS = 48  # on the way from black; the parts then sum to the change within about 2 %


class Saliency(NamedTuple):
    """What each pixel did for a digit."""

    attributions: np.ndarray  # float32 (28, 28): for it above 0, against it below
    change: float  # of the logit (or of its lead) from a black image to this one: sum of all parts


def integrated_gradients(inspector, image: np.ndarray, digit: int, against: int | None = None):
    """How much each pixel's ink raised the logit of `digit`, or its lead over `against`.

    Args:
        inspector: `inspection.Inspector`.
        image: uint8 (28, 28).
        against: another digit: the difference of the two logits is shared out.

    Returns:
        A Saliency.
    """
    asked = np.eye(CLASSES, dtype=np.float32)[digit]
    if against is not None:
        asked = asked - np.eye(CLASSES, dtype=np.float32)[against]
    x = image.astype(np.float32) / np.float32(255)
    shares = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS  # the middle of each stretch
    _, slopes = inspector.gradients(shares[:, None, None] * x, asked)
    ends, _ = inspector.gradients(np.stack([np.zeros_like(x), x]), asked)
    return Saliency(slopes.mean(axis=0) * x, float(ends[1] - ends[0]))
