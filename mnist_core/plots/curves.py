"""The learning curves of a run, as Plotly figures."""

import math

import plotly.graph_objects as go

from mnist_core.plots.style import TRAINING, VALIDATION, base_figure, epoch_ticks, style_axes
from mnist_core.runs.history import Curve, Curves

MAX_POINTS = 400  # per line: more than a page is wide, and a redraw stays quick
MIN_LOSS_AXIS = 2.4  # a little above ln 10, the loss of guessing


def learning_curves(curves: Curves, zoomed: bool = False) -> tuple[go.Figure, go.Figure]:
    """The loss and the accuracy of a run, over the whole of the planned run.

    The axes don't depend on how far the run is, so a live chart grows and never jumps.

    Args:
        zoomed: accuracy from 90 % and loss up to 0.5, where good networks differ.
    """
    loss, accuracy = _empty_figure(curves), _empty_figure(curves)
    lines = (
        ("training, by step", decimate(curves.steps), TRAINING, True),
        ("training, by epoch", curves.train, TRAINING, False),
        ("validation, by epoch", curves.validation, VALIDATION, False),
    )
    for name, curve, colour, by_step in lines:
        if curve.step:
            loss.add_trace(_line(name, curve.step, curve.loss, colour, by_step, ".4f"))
            accuracy.add_trace(_line(name, curve.step, curve.accuracy, colour, by_step, ".2%"))
    style_axes(loss, accuracy, loss_axis_max(curves), zoomed)
    return loss, accuracy


def decimate(curve: Curve, most: int = MAX_POINTS) -> Curve:
    """At most so many points, each the mean of its neighbours; the last keeps its step."""
    size = math.ceil(len(curve.step) / most)
    if size <= 1:
        return curve
    groups = [slice(i, i + size) for i in range(0, len(curve.step), size)]
    means = [[_mean(column[group]) for group in groups] for column in curve[1:]]
    return Curve([curve.step[group][-1] for group in groups], *means)


def loss_axis_max(curves: Curves) -> float:
    """Where the axis of loss ends: a little above all it shows, and at least at MIN_LOSS_AXIS.

    It only moves for a run that does worse than guessing.
    """
    values = [*decimate(curves.steps).loss, *curves.train.loss, *curves.validation.loss]
    highest = max((loss for loss in values if math.isfinite(loss)), default=0)
    if highest <= MIN_LOSS_AXIS:
        return MIN_LOSS_AXIS
    return max(MIN_LOSS_AXIS, 2 ** math.ceil(math.log2(highest)))


def _mean(values) -> float:
    return sum(values) / len(values)


def _line(name, x, y, colour, by_step, y_format) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines" if by_step else "lines+markers",
        line={"color": colour, "width": 1 if by_step else 2.5},
        opacity=0.65 if by_step else 1,
        marker={"size": 7},
        hovertemplate=f"step %{{x:,}}: %{{y:{y_format}}}<extra>{name}</extra>",
    )


def _empty_figure(curves) -> go.Figure:
    figure = base_figure()
    steps, texts = epoch_ticks(curves.total_steps, curves.steps_per_epoch)
    x_range = [0, curves.total_steps]
    return figure.update_xaxes(title="Epoch", range=x_range, tickvals=steps, ticktext=texts)
