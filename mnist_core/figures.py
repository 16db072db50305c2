"""Plain data -> Plotly figures. Knows neither Keras nor Streamlit.

Backgrounds are transparent and lines mid-toned, so that a figure stands on light and dark pages.
"""

import math

import plotly.graph_objects as go

from mnist_core.curves import Curve, Curves

MOST_POINTS = 400  # per line: more than a page is wide, and a redraw stays quick
HEIGHT = 270  # pixels, fixed, so that the page doesn't jump
TRAINING = "#2f86e0"  # blue and orange: told apart by all common kinds of colour blindness
VALIDATION = "#e8820c"
GRID = "rgba(128, 128, 128, 0.22)"


def curves(found: Curves, closely: bool = False) -> tuple[go.Figure, go.Figure]:
    """The loss and the accuracy of a run, over the whole of the planned run.

    The axes don't depend on how far the run is, so a live chart grows and never jumps.

    Args:
        found: what the run's events tell.
        closely: accuracy from 90 % and loss up to 0.5, where good networks differ.
    """
    loss, accuracy = _empty(found), _empty(found)
    lines = (
        ("training, by step", decimated(found.steps), TRAINING, True),
        ("training, by epoch", found.train, TRAINING, False),
        ("validation, by epoch", found.validation, VALIDATION, False),
    )
    for name, curve, colour, fine in lines:
        if curve.step:
            loss.add_trace(_line(name, curve.step, curve.loss, colour, fine, "%{y:.4f}"))
            accuracy.add_trace(_line(name, curve.step, curve.accuracy, colour, fine, "%{y:.2%}"))
    style_axes(loss, accuracy, loss_top(found), closely)
    return loss, accuracy


def decimated(curve: Curve, most: int = MOST_POINTS) -> Curve:
    """At most so many points, each the mean of its neighbours; the last keeps its step."""
    size = math.ceil(len(curve.step) / most)
    if size <= 1:
        return curve
    groups = [slice(i, i + size) for i in range(0, len(curve.step), size)]
    means = [[_mean(column[group]) for group in groups] for column in curve[1:]]
    return Curve([curve.step[group][-1] for group in groups], *means)


def loss_top(found: Curves) -> float:
    """Where the axis of loss ends: a little above all it shows, and at least at a guess's 2.3.

    It only ever moves for a run that does worse than guessing.
    """
    shown = [*decimated(found.steps).loss, *found.train.loss, *found.validation.loss]
    highest = max((loss for loss in shown if math.isfinite(loss)), default=0)
    return max(2.4, 2 ** math.ceil(math.log2(highest))) if highest > 2.4 else 2.4


def _mean(values) -> float:
    return sum(values) / len(values)


def style_axes(loss: go.Figure, accuracy: go.Figure, top: float, closely: bool) -> None:
    """Give a figure of loss and one of accuracy their axes, up to a loss of `top`."""
    low, margin = (0.9, 0.002) if closely else (0, 0.02)  # a line at 100 % stays whole
    loss.update_yaxes(title="Loss", range=[0, 0.5 if closely else top])
    accuracy.update_yaxes(title="Accuracy", range=[low, 1 + margin], tickformat=".0%")


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
    figure = bare()
    steps, words = epoch_ticks(found.total_steps, found.steps_per_epoch)
    figure.update_xaxes(title="Epoch", range=[0, found.total_steps], tickvals=steps, ticktext=words)
    return figure


def bare() -> go.Figure:
    """A figure with nothing on it, of the height and the looks that all line charts have."""
    figure = go.Figure()
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 56, "r": 12, "t": 36, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
        hovermode="closest",
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def epoch_ticks(total: float, per_epoch: int, most: int = 12) -> tuple[list[int], list[str]]:
    """At most about a dozen ends of epochs, evenly apart: their steps, and their numbers."""
    epochs = max(1, round(total / per_epoch))
    apart = next(n for n in (1, 2, 5, 10, 20, 50, 100) if epochs / n <= most or n == 100)
    numbers = list(range(0, epochs + 1, apart))
    return [n * per_epoch for n in numbers], [str(n) for n in numbers]
