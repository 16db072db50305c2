"""Three presets fail on purpose; each has a picture that shows why."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from pages.ui.navigation import inside_link


class FailurePlot(NamedTuple):
    """A picture that shows a failure."""

    words: str  # on the button
    open: Callable[[str], None]  # goes there, given the run's name


def _open_confusion_matrix(run: str) -> None:
    """All of the test set in one column: it always says the same digit."""
    st.switch_page("pages/evaluate.py", query_params={"model": run})


def _open_curves(run: str) -> None:
    """The two curves part: training goes to 100 %, validation stays behind."""
    st.switch_page("pages/runs.py", query_params={"run": run})


def _open_stencils(run: str) -> None:
    """Ten weighted sums, the same for every image."""
    inside_link.open_view(run, inside_link.LOGIT_WEIGHTS)


FAILURE_PLOTS = {
    "too-fast": FailurePlot("See which digit it always says", _open_confusion_matrix),
    "by-heart": FailurePlot("See the curves part", _open_curves),
    "no-bend": FailurePlot("See its ten stencils", _open_stencils),
}
