"""What all figures of curves share: size, colours, axes."""

import plotly.graph_objects as go

HEIGHT = 270  # pixels, fixed, so that the page doesn't jump


TRAINING = "#2f86e0"  # blue and orange: told apart by all common kinds of colour blindness


VALIDATION = "#e8820c"


GRID = "rgba(128, 128, 128, 0.22)"


def base_figure() -> go.Figure:
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


def style_axes(loss: go.Figure, accuracy: go.Figure, top: float, closely: bool) -> None:
    """Give a figure of loss and one of accuracy their axes, up to a loss of `top`."""
    low, margin = (0.9, 0.002) if closely else (0, 0.02)  # a line at 100 % stays whole
    loss.update_yaxes(title="Loss", range=[0, 0.5 if closely else top])
    accuracy.update_yaxes(title="Accuracy", range=[low, 1 + margin], tickformat=".0%")


def epoch_ticks(total: float, per_epoch: int, most: int = 12) -> tuple[list[int], list[str]]:
    """At most about a dozen ends of epochs, evenly apart: their steps, and their numbers."""
    epochs = max(1, round(total / per_epoch))
    apart = next(n for n in (1, 2, 5, 10, 20, 50, 100) if epochs / n <= most or n == 100)
    numbers = list(range(0, epochs + 1, apart))
    return [n * per_epoch for n in numbers], [str(n) for n in numbers]
