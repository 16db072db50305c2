"""What all figures share: size, colours, background, axes.

Backgrounds are transparent and colours mid-toned, so that a figure stands on light and dark pages.
"""

import html
import itertools
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import plotly.graph_objects as go

HEIGHT = 270  # pixels, fixed, so that the page doesn't jump
TRAINING = "#2f86e0"  # blue and orange: told apart by all common kinds of colour blindness
VALIDATION = "#e8820c"
OWN = "#009e73"  # a bluish green, which stands apart from both (Okabe and Ito, 2008)
GRID = "rgba(128, 128, 128, 0.22)"
TRANSPARENT = "rgba(0,0,0,0)"


def base_figure(
    height: int = HEIGHT,
    left: int = 56,
    top: int = 36,
    showlegend: bool = True,
    x_axis: Mapping = MappingProxyType({}),
    y_axis: Mapping = MappingProxyType({}),
) -> go.Figure:
    """A figure with nothing on it, in the layout of all figures.

    Made at once: each `update_layout` and `update_xaxes` of Plotly takes as long as all of this.

    Args:
        height: of the figure; left, top: its margins. In pixels.
        x_axis: what its x axis has besides, as in Plotly's `layout.xaxis`; y_axis: likewise.
    """
    axis = {"gridcolor": GRID, "zeroline": False}
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": 12, "t": top, "b": 44},
            "paper_bgcolor": TRANSPARENT,
            "plot_bgcolor": TRANSPARENT,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "showlegend": showlegend,
            "hovermode": "closest",
            "xaxis": axis | x_axis,
            "yaxis": axis | y_axis,
        }
    )


def metric_axes(max_loss: float, zoomed: bool) -> tuple[dict, dict]:
    """The y axes of a figure of loss and of one of accuracy.

    Args:
        max_loss: where the axis of loss ends.
        zoomed: loss up to 0.5 and accuracy from 90 %, where good networks differ.
    """
    low, margin = (0.9, 0.002) if zoomed else (0, 0.02)  # a line at 100 % stays whole
    loss = {"title": "Loss", "range": [0, 0.5 if zoomed else max_loss]}
    accuracy_range = in_percent([low, 1 + margin])
    accuracy = {"title": "Accuracy", "range": accuracy_range, "ticksuffix": " %"}
    return loss, accuracy


def in_percent(shares: Iterable[float]) -> list[float]:
    """Shares of 1 in percent: Plotly's own format of a share has no room before its sign."""
    return [100 * share for share in shares]


def plain_text(text: str) -> str:
    """A text that Plotly shows as it is, in names and hover templates too: not HTML, no %{...}."""
    return html.escape(text, quote=False).replace("{", "&#123;")


def epoch_ticks(total: float, per_epoch: int, most: int = 12) -> tuple[list[int], list[str]]:
    """At most about a dozen ends of epochs, evenly apart: their steps, and their numbers."""
    epochs = max(1, round(total / per_epoch))
    intervals = (n * 10**power for power in itertools.count() for n in (1, 2, 5))
    interval = next(n for n in intervals if epochs / n <= most)
    numbers = list(range(0, epochs + 1, interval))
    return [n * per_epoch for n in numbers], [str(n) for n in numbers]
