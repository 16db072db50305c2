"""What all figures share: size, colours, background, axes.

Backgrounds are transparent and colours mid-toned, so that a figure stands on light and dark pages.
"""

import plotly.graph_objects as go

HEIGHT = 270  # pixels, fixed, so that the page doesn't jump
TRAINING = "#2f86e0"  # blue and orange: told apart by all common kinds of colour blindness
VALIDATION = "#e8820c"
GRID = "rgba(128, 128, 128, 0.22)"
TRANSPARENT = "rgba(0,0,0,0)"


def base_figure(
    height: int = HEIGHT, left: int = 56, top: int = 36, showlegend: bool = True
) -> go.Figure:
    """A figure with nothing on it, in the layout of all figures.

    Args:
        height: of the figure; left, top: its margins. In pixels.
    """
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": left, "r": 12, "t": top, "b": 44},
        paper_bgcolor=TRANSPARENT,
        plot_bgcolor=TRANSPARENT,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=showlegend,
        hovermode="closest",
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def style_axes(loss: go.Figure, accuracy: go.Figure, max_loss: float, zoomed: bool) -> None:
    """Give a figure of loss and one of accuracy their y axes.

    Args:
        max_loss: where the axis of loss ends.
        zoomed: loss up to 0.5 and accuracy from 90 %, where good networks differ.
    """
    low, margin = (0.9, 0.002) if zoomed else (0, 0.02)  # a line at 100 % stays whole
    loss.update_yaxes(title="Loss", range=[0, 0.5 if zoomed else max_loss])
    accuracy.update_yaxes(title="Accuracy", range=[low, 1 + margin], tickformat=".0%")


def epoch_ticks(total: float, per_epoch: int, most: int = 12) -> tuple[list[int], list[str]]:
    """At most about a dozen ends of epochs, evenly apart: their steps, and their numbers."""
    epochs = max(1, round(total / per_epoch))
    interval = next(n for n in (1, 2, 5, 10, 20, 50, 100) if epochs / n <= most or n == 100)
    numbers = list(range(0, epochs + 1, interval))
    return [n * per_epoch for n in numbers], [str(n) for n in numbers]
