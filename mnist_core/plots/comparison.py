"""Several runs in one figure: curves laid over each other, test accuracy as scatter plots."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from mnist_core.evaluation.comparison import ComparedRun, ScatterPoint, planned_length
from mnist_core.plots import curves as curve_plots
from mnist_core.plots import style as plot_style
from mnist_core.runs.history import Curve

# Okabe and Ito's colours, told apart by all kinds of colour blindness, without black and yellow,
# which vanish on dark or light pages. Source: jfly.uni-koeln.de/color, 2008
COLOURS = ("#0072b2", "#dd9500", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
MAX_RUNS = 2 * len(COLOURS)  # runs in one figure: the second six are dashed
FINE_POINTS = 60  # of a faint line: its noise would hide the other runs
MAX_NAME = 29  # characters of a name on a point; its end tells it from its like
EPOCHS, STEPS = "epochs", "steps"
TEXT_POSITIONS = ("middle right", "middle left")


class RunStyle(NamedTuple):
    """How a run looks in every figure of a comparison, and in its key."""

    colour: str
    dash: str
    symbol: str


def run_style(number: int) -> RunStyle:
    """The looks of the run at this place, from 0."""
    which = number % len(COLOURS)
    return RunStyle(COLOURS[which], "dash" if number >= len(COLOURS) else "solid", SYMBOLS[which])


def overlaid_curves(
    compared: Sequence[ComparedRun], by: str = EPOCHS, closely: bool = False
) -> tuple[go.Figure, go.Figure]:
    """Loss and accuracy of several runs on the same axes, which don't move while they train.

    Validation is solid, with a mark at each epoch; training is faint.

    Args:
        by: EPOCHS or STEPS, along the x axis. Batches of two sizes need different steps for an
            epoch.
        closely: accuracy from 90 % and loss up to 0.5, where good networks differ.
    """
    loss, accuracy = (_empty(compared, by) for _ in range(2))
    for number, one in enumerate(compared):
        per = one.curves.steps_per_epoch if by == EPOCHS else 1
        fine = curve_plots.decimate(one.curves.steps, FINE_POINTS)
        fine = fine if fine.step else one.curves.train  # of a model that ships only its epochs
        for curve, faint in ((fine, True), (one.curves.validation, False)):
            if curve.step:
                draw = _Line(one.name, run_style(number), curve, per, faint, by)
                loss.add_trace(draw.trace(curve.loss, ".4f"))
                accuracy.add_trace(draw.trace(curve.accuracy, ".2%"))
    top = max((curve_plots.loss_axis_max(one.curves) for one in compared), default=2.4)
    plot_style.style_axes(loss, accuracy, top, closely)
    return loss, accuracy


class _Line(NamedTuple):
    name: str
    looks: RunStyle
    curve: Curve
    per: int
    faint: bool
    by: str

    def trace(self, values, form) -> go.Scatter:
        what = "training" if self.faint else "validation"
        return go.Scatter(
            x=[round(step / self.per, 4) for step in self.curve.step],
            y=values,
            name=f"{self.name}, {what}",
            mode="lines" if self.faint else "lines+markers",
            line={
                "color": self.looks.colour,
                "dash": self.looks.dash,
                "width": 1.5 if self.faint else 2.5,
            },
            marker={"size": 8, "symbol": self.looks.symbol},
            opacity=0.4 if self.faint else 1,
            hovertemplate=f"{self.name}<br>{what}, {self.by[:-1]} %{{x:,}}: %{{y:{form}}}"
            "<extra></extra>",
        )


def _empty(compared, by) -> go.Figure:
    figure = plot_style.base_figure()
    ends = [planned_length(one) for one in compared]
    end = max((epochs if by == EPOCHS else steps for epochs, steps in ends), default=1)
    figure.update_layout(showlegend=False, margin={"l": 56, "r": 12, "t": 12, "b": 44})
    figure.update_xaxes(title="Epoch" if by == EPOCHS else "Step", range=[0, end])
    if by == EPOCHS:
        places, words = plot_style.epoch_ticks(end, 1)
        figure.update_xaxes(tickvals=places, ticktext=words)
    return figure


def accuracy_scatter(
    points: Sequence[ScatterPoint], title: str, logarithmic: bool = False
) -> go.Figure:
    """Test accuracy against x, a mark with its name for each run, with its 95 % interval.

    Args:
        title: of the x axis.
        logarithmic: whether equal ways along it are equal factors.
    """
    figure = plot_style.base_figure()
    figure.update_layout(showlegend=False, margin={"l": 64, "r": 12, "t": 12, "b": 44})
    figure.update_yaxes(title="Test accuracy", tickformat=".1%", range=_y_range(points))
    figure.update_xaxes(title=title, type="log" if logarithmic else "linear")
    figure.update_xaxes(range=_x_range([point.x for point in points], logarithmic))
    if logarithmic and points:
        figure.update_xaxes(tickvals=_round_numbers(points), tickformat=",")
    for point, place in zip(points, _text_positions(points, logarithmic), strict=True):
        figure.add_trace(_mark(point, place))
    return figure


def _mark(point, place) -> go.Scatter:
    looks, name = run_style(point.index), point.short_name
    return go.Scatter(
        x=[point.x],
        y=[point.accuracy],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [point.high - point.accuracy],
            "arrayminus": [point.accuracy - point.low],
            "thickness": 1,
            "width": 4,
        },
        name=point.name,
        text=[name if len(name) <= MAX_NAME else f"{name[:8]}…{name[9 - MAX_NAME :]}"],
        textposition=place,
        mode="markers+text",
        marker={"color": looks.colour, "symbol": looks.symbol, "size": 12},
        hovertemplate=f"{point.name}<br>%{{x:,.4~g}}: %{{y:.2%}} ({point.low:.2%} to"
        f" {point.high:.2%})<extra></extra>",
        cliponaxis=False,
    )


def _text_positions(points, logarithmic) -> list[str]:
    """Where each name stands: towards the middle of the figure, so that none is cut off."""
    low, high = _x_range([point.x for point in points], logarithmic)
    found = []
    for point in points:
        x = math.log10(point.x) if logarithmic else point.x
        share = (x - low) / (high - low)
        found.append(TEXT_POSITIONS[0] if share < 0.55 else TEXT_POSITIONS[1])
    return found


def _round_numbers(points) -> list[float]:
    """1, 2, 5, 10, 20, ... as far as the axis goes; wide ones without 2 and 5."""
    low, high = _x_range([point.x for point in points], logarithmic=True)
    digits = (1, 2, 5) if high - low < 2 else (1,)
    decades = range(math.floor(low), math.ceil(high) + 1)
    return [digit * 10**decade for decade in decades for digit in digits]


def _y_range(points) -> list[float]:
    low = min((point.low for point in points), default=0)
    high = max((point.high for point in points), default=1)
    margin = max(0.002, 0.12 * (high - low))
    return [max(-0.02, low - margin), min(1.02, high + margin)]


def _x_range(values, logarithmic) -> list[float]:
    if not values:
        return [0, 1]
    low, high = min(values), max(values)
    if not logarithmic:
        return [0, high * 1.15]
    return [math.log10(low) - 0.3, math.log10(high) + 0.3]
