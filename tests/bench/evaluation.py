"""How long a test takes: LeNet on MNIST's 10,000 test images, and all curves of the moved set.

    python tests/bench/evaluation.py [MODEL]

In a home of its own, so that nothing is there yet. The page's figures are all that Evaluate shows
without the robustness curves: answers, measures, matrix, each digit's figures, calibration, the
images of the commonest mistake, and the figures as Plotly draws them.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core import (
    browse,
    data,
    evaluation,
    evaluation_figures,
    models,
    reports,
    robustness,
)


def page(model: str, test: reports.Exam) -> None:
    """Everything that the page shows of a model, as it computes it."""
    labels, found = test.digits.labels, reports.answers(model, test)
    evaluation.measured(found.probabilities, labels)
    read = browse.readings(found.probabilities)
    matrix = evaluation.confusion_matrix(labels, read.digits)
    evaluation.per_class(matrix)
    browse.misread(labels, read, 4, 9)
    evaluation_figures.confusion(matrix)
    curve = evaluation.reliability(found.probabilities, labels)
    evaluation_figures.reliability({model: curve})


def timed(words: str, call, *arguments) -> None:
    """Call and print how long it took."""
    start = time.perf_counter()
    call(*arguments)
    print(f"{time.perf_counter() - start:7.2f} s  {words}", flush=True)


def main(model: str = models.CLASSIC) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_CORE_HOME"] = home
        digits = data.load("mnist").test
        test = reports.exam(digits)
        timed(
            f"the figures of {model}, TensorFlow's import and loading included", page, model, test
        )
        for kept in Path(home).rglob("*.npz"):
            kept.unlink()
        timed("the figures, once the model is loaded", page, model, test)
        timed("the figures, from what is kept", page, model, test)
        timed("the robustness curves", robustness.measure, model, test)
        timed("the robustness curves, from what is kept", robustness.measure, model, test)


if __name__ == "__main__":
    main(*sys.argv[1:])
