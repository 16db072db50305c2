"""Plain data -> Plotly figures. Knows neither Keras nor Streamlit.

Backgrounds are transparent and lines mid-toned, so that a figure stands on light and dark pages.
"""

import math

import plotly.graph_objects as go

from mnist_core.plots.style import TRAINING, VALIDATION, base_figure, epoch_ticks, style_axes
from mnist_core.runs.history import Curve, Curves

MAX_POINTS = 400  # per line: more than a page is wide, and a redraw stays quick


def learning_curves(found: Curves, closely: bool = False) -> tuple[go.Figure, go.Figure]:
    """The loss and the accuracy of a run, over the whole of the planned run.

    The axes don't depend on how far the run is, so a live chart grows and never jumps.

    Args:
        found: what the run's events tell.
        closely: accuracy from 90 % and loss up to 0.5, where good networks differ.
    """
    loss, accuracy = _empty(found), _empty(found)
    lines = (
        ("training, by step", decimate(found.steps), TRAINING, True),
        ("training, by epoch", found.train, TRAINING, False),
        ("validation, by epoch", found.validation, VALIDATION, False),
    )
    for name, curve, colour, fine in lines:
        if curve.step:
            loss.add_trace(_line(name, curve.step, curve.loss, colour, fine, "%{y:.4f}"))
            accuracy.add_trace(_line(name, curve.step, curve.accuracy, colour, fine, "%{y:.2%}"))
    style_axes(loss, accuracy, loss_axis_max(found), closely)
    return loss, accuracy


def decimate(curve: Curve, most: int = MAX_POINTS) -> Curve:
    """At most so many points, each the mean of its neighbours; the last keeps its step."""
    size = math.ceil(len(curve.step) / most)
    if size <= 1:
        return curve
    groups = [slice(i, i + size) for i in range(0, len(curve.step), size)]
    means = [[_mean(column[group]) for group in groups] for column in curve[1:]]
    return Curve([curve.step[group][-1] for group in groups], *means)


def loss_axis_max(found: Curves) -> float:
    """Where the axis of loss ends: a little above all it shows, and at least at a guess's 2.3.

    It only ever moves for a run that does worse than guessing.
    """
    shown = [*decimate(found.steps).loss, *found.train.loss, *found.validation.loss]
    highest = max((loss for loss in shown if math.isfinite(loss)), default=0)
    return max(2.4, 2 ** math.ceil(math.log2(highest))) if highest > 2.4 else 2.4


def _mean(values) -> float:
    return sum(values) / len(values)


def _line(name, x, y, colour, fine, shown) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines" if fine else "lines+markers",
        line={"color": colour, "width": 1 if fine else 2.5},
        opacity=0.65 if fine else 1,
        marker={"size": 7},
        hovertemplate=f"step %{{x:,}}: {shown}<extra>{name}</extra>",
    )


def _empty(found) -> go.Figure:
    figure = base_figure()
    steps, words = epoch_ticks(found.total_steps, found.steps_per_epoch)
    figure.update_xaxes(title="Epoch", range=[0, found.total_steps], tickvals=steps, ticktext=words)
    return figure
