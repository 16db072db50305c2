"""What a model reads on a test set, for a page: computed once, with a bar, then kept."""

from functools import cached_property

import numpy as np
import streamlit as st

from mnist_core.data import browse
from mnist_core.data.browse import TopPredictions
from mnist_core.evaluation import cached_predictions, labelled_sets, metrics
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.evaluation.metrics import Metrics, Reliability
from mnist_core.runs.run import Run
from pages.ui.app import background_jobs, compute_process, errors


class Result:
    """A model, its predictions on a test set, and what can be computed from them."""

    def __init__(self, model: Run, test: TestSet, predictions: Predictions):
        self.model, self.test, self.predictions = model, test, predictions

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.model.name

    @property
    def labels(self) -> np.ndarray:
        """The true digits: uint8 (n,)."""
        return self.test.digits.labels

    @cached_property
    def metrics(self) -> Metrics:
        """Accuracy, loss and the like."""
        return metrics.compute_metrics(self.predictions.probabilities, self.labels)

    @cached_property
    def top_predictions(self) -> TopPredictions:
        """What it takes each image for."""
        return browse.top_predictions(self.predictions.probabilities)

    @cached_property
    def confusion_matrix(self) -> np.ndarray:
        """How often it took each digit for each: int64 (10, 10), rows are the true digits."""
        return metrics.confusion_matrix(self.labels, self.top_predictions.digits)

    @cached_property
    def misread(self) -> np.ndarray:
        """Which images it misreads: bool (n,)."""
        return self.top_predictions.digits != self.labels

    @cached_property
    def reliability(self) -> Reliability:
        """Its calibration curve."""
        return metrics.compute_reliability(self.predictions.probabilities, self.labels)


def predict(model: Run, test: TestSet) -> Result | None:
    """The model's predictions; None, after saying why, if it can't be asked."""
    name = errors.escape(model.name)
    try:
        job = background_jobs.start(
            "predictions",
            job_key(model, test),
            lambda job: cached_predictions.predict(model, test, job.report, compute_process.call),
        )
        predictions = background_jobs.wait_for(
            job, f"{name} is being loaded …",
            f"{name} reads {len(test.digits.labels):,} digits, once …",
        )  # fmt: skip
    except (ValueError, OSError) as error:
        errors.show(error, icon=":material/broken_image:")
        return None
    return Result(model, test, predictions)


def job_key(model: Run, test: TestSet) -> tuple:
    """What tells the work on a model and a test from all other work of this server.

    The model is part of it: two people may have the same weights, and one of them must not be
    shown why the other's can't be read, such as that it was deleted.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    return model, cached_predictions.model_fingerprint(model), test.fingerprint


@st.cache_data(max_entries=20, show_spinner=False)
def fingerprint(checksum: str, part: str, _digits) -> str:
    """The fingerprint of a part of a data set; computed once for each checksum."""
    return labelled_sets.make_test_set(_digits).fingerprint
