"""The learning curves of a run, as Plotly figures."""

import math
from collections.abc import Iterable

import plotly.graph_objects as go

from mnist_core.plots.style import (
    HEIGHT,
    OWN,
    TRAINING,
    VALIDATION,
    base_figure,
    epoch_ticks,
    in_percent,
)
from mnist_core.runs.history import Curve, Curves

MAX_POINTS = 400  # per line: more than a page is wide, and a redraw stays quick
MIN_LOSS_AXIS = 2.4  # a little above ln 10, the loss of guessing
SMOOTHING = 0.9  # of a point's value, the share that is the points' before it
RECENT = 2 / 3  # of the run so far: the part that the axes zoom to
ROUNDING = 1e-9  # of a smoothed constant
# Where zoomed axes may end: few places, so that they move a few times in a run, not at each tick
ACCURACY_FLOORS = (0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0)
LOSS_CEILINGS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
CONTINUED = "rgba(128, 128, 128, 0.8)"  # colour of the line where a run was continued


def learning_curves(
    curves: Curves, full_range: bool = False, height: int = HEIGHT
) -> tuple[go.Figure, go.Figure]:
    """The loss and the accuracy of a run, in percent, over the whole of the planned run.

    Args:
        full_range: accuracy from 0 to 100 % and all of the loss, on axes that don't move. If not,
            they zoom to the last two thirds of the run so far.
        height: of each figure, in pixels.
    """
    drawn = [line for line in _lines(curves) if line[1].step]
    ends = (loss_axis_max(curves), 0.0) if full_range else _zoomed(curves)
    loss, accuracy = (
        base_figure(
            height,
            top=24,
            x_axis=_x_axis(curves),
            y_axis=axis | {"uirevision": f"full {full_range}"},
        )
        for axis in _y_axes(*ends)
    )
    loss.add_traces([_line(n, c.step, c.loss, *style, "%{y:.4f}") for n, c, *style in drawn])
    accuracy.add_traces(
        [_line(n, c.step, in_percent(c.accuracy), *s, "%{y:.2f} %") for n, c, *s in drawn]
    )
    for figure in (loss, accuracy):
        _mark_continuations(figure, curves.resumed_at)
    return loss, accuracy


def _lines(curves: Curves) -> tuple[tuple[str, Curve, str, bool], ...]:
    """(name, curve, colour, whether by step) of each that there may be."""
    training = ("training", smooth(decimate(curves.steps)), TRAINING, True)
    if curves.mnist.step:
        own = ("your drawings", curves.own, OWN, False)
        return training, own, ("MNIST", curves.mnist, VALIDATION, False)
    return (
        training,
        ("mean of an epoch", curves.train, TRAINING, False),
        ("on new images", curves.validation, VALIDATION, False),
    )


def _zoomed(curves: Curves) -> tuple[float, float]:
    """Where the axes end; of learning a hand, they show both of its curves from the beginning."""
    if curves.mnist.step:
        return zoom([curves.own, curves.mnist], since=0)
    return zoom(curve for _, curve, *_ in _lines(curves) if curve.step)


def _x_axis(curves: Curves) -> dict:
    axis = {"title": "Epoch", "range": [0, curves.total_steps]}
    if curves.mnist.step:  # of learning a hand, less than an epoch
        return axis | {"title": "Step"}
    steps, texts = epoch_ticks(curves.total_steps, curves.steps_per_epoch)
    return axis | {"tickvals": steps, "ticktext": texts}


def decimate(curve: Curve, most: int = MAX_POINTS) -> Curve:
    """At most so many points, each the mean of its neighbours; the last keeps its step."""
    size = math.ceil(len(curve.step) / most)
    if size <= 1:
        return curve
    groups = [slice(i, i + size) for i in range(0, len(curve.step), size)]
    means = [[_mean(column[group]) for group in groups] for column in curve[1:]]
    return Curve([curve.step[group][-1] for group in groups], *means)


def smooth(curve: Curve) -> Curve:
    """Each value with those before it: an exponential mean, without bias to where it begins."""
    return Curve(curve.step, *map(_exponential_mean, curve[1:]))


def zoom(curves: Iterable[Curve], since: float = 1 - RECENT) -> tuple[float, float]:
    """(highest loss, lowest accuracy) of axes that show the newest part of these curves.

    The loss of a run that does worse than guessing is cut off: it is in the full range.

    Args:
        since: the share of the steps so far after which the axes must show all.
    """
    curves = list(curves)
    begin = since * max((curve.step[-1] for curve in curves), default=0)
    recent = [
        (loss, accuracy)
        for curve in curves
        for step, loss, accuracy in zip(*curve, strict=True)
        if step >= begin and math.isfinite(loss)
    ]
    loss = max((loss for loss, _ in recent), default=math.inf)
    accuracy = min((accuracy for _, accuracy in recent), default=0)
    highest = next((end for end in LOSS_CEILINGS if loss <= end + ROUNDING), MIN_LOSS_AXIS)
    return highest, next(end for end in ACCURACY_FLOORS if accuracy >= end - ROUNDING)


def loss_axis_max(curves: Curves) -> float:
    """Where the axis of loss ends: a little above all it shows, and at least at MIN_LOSS_AXIS.

    It only moves for a run that does worse than guessing.
    """
    values = [*decimate(curves.steps).loss, *curves.train.loss, *curves.validation.loss]
    values += [*curves.own.loss, *curves.mnist.loss]
    highest = max((loss for loss in values if math.isfinite(loss)), default=0)
    if highest <= MIN_LOSS_AXIS:
        return MIN_LOSS_AXIS
    return max(MIN_LOSS_AXIS, 2.0 ** math.ceil(math.log2(highest)))


def _y_axes(highest_loss: float, lowest_accuracy: float) -> tuple[dict, dict]:
    top = 1 + 0.02 * (1 - lowest_accuracy)  # a line at 100 % stays whole
    return (
        {"title": "Loss", "range": [0, highest_loss]},
        {"title": "Accuracy", "range": [100 * lowest_accuracy, 100 * top], "ticksuffix": " %"},
    )


def _mean(values) -> float:
    return sum(values) / len(values)


def _exponential_mean(values: list[float]) -> list[float]:
    """A value that is no number stays one, and counts for no other."""
    total, weight, means = 0.0, 0.0, []
    for value in values:
        if not math.isfinite(value):
            means.append(value)
            continue
        total = SMOOTHING * total + (1 - SMOOTHING) * value
        weight = SMOOTHING * weight + 1 - SMOOTHING
        means.append(total / weight)
    return means


def _mark_continuations(figure: go.Figure, steps: Iterable[int]) -> None:
    for step in steps:
        figure.add_vline(
            step, line={"dash": "dash", "width": 1, "color": CONTINUED},
            annotation={"text": "continued", "font": {"size": 11}, "yanchor": "bottom"},
            annotation_position="bottom right",
        )  # fmt: skip


def _line(name, x, y, colour, by_step, value) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines" if by_step else "lines+markers",
        line={"color": colour, "width": 1.5 if by_step else 2.5},
        opacity=0.65 if by_step else 1,
        marker={"size": 7},
        hovertemplate=f"{name}<br>step %{{x:,}}: {value}<extra></extra>",
    )
