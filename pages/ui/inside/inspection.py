"""What every view of Inside shows a part of."""

from typing import NamedTuple

import numpy as np

from mnist_core.interpret.activations import Inspector, LayerActivation


class Inspection(NamedTuple):
    """A network, and what each of its layers makes of an image."""

    model: str  # its name
    inspector: Inspector
    image: np.ndarray | None  # uint8 (28, 28); None where there is nothing yet
    steps: list[LayerActivation]  # one for each layer; empty without an image
