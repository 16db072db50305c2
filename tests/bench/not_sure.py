"""Where "not sure" should begin: what each threshold answers, and how often rightly.

Draws every drawing of a stroke file at a random place, size and pen width, as on the Draw page,
and what is no digit: letters, signs and scribbles of kinds that the reader never learned from.

Run: python tests/bench/not_sure.py STROKES.jsonl [MODEL]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.evaluation import labelled_sets
from mnist_core.prediction import Classifier
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import non_digits, rendering

SEED = 0
COUNT = 1000  # of each kind that is no digit
KINDS = {
    "letters and signs": non_digits.random_unseen_shape,
    "scribbles": non_digits.random_unseen_scribble,
}
THRESHOLDS = [0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99]


def main():
    path, *model = sys.argv[1:]
    classifier = Classifier.load(*model)
    digits = labelled_sets.render_drawings(stroke_files.read_drawings(path), SEED)
    probabilities = classifier.probabilities(digits.images)
    correct = probabilities.argmax(axis=1) == digits.labels
    confidence = probabilities.max(axis=1)
    of_non_digits = {
        kind: classifier.probabilities(rendering.render_non_digits(COUNT, SEED, draw)).max(axis=1)
        for kind, draw in KINDS.items()
    }
    print(f"{len(correct)} drawings, {correct.mean():.2%} right; {COUNT} of each that is no digit")
    print("threshold  answered  right of those  right of the others", *KINDS, sep="  ")
    for threshold in THRESHOLDS:
        answered = confidence >= threshold
        doubts = " ".join(
            f"{(values < threshold).mean():16.1%}" for values in of_non_digits.values()
        )
        others = f"{correct[~answered].mean():.1%}" if (~answered).any() else "-"
        print(
            f"{threshold:9.2f} {answered.mean():9.2%} {correct[answered].mean():15.2%}"
            f" {others:>20}  {doubts}"
        )


if __name__ == "__main__":
    main()
