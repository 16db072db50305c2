"""Where "not sure" should begin: what each threshold answers, and how often rightly.

Draws every drawing of a stroke file at a random place, size and pen width, as on the Draw page,
and scribbles that are no digit.

Run: python tests/bench/not_sure.py STROKES.jsonl [MODEL]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core import evaluation, preprocess, strokes
from mnist_core.prediction import Classifier

SEED = 0
SCRIBBLES = 500
THRESHOLDS = [0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99]


def scribble(dice: np.random.Generator) -> list[np.ndarray]:
    """One to three strokes that wander at random."""
    return [
        np.cumsum(dice.normal(0, 12, (2, 40)).cumsum(axis=1) * 0.2 + dice.normal(0, 20), axis=1).T
        + dice.uniform(0, 200, 2)
        for _ in range(dice.integers(1, 4))
    ]


def scribble_images() -> np.ndarray:
    """uint8 (SCRIBBLES, 28, 28)."""
    images = []
    for number in range(SCRIBBLES):
        dice = np.random.default_rng([SEED, number])
        images.append(preprocess.to_mnist(evaluation.picture_of(scribble(dice), dice)))
    return np.array(images)


def main():
    path, *model = sys.argv[1:]
    classifier = Classifier.load(*model)
    digits = evaluation.stroke_digits(strokes.read(path), SEED)
    probabilities = classifier.probabilities(digits.images)
    right = probabilities.argmax(axis=1) == digits.labels
    sure = probabilities.max(axis=1)
    sure_of_scribbles = classifier.probabilities(scribble_images()).max(axis=1)
    print(f"{len(right)} drawings, {right.mean():.2%} right; {SCRIBBLES} scribbles")
    print("threshold  answered  right of those  right of the others  scribbles not sure")
    for threshold in THRESHOLDS:
        answered = sure >= threshold
        others = f"{right[~answered].mean():.1%}" if (~answered).any() else "-"
        print(
            f"{threshold:9.2f} {answered.mean():9.2%} {right[answered].mean():15.2%}"
            f" {others:>20} {(sure_of_scribbles < threshold).mean():19.1%}"
        )


if __name__ == "__main__":
    main()
