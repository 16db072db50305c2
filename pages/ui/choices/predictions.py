"""What a model answers on a test, for a page: computed once, with a bar, then remembered."""

from functools import cached_property

import numpy as np
import streamlit as st

from mnist_core.data import browse
from mnist_core.data.browse import TopPredictions
from mnist_core.evaluation import cached_predictions, metrics, test_sets
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.test_sets import TestSet
from mnist_core.models import store as model_store
from pages.ui.app import background_jobs, errors


class Result:
    """A model, and all that can be said of its answers on a test."""

    def __init__(self, model: str, test: TestSet, answers: Predictions):
        self.model, self.test, self.answers = model, test, answers

    @property
    def labels(self) -> np.ndarray:
        """The true digits: uint8 (n,)."""
        return self.test.digits.labels

    @cached_property
    def measure(self) -> metrics.Metrics:
        """Accuracy, loss and the like."""
        return metrics.compute_metrics(self.answers.probabilities, self.labels)

    @cached_property
    def readings(self) -> TopPredictions:
        """What it takes each image for."""
        return browse.top_predictions(self.answers.probabilities)

    @cached_property
    def matrix(self) -> np.ndarray:
        """Its confusion matrix: int64 (10, 10)."""
        return metrics.confusion_matrix(self.labels, self.readings.digits)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Which images it misreads: bool (n,)."""
        return self.readings.digits != self.labels

    @cached_property
    def reliability(self) -> metrics.Reliability:
        """Its calibration curve."""
        return metrics.compute_reliability(self.answers.probabilities, self.labels)


def predict(model: str, test: TestSet) -> Result | None:
    """The model's answers; None, after saying why, if it can't be asked."""
    try:
        task = background_jobs.job_pool("answers").start(
            job_key(model, test),
            lambda task: cached_predictions.predict(model, test, task.tell),
        )
        answers = background_jobs.wait_for(
            task, f"{model} is being loaded …",
            f"{model} reads {len(test.digits.labels):,} digits, once …",
        )  # fmt: skip
    except (ValueError, OSError) as fault:
        errors.show(fault, f"{model} can't be asked.", icon=":material/broken_image:")
        return None
    return Result(model, test, answers)


def job_key(model: str, test: TestSet) -> tuple:
    """What tells the work on a model and a test from all other work of this server.

    Its place, too: of two people who have the same weights neither hears what becomes of the
    other's, such as that a model of that name is gone.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    return (
        model_store.weights_path(model),
        cached_predictions.model_fingerprint(model),
        test.fingerprint,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def fingerprint(checksum: str, part: str, _digits) -> str:
    """The mark of a part of a data set, by the data set's checksum."""
    return test_sets.make_test_set(_digits).fingerprint
