"""Our training step against Keras' `fit` on the same network and images, in one process.

MNIST_PATH=... python tests/bench/training.py [PRESET]

Also what `training.duration` estimates for the same epoch.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from mnist_core.data import loading, types
from mnist_core.presets import PRESETS
from mnist_core.training import duration, loop, train_step

IMAGES, ROUNDS = 12_800, 5


def ours(experiment, digits):
    """A function that trains one epoch step by step."""
    step = train_step.compile_train_step(loop.compile_model(experiment), experiment.recipe)
    size = experiment.recipe.batch_size
    labels = digits.labels.astype("int32")

    def epoch():
        for number in range(len(labels) // size):
            batch = slice(number * size, (number + 1) * size)
            float(step(digits.images[batch], labels[batch], 0.001, number)[0])

    return epoch


def keras_fit(experiment, digits, **compiling):
    """A function that trains one epoch by `fit`."""
    model = loop.compile_model(experiment)
    loss = "sparse_categorical_crossentropy"
    model.compile(model.optimizer, loss, metrics=["accuracy"], **compiling)
    x = digits.images[..., None] / 255.0
    size = experiment.recipe.batch_size
    return lambda: model.fit(x, digits.labels, batch_size=size, verbose=0, shuffle=False)


def main(name="lenet"):
    """Print images per second and ratios; the methods take turns, so that noise hits all."""
    experiment = PRESETS[name]
    digits = types.subset(loading.load("mnist").train, IMAGES, seed=0)
    methods = {
        "our step": ours(experiment, digits),
        "fit": keras_fit(experiment, digits),
        "fit, 16 steps per execution": keras_fit(experiment, digits, steps_per_execution=16),
    }
    seconds = {method: [] for method in methods}
    for number in range(ROUNDS + 1):
        for method, epoch in methods.items():
            began = time.perf_counter()
            epoch()
            if number:  # the first compiles
                seconds[method].append(time.perf_counter() - began)
    base = statistics.median(seconds["our step"])
    for method, measured in seconds.items():
        median = statistics.median(measured)
        print(
            f"{method:30} {IMAGES / median:8,.0f} images/s  {base / median:.2f} of our step's speed"
        )
    estimate = duration.epoch_seconds(experiment.with_values({"recipe.validation": "none"}))
    print(f"{'estimate':30} {60_000 / estimate:8,.0f} images/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
