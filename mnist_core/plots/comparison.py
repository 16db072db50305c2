"""Several runs in one figure: curves laid over each other, test accuracy as scatter plots."""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from mnist_core.evaluation.comparison import ComparedRun, ScatterPoint, planned_length
from mnist_core.evaluation.metrics import format_accuracy
from mnist_core.evaluation.sweep_result import SweepResult
from mnist_core.plots.curves import decimate, loss_axis_max
from mnist_core.plots.style import base_figure, epoch_ticks, in_percent, metric_axes, plain_text

# Okabe and Ito's colours, told apart by all kinds of colour blindness, without black and yellow,
# which vanish on dark or light pages. Source: jfly.uni-koeln.de/color, 2008
COLOURS = ("#0072b2", "#dd9500", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
MAX_RUNS = 2 * len(COLOURS)  # runs in one figure: the second six are dashed
MAX_FAINT_POINTS = 60  # of a line by steps: its noise would hide the other runs
MAX_NAME = 29  # characters of a name at a point; its end tells it from the others
EPOCHS, STEPS = "epochs", "steps"


class RunStyle(NamedTuple):
    """How a run is drawn in every figure of a comparison, and in its legend."""

    colour: str
    dash: str
    symbol: str


def run_style(index: int) -> RunStyle:
    """The style of a run by its index among the compared, from 0."""
    which = index % len(COLOURS)
    return RunStyle(COLOURS[which], "dash" if index >= len(COLOURS) else "solid", SYMBOLS[which])


def overlaid_curves(
    runs: Sequence[ComparedRun], x_axis: str = EPOCHS, zoomed: bool = False
) -> tuple[go.Figure, go.Figure]:
    """Loss and accuracy of several runs on the same axes, which don't move while they train.

    On new images (validation) is solid, with a marker at each epoch; training is faint.

    Args:
        x_axis: EPOCHS or STEPS. Runs with different batch sizes have epochs of different steps.
        zoomed: accuracy from 90 % and loss up to 0.5, where good networks differ.
    """
    losses, accuracies = [], []
    for index, run in enumerate(runs):
        name = plain_text(run.name)
        by_step = decimate(run.curves.steps, MAX_FAINT_POINTS)
        training = by_step if by_step.step else run.curves.train  # a shipped model has only epochs
        for part, curve in (("training", training), ("on new images", run.curves.validation)):
            if curve.step:
                per = run.curves.steps_per_epoch if x_axis == EPOCHS else 1
                x = [round(step / per, 4) for step in curve.step]
                hover = f"{name}<br>{part}, {x_axis[:-1]} %{{x:,}}: "
                line = functools.partial(
                    _line, f"{name}, {part}", run_style(index), part == "training", x
                )
                losses.append(line(curve.loss, f"{hover}%{{y:.4f}}"))
                accuracies.append(line(in_percent(curve.accuracy), f"{hover}%{{y:.2f}} %"))
    max_loss = max((loss_axis_max(run.curves) for run in runs), default=2.4)
    loss, accuracy = (
        base_figure(top=12, showlegend=False, x_axis=_x_axis(runs, x_axis), y_axis=axis)
        for axis in metric_axes(max_loss, zoomed)
    )
    return loss.add_traces(losses), accuracy.add_traces(accuracies)


def _line(name, style, faint, x, y, hover) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines" if faint else "lines+markers",
        line={"color": style.colour, "dash": style.dash, "width": 1.5 if faint else 2.5},
        marker={"size": 8, "symbol": style.symbol},
        opacity=0.4 if faint else 1,
        hovertemplate=f"{hover}<extra></extra>",
    )


def _x_axis(runs, unit) -> dict:
    lengths = [planned_length(run) for run in runs]
    end = max((epochs if unit == EPOCHS else steps for epochs, steps in lengths), default=1)
    axis = {"title": "Epoch" if unit == EPOCHS else "Step", "range": [0, end]}
    if unit == EPOCHS:
        positions, texts = epoch_ticks(end, 1)
        axis |= {"tickvals": positions, "ticktext": texts}
    return axis


def accuracy_scatter(
    points: Sequence[ScatterPoint], title: str, logarithmic: bool = False
) -> go.Figure:
    """Test accuracy against x: a marker with its name for each run, with its 95 % interval.

    Args:
        title: of the x axis.
        logarithmic: whether equal distances along it are equal factors.
    """
    figure = base_figure(left=64, top=12, showlegend=False)
    x_range = _x_range([point.x for point in points], logarithmic)
    figure.update_yaxes(title="Test accuracy", ticksuffix=" %", range=_y_range(points))
    figure.update_xaxes(title=title, type="log" if logarithmic else "linear", range=x_range)
    if logarithmic and points:
        figure.update_xaxes(tickvals=_log_ticks(*x_range), tickformat=",")
    for point in points:
        x = math.log10(point.x) if logarithmic else point.x
        share = (x - x_range[0]) / (x_range[1] - x_range[0])
        # Towards the middle of the figure, so that no name is cut off
        figure.add_trace(_marker(point, "middle right" if share < 0.55 else "middle left"))
    return figure


def sweep_scatter(result: SweepResult, title: str) -> go.Figure:
    """Test accuracy against the swept setting, with 95 % intervals; the best one is named.

    Args:
        title: of the x axis.
    """
    points = list(result.points)
    if points:
        points[result.best] = points[result.best]._replace(short_name="best")
    figure = accuracy_scatter(points, title, result.is_logarithmic)
    ticks = {"tickvals": [point.x for point in points], "ticktext": result.texts}
    return figure.update_xaxes(**ticks, tickformat=None)


def _marker(point, text_position) -> go.Scatter:
    style, name = run_style(point.index), plain_text(point.name)
    short = point.short_name
    if len(short) > MAX_NAME:
        short = f"{short[:8]}…{short[9 - MAX_NAME :]}"
    accuracy = format_accuracy(point.accuracy, (point.low, point.high)) + ", peeked" * point.peeked
    return go.Scatter(
        x=[point.x],
        y=in_percent([point.accuracy]),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": in_percent([point.high - point.accuracy]),
            "arrayminus": in_percent([point.accuracy - point.low]),
            "thickness": 1,
            "width": 4,
        },
        name=name,
        text=[plain_text(short)],
        textposition=text_position,
        mode="markers+text",
        marker={"color": style.colour, "symbol": style.symbol, "size": 12},
        hovertemplate=f"{name}<br>%{{x:,.4~g}}: {accuracy}<extra></extra>",
        cliponaxis=False,
    )


def _log_ticks(low, high) -> list[float]:
    """1, 2, 5, 10, 20, ... from 10**low to 10**high; over many decades without 2 and 5."""
    digits = (1, 2, 5) if high - low < 2 else (1,)
    decades = range(math.floor(low), math.ceil(high) + 1)
    return [digit * 10**decade for decade in decades for digit in digits]


def _y_range(points) -> list[float]:
    low = min((point.low for point in points), default=0)
    high = max((point.high for point in points), default=1)
    margin = max(0.002, 0.12 * (high - low))
    return in_percent([max(-0.02, low - margin), min(1.02, high + margin)])


def _x_range(values, logarithmic) -> list[float]:
    if not values:
        return [0, 1]
    if not logarithmic:
        return [0, max(values) * 1.15]
    return [math.log10(min(values)) - 0.3, math.log10(max(values)) + 0.3]
