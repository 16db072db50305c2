"""Inside's smallest flips and look-alikes: how long they take, and whether they are the true ones.

    python tests/bench/inside.py [flips|nearest] [digits]

For both models that ship, on MNIST's first test digits. flips: seconds by the search and by reading
every shift and rotation, in turns. nearest: how often the twelve nearest by the index that ships
are the twelve nearest of all 60,000 embeddings, which takes minutes to compute.
"""

import math
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core.data import loading
from mnist_core.evaluation import perturbations
from mnist_core.interpret import activations, index_file, nearest, smallest_flip
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from tests.bench import report

HALVES = np.arange(-8, 8.5, 0.5)
SHIFTS = [(x, y) for x in HALVES for y in HALVES if 0 < math.hypot(x, y) <= 8]
ANGLES = [sign * angle for angle in range(1, 91) for sign in (1, -1)]
NEAREST = 12


def search(classifier, image) -> tuple:
    """The sizes of the smallest shift and rotation that flip; None where none does."""
    shift = smallest_flip.smallest_shift(classifier, image)
    rotation = smallest_flip.smallest_rotation(classifier, image)
    return shift and math.hypot(shift.right, shift.down), rotation and abs(rotation.rotation)


def try_all(classifier, image) -> tuple:
    """The same, by reading every image."""
    moved = [perturbations.translate(image[None], *shift) for shift in SHIFTS]
    turned = [perturbations.rotate(image[None], angle) for angle in ANGLES]
    before = classifier.probabilities(image[None])[0].argmax()
    sizes = []
    for images, of in ((moved, np.hypot(*np.transpose(SHIFTS))), (turned, np.abs(ANGLES))):
        flipped = classifier.probabilities(np.concatenate(images)).argmax(axis=1) != before
        sizes.append(min(of[flipped], default=None))
    return tuple(sizes)


def measure_flips(name: str, classifier, images) -> None:
    """Time both on each image, in turns, and compare what they find."""
    seconds, same = {search: [], try_all: []}, 0
    for image in images:
        found = []
        for find in seconds:
            start = time.perf_counter()
            found.append(find(classifier, image))
            seconds[find].append(time.perf_counter() - start)
        same += found[0] == found[1]
    print(f"{name}: {same} of {len(images)} smallest flips are those of all readings")
    goal = "at most 1" if name == model_store.READER else ""
    report.figure(f"smallest flips, {name}", statistics.median(seconds[search]), "s", goal)
    report.figure(f"smallest flips, {name}, the worst", max(seconds[search]), "s")
    report.figure(f"by all readings, {name}", statistics.median(seconds[try_all]), "s")


def measure_nearest(name: str, network, dataset, images) -> None:
    """Compare the nearest by the index with those of all embeddings."""
    index = index_file.read(model_store.find(name), dataset, network)
    embeddings = activations.embeddings(network, dataset.train.images)
    same, seconds = 0, []
    for image in images:
        vector = activations.embeddings(network, image[None])
        wanted = np.argsort(np.linalg.norm(embeddings - vector, axis=1), kind="stable")[:NEAREST]
        start = time.perf_counter()
        found = nearest.nearest_neighbours(index, network, dataset.train.images, image, NEAREST)
        seconds.append(time.perf_counter() - start)
        same += [neighbour.number for neighbour in found] == wanted.tolist()
    print(f"{name}: {same} of {len(images)} times the twelve nearest are those of all embeddings")
    report.figure(f"look-alikes, {name}", statistics.median(seconds), "s", "at most 1")


def main(what: str = "flips", count: str = "20") -> None:
    dataset = loading.load("mnist")
    images = dataset.test.images[: int(count)]
    for name in model_store.SHIPPED:
        classifier = Classifier.load(name)
        if what == "flips":
            measure_flips(name, classifier, images)
        else:
            measure_nearest(name, classifier.network, dataset, images)


if __name__ == "__main__":
    main(*sys.argv[1:])
