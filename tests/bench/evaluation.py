"""How long an evaluation takes: LeNet on MNIST's 10,000 test images, and all robustness curves.

    python tests/bench/evaluation.py [MODEL]

In a home of its own, so that nothing is cached yet. The page is all that Evaluate shows without
the robustness curves: predictions, metrics, confusion matrix, per-class metrics, reliability, the
images of the commonest mistake, and the figures as Plotly draws them.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.data import browse, loading
from mnist_core.evaluation import cached_predictions, labelled_sets, metrics, robustness
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.models import store as model_store
from mnist_core.plots import evaluation as evaluation_plots


def page(model: str, test: TestSet) -> None:
    """Everything that the page shows of a model, as it computes it."""
    labels, probabilities = test.digits.labels, cached_predictions.predict(model, test)[0]
    metrics.compute_metrics(probabilities, labels)
    top = browse.top_predictions(probabilities)
    matrix = metrics.confusion_matrix(labels, top.digits)
    metrics.per_class_metrics(matrix)
    browse.misclassified(labels, top, 4, 9)
    evaluation_plots.confusion_heatmap(matrix)
    reliability = metrics.compute_reliability(probabilities, labels)
    evaluation_plots.reliability_diagram({model: reliability})


def timed(name: str, call, *arguments) -> None:
    """Call and print how long it took."""
    start = time.perf_counter()
    call(*arguments)
    print(f"{time.perf_counter() - start:7.2f} s  {name}", flush=True)


def main(model: str = model_store.CLASSIC) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_CORE_HOME"] = home
        test = labelled_sets.make_test_set(loading.load("mnist").test)
        timed(f"the page of {model}, TensorFlow's import and loading included", page, model, test)
        for path in Path(home).rglob("*.npz"):
            path.unlink()
        timed("the page, once the model is loaded", page, model, test)
        timed("the page, from the cache", page, model, test)
        timed("the robustness curves", robustness.measure, model, test)
        timed("the robustness curves, from the cache", robustness.measure, model, test)


if __name__ == "__main__":
    main(*sys.argv[1:])
