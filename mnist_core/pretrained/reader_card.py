"""The reader's card: its data, its metrics on them, and what it reads badly."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation import labelled_sets, metrics
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import non_digits, rendering
from mnist_core.strokes.files import Drawing

MNIST_LICENCE = "CC BY-SA 3.0"
# By the beginning of a stroke file's name: source and licence.
SOURCES = {
    "pendigits": ("UCI Pen-Based Recognition of Handwritten Digits", "CC BY 4.0"),
    "unipen": ("UNIPEN train_r01_v07, section 1a", "CC BY 4.0"),
}
NON_DIGITS = 2000  # drawn of each kind, to see how often the reader is not sure
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


def read_stroke_file(path: str | Path) -> StrokeFile:
    """A stroke file with its drawings; raises what `strokes.files.read_drawings` raises."""
    return StrokeFile(Path(path), stroke_files.read_drawings(path))


def describe_reader(
    classifier: Classifier, mnist: Dataset, learned: list[StrokeFile], chosen_by: StrokeFile
) -> dict:
    """What the reader's card has beyond what every card has.

    Args:
        learned: the drawings it was trained on.
        chosen_by: drawings by other writers, by which its recipe was chosen.
    """
    figures = {"mnist test": _figures(classifier, mnist.test, seen=False)}
    for file in (chosen_by, *learned):
        digits = labelled_sets.render_drawings(file.drawings, seed=0)
        figures[file.path.stem] = _figures(classifier, digits, seen=file is not chosen_by)
    return {
        "sources": [_mnist_source(mnist), *map(_source, learned), _source(chosen_by, "chosen by")],
        "figures": figures,
        "no_digits": _non_digit_figures(classifier),
        "reads_badly": worst_confusions(classifier, chosen_by.drawings),
        "measured": METHOD,
    }


def _figures(classifier, digits: Digits, seen: bool) -> dict:
    return metrics.evaluate(classifier, digits)._asdict() | {"seen_in_training": seen}


def _mnist_source(mnist) -> dict:
    return {
        "name": "MNIST, its 60,000 training images",
        "licence": MNIST_LICENCE,
        "digits": len(mnist.train.labels),
        "use": "learned",
    }


def _source(file: StrokeFile, use: str = "learned") -> dict:
    known = (source for start, source in SOURCES.items() if file.path.name.startswith(start))
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
    """How often non-digits are left "not sure": of kinds that training never showed."""
    kinds = {
        "letters and signs": non_digits.random_unseen_shape,
        "scribbles": non_digits.random_unseen_scribble,
    }
    figures = {}
    for kind, draw in kinds.items():
        images = rendering.render_non_digits(NON_DIGITS, 1, draw)
        not_sure = classifier.probabilities(images).max(axis=1) < NOT_SURE_BELOW
        figures[kind] = {"drawings": NON_DIGITS, "not_sure": float(not_sure.mean())}
    return figures


def worst_confusions(classifier, drawings: list[Drawing], most: int = 6) -> list[dict]:
    """The most frequent mistakes on drawings, each rendered five times."""
    matrix = np.zeros((10, 10), int)
    for seed in range(5):
        digits = labelled_sets.render_drawings(drawings, seed)
        predicted = classifier.probabilities(digits.images).argmax(axis=1)
        matrix += metrics.confusion_matrix(digits.labels, predicted)
    return [
        {
            "digit": confusion.digit,
            "read_as": confusion.read_as,
            "share": float(confusion.count / matrix[confusion.digit].sum()),
        }
        for confusion in metrics.top_confusions(matrix, most)
    ]
