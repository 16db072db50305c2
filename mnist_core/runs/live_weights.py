"""The weights of a run in this moment: a file in its folder while it trains, read without Keras.

It is whole or not there, about a second old at most, and gone when the run has ended.
"""

import contextlib
import time
from collections.abc import Callable

import numpy as np

from mnist_core.network import keras_model, summary
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, npz_files
from mnist_core.system.npz_files import ArraySpec

NAME = "live_weights.npz"
INTERVAL = 1.0  # seconds between two files
MAX_SHARE = 0.01  # of the training's time that writing them may take


class LiveWeightsWriter:
    """Leaves a training's weights in its folder now and then; leaving the block removes them.

    Args:
        clock: seconds.
    """

    def __init__(self, run: Run, clock: Callable[[], float] = time.monotonic):
        self._path, self._clock = run.folder / NAME, clock
        self._next = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._path.unlink(missing_ok=True)

    def offer(self, model, step: int) -> None:
        """Write the weights of a Keras model after this step, unless it is too early for that.

        Where writing is slow it is done more rarely. Where it fails, nobody can watch; the training
        goes on.
        """
        began = self._clock()
        if began < self._next:
            return
        with contextlib.suppress(OSError):
            write(self._path, keras_model.weights(model), step)
        ended = self._clock()
        self._next = ended + max(INTERVAL, (ended - began) / MAX_SHARE)


def write(path, weights, step: int) -> None:
    """Put weights, as `summary.weight_shapes` names them, into a file, whole or not at all."""
    with atomic_files.replace(path) as part, part.open("wb") as file:
        np.savez(file, **{"step": np.array(step, np.float64)}, **weights)


def read(run: Run) -> tuple[InferenceNetwork, int] | None:
    """The network of a run in this moment, and the steps it has done; None where there is none.

    Raises:
        ValueError: its experiment can't be read.
    """
    network = run.experiment().network
    specs = {
        name: ArraySpec(shape, "float32") for name, shape in summary.weight_shapes(network).items()
    }
    try:
        arrays = npz_files.read(run.folder / NAME, specs | {"step": ArraySpec((), "float64")})
    except (ValueError, OSError):
        return None  # not yet, not any more, or not by this version
    step = int(arrays.pop("step"))
    return InferenceNetwork(network, arrays), step
