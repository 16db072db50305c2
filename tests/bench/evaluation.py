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

from mnist_core.data import browse, loading
from mnist_core.evaluation import cached_predictions, metrics, robustness, test_sets
from mnist_core.models import store as model_store
from mnist_core.plots import evaluation as evaluation_plots


def page(model: str, test: test_sets.TestSet) -> None:
    """Everything that the page shows of a model, as it computes it."""
    labels, found = test.digits.labels, cached_predictions.predict(model, test)
    metrics.compute_metrics(found.probabilities, labels)
    read = browse.top_predictions(found.probabilities)
    matrix = metrics.confusion_matrix(labels, read.digits)
    metrics.per_class_metrics(matrix)
    browse.misclassified(labels, read, 4, 9)
    evaluation_plots.confusion_heatmap(matrix)
    curve = metrics.compute_reliability(found.probabilities, labels)
    evaluation_plots.reliability_diagram({model: curve})


def timed(words: str, call, *arguments) -> None:
    """Call and print how long it took."""
    start = time.perf_counter()
    call(*arguments)
    print(f"{time.perf_counter() - start:7.2f} s  {words}", flush=True)


def main(model: str = model_store.CLASSIC) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_CORE_HOME"] = home
        digits = loading.load("mnist").test
        test = test_sets.make_test_set(digits)
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
