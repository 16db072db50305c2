"""How models did on a test set, as Plotly figures."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from mnist_core.evaluation.metrics import Reliability, wilson_interval
from mnist_core.evaluation.perturbations import Perturbation
from mnist_core.plots.style import GRID, TRAINING, VALIDATION, base_figure, in_percent

COLOURS = (TRAINING, VALIDATION)  # of the first and the second model
DIAGONAL = "rgba(128, 128, 128, 0.16)"
DIGITS = list(range(10))
MAX_OPACITY = 0.8  # of the commonest mistake: its number stays legible
HEIGHTS = {"confusion": 440, "reliability": 380, "robustness": 260}  # pixels, fixed


def confusion_heatmap(
    matrix: np.ndarray, model_index: int = 0, cell: tuple[int, int] | None = None
) -> go.Figure:
    """A confusion matrix in which few mistakes are not outshone by what is right.

    Only mistakes are coloured, by the square root of their number; what is right is a number on
    grey.

    Args:
        matrix: int (10, 10), row = the true digit, column = what it was read as.
        model_index: 0 or 1: the first or the second model, by its colour.
        cell: (true digit, read as): framed.
    """
    colour = COLOURS[model_index]
    wrong = np.sqrt(matrix * (1 - np.eye(10, dtype=int)))
    figure = _base_figure("confusion", showlegend=False)
    figure.add_trace(
        go.Heatmap(
            z=wrong,
            zmin=0,
            zmax=max(1.0, float(wrong.max())),
            x=DIGITS,
            y=DIGITS,
            colorscale=[_with_opacity(colour, opacity) for opacity in (0, MAX_OPACITY)],
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.add_trace(_counts_to_click(matrix))
    for digit in DIGITS:
        figure.add_shape(**_box(digit, digit), layer="below", line_width=0, fillcolor=DIAGONAL)
    if cell is not None:
        figure.add_shape(**_box(*cell), line={"color": colour, "width": 3})
    axis = {"tickvals": DIGITS, "showgrid": False, "fixedrange": True}
    figure.update_xaxes(title="Read as", range=[-0.5, 9.5], **axis)
    figure.update_yaxes(title="True digit", range=[9.5, -0.5], **axis)
    return figure.update_layout(hoverdistance=40)  # pixels: no gap between two cells


def _counts_to_click(matrix) -> go.Scatter:
    """The counts as the texts of points: Streamlit reports clicks on points only."""
    rows, columns = (axis.ravel() for axis in np.indices(matrix.shape))
    counts = matrix.ravel()
    return go.Scatter(
        x=columns, y=rows, text=[f"{count:,}" if count else "" for count in counts],
        mode="markers+text", marker={"symbol": "square", "size": 30, "opacity": 0},
        unselected={"marker": {"opacity": 0}}, textfont={"size": 12}, customdata=counts,
        hovertemplate="%{customdata:,} images of %{y} read as %{x}<extra></extra>",
    )  # fmt: skip


def _box(row, column) -> dict:
    return {
        "type": "rect", "x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5,
    }  # fmt: skip


def reliability_diagram(reliabilities: Mapping[str, Reliability]) -> go.Figure:
    """Accuracy by confidence.

    Above, a point for each bin with images, with its 95 % interval; on the diagonal, the model is
    right as often as it is sure. Below, the images of each bin, on a logarithmic axis.

    Args:
        reliabilities: by the model's name; one or two.
    """
    figure = _base_figure("reliability")
    figure.add_trace(_diagonal())
    for (name, curve), colour in zip(reliabilities.items(), COLOURS, strict=False):
        figure.add_trace(_calibration_curve(name, curve, colour))
        figure.add_trace(_bin_counts(name, curve, colour))
    share = {"ticksuffix": " %", "range": [-2, 102]}
    figure.update_xaxes(title="How sure (probability of the best guess)", anchor="y2", **share)
    figure.update_yaxes(title="How often right", domain=[0.34, 1], **share)
    most = max((int(curve.counts.max()) for curve in reliabilities.values()), default=1)
    return figure.update_layout(
        yaxis2={"title": "Images", "type": "log", "domain": [0, 0.24], "gridcolor": GRID,
                "range": [-0.3, np.log10(most) + 0.2], "dtick": 1 if most < 1e4 else 2},
        barmode="group", bargap=0.15,
    )  # fmt: skip


def _diagonal() -> go.Scatter:
    return go.Scatter(
        x=[0, 100], y=[0, 100], mode="lines", name="right as often as sure", hoverinfo="skip",
        line={"color": "rgba(128, 128, 128, 0.8)", "dash": "dot", "width": 1.5},
    )  # fmt: skip


def _calibration_curve(name, curve, colour) -> go.Scatter:
    filled = np.flatnonzero(curve.counts)
    correct, counts = curve.correct[filled], curve.counts[filled]
    accuracy = curve.accuracy[filled]
    low, high = np.transpose(list(map(wilson_interval, correct.tolist(), counts.tolist())))
    return go.Scatter(
        x=100 * curve.confidence[filled], y=100 * accuracy, name=name, mode="lines+markers",
        line={"color": colour, "width": 2}, marker={"size": 7},
        error_y={"array": 100 * (high - accuracy), "arrayminus": 100 * (accuracy - low),
                 "thickness": 1, "width": 3, "color": _with_opacity(colour, 0.6)},
        customdata=np.stack([correct, counts], axis=1),
        hovertemplate="%{x:.1f} % sure, %{y:.1f} % right: %{customdata[0]:,} of %{customdata[1]:,}"
        f"<extra>{name}</extra>",
    )  # fmt: skip


def _bin_counts(name, curve, colour) -> go.Bar:
    bins = len(curve.counts)
    return go.Bar(
        x=100 * (np.arange(bins) + 0.5) / bins, y=curve.counts, name=name, yaxis="y2",
        showlegend=False,
        marker={"color": _with_opacity(colour, 0.7), "line": {"width": 0}},
        hovertemplate="%{y:,} images<extra>" + name + "</extra>",
    )  # fmt: skip


def robustness_chart(
    perturbation: Perturbation, curves: Mapping[str, Mapping[float, int]], count: int
) -> go.Figure:
    """Accuracy by the amount of a perturbation; the axes don't depend on the points known by now.

    Args:
        curves: the model's name -> amount -> how many images are read right; one or two models.
        count: images of the test set.
    """
    figure = _base_figure("robustness", showlegend=len(curves) > 1)
    for (name, curve), colour in zip(curves.items(), COLOURS, strict=False):
        figure.add_trace(_accuracy_line(name, curve, colour, perturbation.unit, count))
    figure.add_vline(x=perturbation.identity, line={"color": GRID, "width": 2})
    first, last = perturbation.amounts[0], perturbation.amounts[-1]
    margin = (last - first) * 0.04
    title = f"{perturbation.name} ({perturbation.unit})"
    figure.update_xaxes(title=title, range=[first - margin, last + margin])
    return figure.update_yaxes(range=[0, 102], ticksuffix=" %")


def _accuracy_line(name, curve, colour, unit, count) -> go.Scatter:
    amounts = sorted(curve)
    return go.Scatter(
        x=amounts, y=[100 * curve[amount] / count for amount in amounts], name=name,
        mode="lines+markers", line={"color": colour, "width": 2}, marker={"size": 6},
        customdata=[in_percent(wilson_interval(curve[amount], count)) for amount in amounts],
        hovertemplate=f"%{{x}} {unit}: %{{y:.2f}} % (%{{customdata[0]:.2f}} % to"
        f" %{{customdata[1]:.2f}} %)<extra>{name}</extra>",
    )  # fmt: skip


def _with_opacity(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def _base_figure(kind, showlegend=True) -> go.Figure:
    figure = base_figure(HEIGHTS[kind], 52, 30 if showlegend else 10, showlegend)
    return figure.update_layout(dragmode=False)
