"""Which ink speaks for a digit, and which against it: integrated gradients.

Why this method and not the plain gradient: the gradient says what a small change would do, also
where there is no ink; integrated gradients attribute the logit to the ink that is there. From a
black image to the drawing they add up each pixel's part in the change of the logit, so the
attributions of all pixels sum to the whole change, and a pixel without ink has none.
Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017.
"""

from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import CLASSES
from mnist_core.network.inference import InferenceNetwork, to_input

STEPS = 48  # from black to the image; the sum then misses the change by at most about 2 %


class Saliency(NamedTuple):
    """The attribution of a logit, or of the difference of two, to the pixels."""

    attributions: np.ndarray  # float32 (28, 28): above 0 for the digit, below 0 against it
    change: float  # of the logit (or the difference) from a black image: the attributions' sum


def integrated_gradients(
    network: InferenceNetwork, image: np.ndarray, digit: int, against: int | None = None
) -> Saliency:
    """How much each pixel's ink raised the logit of `digit`, or its lead over that of `against`.

    Args:
        image: uint8 (28, 28).
        against: another digit: the difference of the two logits is attributed.
    """
    logit_weights = np.eye(CLASSES, dtype=np.float32)[digit]
    if against is not None:
        logit_weights = logit_weights - np.eye(CLASSES, dtype=np.float32)[against]
    x = to_input(image[None])
    scales = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS  # the middle of each step
    _, gradients = network.gradients(scales[:, None, None, None] * x, logit_weights)
    ends, _ = network.gradients(np.concatenate([np.zeros_like(x), x]), logit_weights)
    return Saliency((gradients.mean(axis=0) * x[0])[..., 0], float(ends[1] - ends[0]))
