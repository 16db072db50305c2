"""Which ten digits of a test set, one of each kind, networks learn one after the other.

`quick` with three seeds and LeNet train for two epochs; about every 1.15 times as many steps all
test images are read. An image is learned at the step from which it is read right to the end. Ten
steps, evenly apart on a logarithmic axis, get a digit each: those ten whose images were learned
nearest to their step by the network that is furthest from it.

python -m tests.bench.learning_order mnist
"""

import functools
import math
import sys

import numpy as np

from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.training import train

QUICK = [PRESETS["quick"].with_values({"recipe.seed": str(seed)}) for seed in (11, 12, 13)]
NETWORKS = [*QUICK, PRESETS["lenet"].with_values({"recipe.epochs": "2"})]
RATIO = 1.15  # of a step at which they are read to the one before
FIRST, LAST = 30, 700  # steps; before, a network knows a digit or two by chance


def learned_at(experiment, dataset) -> np.ndarray:
    """The step from which each test image is read right to the end; inf: never. float (n,)."""
    digits, right, steps = dataset.test, [], []

    def read(model, step):
        if not steps or step >= RATIO * steps[-1]:
            x = (digits.images[..., None] / np.float32(255)).astype(np.float32)
            steps.append(step)
            right.append(model.predict(x, batch_size=2000, verbose=0).argmax(1) == digits.labels)

    result = train(experiment, dataset, on_weights=read)
    read(result.model, math.inf)
    to_the_end = np.logical_and.accumulate(right[::-1])[::-1]  # (steps, n)
    return np.where(to_the_end.any(0), np.array(steps)[to_the_end.argmax(0)], np.inf)


def choose(learned: np.ndarray, labels: np.ndarray) -> list[tuple[int, int]]:
    """(image, step) for each digit, such that no image is far from its step in any network.

    Args:
        learned: float (networks, n).
    """
    rungs = np.geomspace(FIRST, LAST, 10)
    with np.errstate(invalid="ignore"):
        far = [np.abs(np.log(learned / rung)).max(0) for rung in rungs]  # (10, n)
    best = [[_nearest(distances, labels == digit) for distances in far] for digit in range(10)]

    @functools.cache
    def assign(digit: int, free: frozenset) -> tuple[float, tuple[int, ...]]:
        if digit == 10:
            return 0.0, ()
        options = []
        for rung in free:
            cost, others = assign(digit + 1, free - {rung})
            options.append((cost + best[digit][rung][0] ** 2, (rung, *others)))
        return min(options)

    _, order = assign(0, frozenset(range(10)))
    return [(best[d][rung][1], round(rungs[rung])) for d, rung in enumerate(order)]


def _nearest(distances, among) -> tuple[float, int]:
    images = np.flatnonzero(among)
    image = images[distances[images].argmin()]
    return float(distances[image]), int(image)


def main(name: str) -> None:
    """Print the ten, and when each network learned them."""
    dataset = loading.load(name)
    learned = np.stack([learned_at(e.with_values({"data": name}), dataset) for e in NETWORKS])
    for digit, (image, step) in enumerate(choose(learned, dataset.test.labels)):
        print(digit, image, step, learned[:, image].tolist(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
