"""Three presets fail on purpose; each has a picture that shows why."""

from collections.abc import Callable
from typing import NamedTuple

from mnist_core.runs.run import Run
from pages.ui.choices import named_runs
from pages.ui.navigation import inside_link


class FailurePlot(NamedTuple):
    """A picture that shows a failure."""

    words: str  # on the button
    open: Callable[[Run], None]  # goes there, given the run


def _open_confusion_matrix(run: Run) -> None:
    """All of the test set in one column: it always says the same digit."""
    named_runs.open_page("evaluate", "model", run)


def _open_curves(run: Run) -> None:
    """The two curves part: training goes to 100 %, validation stays behind."""
    named_runs.open_page("runs", "run", run)


def _open_stencils(run: Run) -> None:
    """Ten weighted sums, the same for every image."""
    inside_link.open_view(run, inside_link.LOGIT_WEIGHTS)


FAILURE_PLOTS = {
    "too-fast": FailurePlot("See which digit it always says", _open_confusion_matrix),
    "by-heart": FailurePlot("See the curves part", _open_curves),
    "no-bend": FailurePlot("See its ten stencils", _open_stencils),
}
