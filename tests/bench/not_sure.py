"""Where "not sure" should begin: what each threshold answers, and how often rightly.

Draws every drawing of a stroke file at a random place, size and pen width, as on the Draw page,
and what is no digit: letters, signs and scribbles of kinds that the reader never learned from.

Run: python tests/bench/not_sure.py STROKES.jsonl [MODEL]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.evaluation import test_sets
from mnist_core.prediction import Classifier
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import non_digits, rendering

SEED = 0
DOODLES = 1000
KINDS = {
    "letters and signs": non_digits.random_unseen_shape,
    "scribbles": non_digits.random_unseen_scribble,
}
THRESHOLDS = [0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99]


def main():
    path, *model = sys.argv[1:]
    classifier = Classifier.load(*model)
    digits = test_sets.render_drawings(stroke_files.read_drawings(path), SEED)
    probabilities = classifier.probabilities(digits.images)
    right = probabilities.argmax(axis=1) == digits.labels
    sure = probabilities.max(axis=1)
    sure_of = {
        kind: classifier.probabilities(rendering.render_non_digits(DOODLES, SEED, draw)).max(axis=1)
        for kind, draw in KINDS.items()
    }
    print(f"{len(right)} drawings, {right.mean():.2%} right; {DOODLES} of each that is no digit")
    print("threshold  answered  right of those  right of the others", *KINDS, sep="  ")
    for threshold in THRESHOLDS:
        answered = sure >= threshold
        doubts = " ".join(f"{(sure < threshold).mean():16.1%}" for sure in sure_of.values())
        others = f"{right[~answered].mean():.1%}" if (~answered).any() else "-"
        print(
            f"{threshold:9.2f} {answered.mean():9.2%} {right[answered].mean():15.2%}"
            f" {others:>20}  {doubts}"
        )


if __name__ == "__main__":
    main()
