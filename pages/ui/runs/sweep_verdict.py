"""What a sweep has shown: a sentence, the way to draw on its best model, and a figure."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.schema import OPTIONS
from mnist_core.evaluation.comparison import ComparedRun
from mnist_core.evaluation.metrics import format_accuracy
from mnist_core.evaluation.sweep_result import SweepResult, sweep_result
from mnist_core.plots import comparison as comparison_plots
from mnist_core.runs.run import Run
from mnist_core.training import guessing
from pages.ui.app import errors
from pages.ui.choices import named_runs
from pages.ui.widgets import bound_button

HELP = (
    "Each bar is a 95 % interval: with as many other test images the accuracy would land there."
    " Where two bars overlap, chance may be the reason for the difference. The best of several"
    " owes a little of its figure to luck, too."
)


def show(compared: Sequence[ComparedRun], models: Sequence[Run], path: str) -> None:
    """The verdict on the field of this dotted path; for one this version doesn't know, nothing."""
    if path not in OPTIONS:
        return
    result = sweep_result(compared, path)
    if not result.points:
        st.caption("Which value is best will stand here once two runs have taken their test.")
        return
    st.markdown(_verdict(result, len(compared)), help=HELP)
    best = models[result.points[result.best].index]
    chosen = bound_button.show("Draw on the best", "draw_on_best", best, type="primary",
                               icon=":material/draw:")  # fmt: skip
    if chosen:
        named_runs.open_page("draw", "model", chosen)
    setting, texts = labels.path_label(path), zip(result.texts, result.points, strict=True)
    listed = ", ".join(f"{text}: {_accuracy(point)}" for text, point in texts)
    st.plotly_chart(
        comparison_plots.sweep_scatter(result, setting), key="sweep_scatter",
        alt=f"Test accuracy against {setting.lower()}: {listed}.", config={"displayModeBar": False},
    )  # fmt: skip


def _verdict(result: SweepResult, asked: int) -> str:
    """Which value is best, and whether chance may be the reason."""
    point, value = result.points[result.best], errors.escape(result.texts[result.best])
    missing = asked - len(result.points)
    so_far = f" {missing} of {asked} have no test yet." if missing else ""
    if guessing.is_guessing(point.accuracy):
        return f"None of them does better than guessing.{so_far}"
    if len(result.points) == 1:
        return f"**{value}** reads {_accuracy(point)} of the test images right.{so_far}"
    others = errors.escape(_enumerate(result.overlapping()))
    chance = (
        f"the intervals overlap with {others}, so chance may be the reason"
        if others
        else "no other interval reaches it"
    )
    return f"**{value}** is best, {_accuracy(point)}; {chance}.{so_far}"


def _enumerate(words: list[str]) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _accuracy(point) -> str:
    return format_accuracy(point.accuracy, (point.low, point.high))
