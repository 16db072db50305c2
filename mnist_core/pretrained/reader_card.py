"""What is said of the reader: its data, how well it reads them, and what it reads badly."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation import metrics, test_sets
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import non_digits, rendering
from mnist_core.strokes.files import Drawing

MNIST_LICENCE = "CC BY-SA 3.0"
# What files of strokes are, by the beginning of their names: source and licence.
SOURCES = {
    "pendigits": ("UCI Pen-Based Recognition of Handwritten Digits", "CC BY 4.0"),
    "unipen": ("UNIPEN train_r01_v07, section 1a", "CC BY 4.0"),
}
NON_DIGITS = 2000
METHOD = (
    "Accuracy: the share read right, with its 95 % interval (Wilson). Drawings: each laid on a"
    " 280 x 280 canvas at a random place, 35 to 85 % of it in size, with a pen of 8 to 26 pixels,"
    " then MNIST's rule; `python -m mnist_core evaluate --data FILE.jsonl` does the same."
    " Calibration error: expected calibration error, 15 bins. Not sure: best guess under"
    f" {NOT_SURE_BELOW:.0%}."
)


class StrokeFile(NamedTuple):
    """A file of drawings, read."""

    path: Path
    drawings: list[Drawing]


def read(path: str | Path) -> StrokeFile:
    """A stroke file with what is in it; raises what `strokes.read` raises."""
    return StrokeFile(Path(path), stroke_files.read_drawings(path))


def describe(
    classifier: Classifier, mnist: Dataset, learned: list[StrokeFile], chosen_by: StrokeFile
) -> dict:
    """All that the card says of the reader beyond what every card says.

    Args:
        learned: the drawings it was trained on.
        chosen_by: drawings by other writers, by which its recipe was chosen.
    """
    unseen = test_sets.render_drawings(chosen_by.drawings, seed=0)
    figures = {"mnist test": _figures(classifier, mnist.test, seen=False)}
    figures[chosen_by.path.stem] = _figures(classifier, unseen, seen=False)
    for file in learned:
        digits = test_sets.render_drawings(file.drawings, seed=0)
        figures[file.path.stem] = _figures(classifier, digits, seen=True)
    return {
        "sources": [_mnist_source(mnist), *map(_source, learned), _source(chosen_by, "chosen by")],
        "figures": figures,
        "no_digits": _non_digit_figures(classifier),
        "reads_badly": _worst_confusions(classifier, chosen_by),
        "measured": METHOD,
    }


def _figures(classifier, digits: Digits, seen: bool) -> dict:
    found = metrics.evaluate(classifier, digits)._asdict()
    return found | {"seen_in_training": seen}


def _mnist_source(mnist) -> dict:
    return {
        "name": "MNIST, its 60,000 training images",
        "licence": MNIST_LICENCE,
        "digits": len(mnist.train.labels),
        "use": "learned",
    }


def _source(file: StrokeFile, use: str = "learned") -> dict:
    known = (of for start, of in SOURCES.items() if file.path.name.startswith(start))
    name, licence = next(known, ("not stated", "not stated"))
    return {
        "name": name,
        "file": file.path.name,
        "sha256": hashlib.sha256(file.path.read_bytes()).hexdigest(),
        "licence": licence,
        "digits": len(file.drawings),
        "writers": len({drawing.writer for drawing in file.drawings}),
        "use": use,
    }


def _non_digit_figures(classifier) -> dict:
    """How often what is no digit is left "not sure": kinds that training never showed."""
    kinds = {
        "letters and signs": non_digits.random_unseen_shape,
        "scribbles": non_digits.random_unseen_scribble,
    }
    return {
        kind: {
            "drawings": NON_DIGITS,
            "not_sure": float((_top_probabilities(classifier, draw) < NOT_SURE_BELOW).mean()),
        }
        for kind, draw in kinds.items()
    }


def _top_probabilities(classifier, draw):
    return classifier.probabilities(rendering.render_non_digits(NON_DIGITS, 1, draw)).max(axis=1)


def _worst_confusions(classifier, file: StrokeFile, most: int = 6) -> list[dict]:
    """The most frequent mistakes on drawings by unseen writers, each drawn five times."""
    counts = np.zeros((10, 10), int)
    for seed in range(5):
        digits = test_sets.render_drawings(file.drawings, seed)
        read_as = classifier.probabilities(digits.images).argmax(axis=1)
        counts += metrics.confusion_matrix(digits.labels, read_as)
    of_each = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    worst = np.argsort(-counts, axis=None)[:most]
    return [
        {
            "digit": int(at // 10),
            "read_as": int(at % 10),
            "share": float(counts.flat[at] / of_each[at // 10]),
        }
        for at in worst
        if counts.flat[at]
    ]
