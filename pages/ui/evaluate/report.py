"""What a test says of one model, or of two beside each other, in numbers."""

import html
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from mnist_core.evaluation import metrics
from mnist_core.evaluation.metrics import Metrics, PerClassMetrics
from mnist_core.models import store as model_store
from mnist_core.plots import evaluation as evaluation_plots
from mnist_core.plots.evaluation import COLOURS
from mnist_core.prediction import NOT_SURE_BELOW
from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.choices.predictions import Result

STYLE = """
.test { display: grid; gap: .1rem 1.6rem; align-items: baseline; max-width: 75rem;
  font-variant-numeric: tabular-nums; }
.test > * { padding: .3rem 0; }
.test b { font-size: 1.15rem; white-space: nowrap; }
.test small { font-size: .85rem; opacity: .75; white-space: nowrap; }
.test p { margin: 0; font-size: .87rem; line-height: 1.35; opacity: .75; }
.test .name { font-weight: 600; overflow-wrap: anywhere; }
.test .name i { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%;
  margin-right: .4rem; }
.test.one { grid-template-columns: max-content max-content minmax(12rem, 1fr); }
.test.two { grid-template-columns: max-content max-content max-content max-content
  minmax(10rem, 1fr); }
@media (max-width: 900px) {
  .test.one { grid-template-columns: max-content 1fr; }
  .test.two { grid-template-columns: minmax(4.6rem, max-content) repeat(3, 1fr); gap: 0 .7rem; }
  .test.two small { display: block; }
  .test p { grid-column: 1 / -1; padding: 0 0 .5rem; }
}
"""
CLASSES = {
    "Recall": "Of the images of this digit, the share that is read as it.",
    "Precision": "Of the images that are read as this digit, the share that is it.",
    "F1": "One number for both: their harmonic mean, which is low if either of them is.",
}
INTERVAL = "Where the recall would lie for more and more such digits, with 95 % confidence."


class MetricRow(NamedTuple):
    """A row of the table of metrics."""

    label: str
    meaning: str
    value: Callable[[Metrics], float]  # what a difference is taken of
    text: Callable[[Metrics], str]  # HTML
    difference: str  # its format


def metrics_table(results: list[Result]) -> None:
    """Accuracy with its interval, loss, calibration: a row each, a column for each model.

    HTML, because a row's meaning goes below its numbers on a phone: `st.table` would squeeze it
    into a column one word wide, and cells of `st.dataframe` don't wrap.
    """
    measured = [result.metrics for result in results]
    kind = "one" if len(results) == 1 else "two"
    cells = ["<span></span>", *(_head(result.name, i) for i, result in enumerate(results))]
    cells += ["<span>Difference</span>"] * (len(results) > 1) + ["<p></p>"]
    for row in METRIC_ROWS:
        cells.append(f"<span>{row.label}</span>")
        cells += [f"<span>{row.text(of_model)}</span>" for of_model in measured]
        if len(results) > 1:
            first, second = map(row.value, measured)
            cells.append(f"<span>{_signed(row.difference, second - first)}</span>")
        cells.append(f"<p>{row.meaning}</p>")
    said = ", ".join(f"{r.name}: {r.metrics.accuracy:.2%}" for r in results).replace("%", " %")
    said = html.escape(f"Accuracy: {said}")
    st.html(f'<div class="test {kind}" data-announce="{said}">{"".join(cells)}</div>')


def peeked(models: list[Run], data_set: str | None) -> list[str]:
    """The names of the models that were validated on a test set.

    Args:
        data_set: "mnist" or "built-in", whose test set it is; None: a file of drawings.
    """
    asked = [(model.name, model_store.experiment(model)) for model in models]
    asked = [(name, one) for name, one in asked if one.recipe.validation == "test"]
    return [name for name, one in asked if one.data == data_set]


def peeked_note(results: list[Result], data_set: str | None) -> None:
    """Say of which models this is no fair exam."""
    if names := peeked([result.model for result in results], data_set):
        listed = errors.escape(" and ".join(names))
        st.caption(f":orange[**Peeked.**] {listed}: validated on these same images, no fair exam.")


def _head(model: str, number: int) -> str:
    """A model's name behind a dot of its colour."""
    dot = f'<i style="background:{COLOURS[number]}"></i>'
    return f'<span class="name">{dot}{html.escape(model)}</span>'


def _signed(form: str, difference: float) -> str:
    text = form.format(abs(difference))
    if not any(letter in "123456789" for letter in text):
        return "none"
    return f"{'+' if difference > 0 else '−'}{text}"


def percent(share: float) -> str:
    """A share with two digits after the point; nothing for nothing."""
    return "–" if math.isnan(share) else f"{100 * share:.2f} %"


def _accuracy(measured: Metrics) -> str:
    low, high = measured.interval
    return f"<b>{percent(measured.accuracy)}</b> <small>{100 * low:.2f} to {100 * high:.2f}</small>"


def _misread(measured: Metrics) -> int:
    return round((1 - measured.accuracy) * measured.images)


METRIC_ROWS = (
    MetricRow(
        "Accuracy",
        "The share read right. Small: where it would lie for more and more such digits, with 95 %"
        " confidence.",
        lambda m: 100 * m.accuracy, _accuracy, "{:.2f} points",
    ),
    MetricRow(
        "Misread", "How many images it takes for another digit.", _misread,
        lambda m: f"<b>{_misread(m):,}</b> <small>of {m.images:,}</small>", "{:,}",
    ),
    MetricRow(
        "Loss",
        "How surprised it is by the right answers: 0 is never, 2.3 is plain guessing.",
        lambda m: m.loss, lambda m: f"<b>{m.loss:.4f}</b>", "{:.4f}",
    ),
    MetricRow(
        "Calibration error",
        "How far \"90 % sure\" is from being right in 90 of 100 cases, on average.",
        lambda m: 100 * m.calibration_error,
        lambda m: f"<b>{percent(m.calibration_error)}</b>", "{:.2f} points",
    ),
    MetricRow(
        "Not sure", f"The share with a best guess below {100 * NOT_SURE_BELOW:.0f} %.",
        lambda m: 100 * m.not_sure, lambda m: f"<b>{percent(m.not_sure)}</b>", "{:.2f} points",
    ),
)  # fmt: skip


def comparison_text(first: Result, second: Result) -> None:
    """Which images only one of two models misreads, and whether that can be luck."""
    only_first = int((first.misread & ~second.misread).sum())
    only_second = int((second.misread & ~first.misread).sum())
    both = int((first.misread & second.misread).sum())
    p_value = metrics.mcnemar(only_first, only_second)
    st.markdown(
        f"Only **{errors.escape(first.name)}** misreads **{only_first:,}** of these images, only"
        f" **{errors.escape(second.name)}** **{only_second:,}**, and both of them **{both:,}**."
        f" {_significance_text(p_value)}"
    )


def _significance_text(p_value: float) -> str:
    if p_value >= 0.05:
        return (
            f"Two equally good models would differ as much in {100 * p_value:.0f} of 100 such"
            " tests: this may be luck."
        )
    if p_value > 1e-6:
        tests = f"about 1 of {float(f'{1 / p_value:.1g}'):,.0f}"
    else:
        tests = "fewer than 1 of a million"
    return (
        f"Two equally good models would differ as much in {tests} such tests: this is hardly luck."
    )


def per_class(results: list[Result]) -> None:
    """Recall, precision and F1 of each digit, as a table that can be sorted."""
    st.markdown("**Digit by digit**")
    measured = [metrics.per_class_metrics(result.confusion_matrix) for result in results]
    rows = [{"Digit": digit} for digit in range(10)]
    columns = {"Digit": st.column_config.NumberColumn(width=55, pinned=True)}
    for name, meaning in CLASSES.items():
        for result, of_model in zip(results, measured, strict=True):
            title = f"{name}, {result.name}" if len(results) > 1 else name
            for row, share in zip(rows, getattr(of_model, name.lower()).tolist(), strict=True):
                row[title] = None if math.isnan(share) else 100 * share
            columns[title] = st.column_config.NumberColumn(format="%.2f %%", help=meaning)
            if name == "Recall":
                title = title.replace(name, "95 % interval", 1)
                texts = _recall_intervals(of_model)
                for row, text in zip(rows, texts, strict=True):
                    row[title] = text
                columns[title] = st.column_config.TextColumn(help=INTERVAL)
    for row, images in zip(rows, measured[0].images.tolist(), strict=True):
        row["Images"] = images
    columns["Images"] = st.column_config.NumberColumn(format="localized", width=75)
    st.dataframe(
        rows, hide_index=True, column_config=columns, height=36 + 35 * 10, placeholder="–",
        alt="Recall, precision, F1 and the number of images of each digit.", key="per_class",
    )  # fmt: skip
    weakest = [
        f"{errors.escape(result.name)} is weakest at the {int(np.nanargmin(of_model.recall))}"
        for result, of_model in zip(results, measured, strict=True)
        if result.misread.any()
    ]
    if weakest:
        st.caption(f"By recall, {', '.join(weakest)}.")


def _recall_intervals(measured: PerClassMetrics) -> list[str]:
    counts = zip(measured.recall.tolist(), measured.images.tolist(), strict=True)
    intervals = [metrics.accuracy_interval(share, n) if n else None for share, n in counts]
    return [f"{100 * i[0]:.2f} to {100 * i[1]:.2f}" if i else "–" for i in intervals]


def calibration(results: list[Result]) -> None:
    """Can one trust how sure it is?"""
    st.markdown("**Can one trust how sure it is?**")
    st.plotly_chart(
        evaluation_plots.reliability_diagram(
            {result.name: result.reliability for result in results}
        ),
        key="reliability",
        config={"displayModeBar": False},
        alt="The calibration curve: how often the best guess is right, by how sure the model is;"
        " below it, how many images there are of each.",
    )
    st.caption(
        "A point on the dotted line: of the answers given with 70 % sureness, 70 % are right. Above"
        " it the model is better than it thinks, below it boasts. Where there are few images"
        " (the bars; each line upwards is ten times as many) a point can't be placed well:"
        " the thin lines are 95 % intervals. The calibration error is the mean distance from the"
        " dotted line, each image counted once."
    )
