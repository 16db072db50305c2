"""What a model answers on a test, for a page: computed once, with a bar, then remembered."""

from functools import cached_property

import numpy as np
import streamlit as st

from mnist_core import browse, evaluation, models, reports
from mnist_core.browse import Readings
from mnist_core.reports import Answers, Exam
from pages.ui import notice, tasks


class Result:
    """A model, and all that can be said of its answers on a test."""

    def __init__(self, model: str, test: Exam, answers: Answers):
        self.model, self.test, self.answers = model, test, answers

    @property
    def labels(self) -> np.ndarray:
        """The true digits: uint8 (n,)."""
        return self.test.digits.labels

    @cached_property
    def measure(self) -> evaluation.Measure:
        """Accuracy, loss and the like."""
        return evaluation.measured(self.answers.probabilities, self.labels)

    @cached_property
    def readings(self) -> Readings:
        """What it takes each image for."""
        return browse.readings(self.answers.probabilities)

    @cached_property
    def matrix(self) -> np.ndarray:
        """Its confusion matrix: int64 (10, 10)."""
        return evaluation.confusion_matrix(self.labels, self.readings.digits)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Which images it misreads: bool (n,)."""
        return self.readings.digits != self.labels

    @cached_property
    def reliability(self) -> evaluation.Reliability:
        """Its calibration curve."""
        return evaluation.reliability(self.answers.probabilities, self.labels)


def of(model: str, test: Exam) -> Result | None:
    """The model's answers; None, after saying why, if it can't be asked."""
    try:
        task = tasks.tasks("answers").start(
            about(model, test),
            lambda task: reports.answers(model, test, task.tell),
        )
        answers = tasks.wait_for(
            task, f"{model} is being loaded …",
            f"{model} reads {len(test.digits.labels):,} digits, once …",
        )  # fmt: skip
    except (ValueError, OSError) as fault:
        notice.say(fault, f"{model} can't be asked.", icon=":material/broken_image:")
        return None
    return Result(model, test, answers)


def about(model: str, test: Exam) -> tuple:
    """What tells the work on a model and a test from all other work of this server.

    Its place, too: of two people who have the same weights neither hears what becomes of the
    other's, such as that a model of that name is gone.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    return models.weights_path(model), reports.identity(model), test.mark


@st.cache_data(max_entries=20, show_spinner=False)
def mark(checksum: str, part: str, _digits) -> str:
    """The mark of a part of a data set, by the data set's checksum."""
    return reports.exam(_digits).mark
