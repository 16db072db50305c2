"""What every view of Inside shows a part of."""

from typing import NamedTuple

import numpy as np

from mnist_core.interpret.activations import LayerActivation
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs.run import Run


class Inspection(NamedTuple):
    """A network, and what each of its layers makes of an image."""

    model: Run
    network: InferenceNetwork
    image: np.ndarray | None  # uint8 (28, 28); None where there is nothing yet
    steps: list[LayerActivation]  # one for each layer; empty without an image
    probabilities: np.ndarray | None  # float32 (10,), the model's answer; None without an image
    views: int = 1  # how often the model looks at the image; `steps` are of the first time
