"""The learning curves of runs: of one that has ended, or live, without a blink."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from mnist_core.plots import curves as curve_plots
from mnist_core.runs.history import Curves
from pages.ui.state.double_buffer import DoubleBuffer

Pair = tuple[go.Figure, go.Figure]  # accuracy and loss, as NAMES says

NAMES = ("accuracy", "loss")
ZOOM_HELP = "Accuracy from 90 %, loss up to 0.5: where good networks differ."
ALT = "The {{name}} of {of} over its steps, in training and in validation."
# A chart that is there, has its size and its axes; the one it replaces may linger behind it
PLOT = '.js-plotly-plot:not([style*="visibility: hidden"]):not([style*="display: none"])'
DRAWN = f":first-child {PLOT} .xtick"


def static(curves: Curves, of: str = "the run", side_by_side: bool = False) -> None:
    """The curves of a run that has ended; a visitor's zoom stays."""
    closely = st.toggle("Look closely", key="closely", help=ZOOM_HELP)
    pair(run_figures(curves, closely), ALT.format(of=of), side_by_side)


def run_figures(curves: Curves, closely: bool = False) -> Pair:
    """The figures of one run."""
    loss, accuracy = curve_plots.learning_curves(curves, closely)
    return accuracy, loss


def pair(figures: Pair, alt: str, side_by_side: bool = False) -> None:
    """Two figures of accuracy and loss.

    Args:
        alt: says what a figure shows, with {name} for "accuracy" or "loss".
    """
    for place, name, figure in zip(_places(side_by_side), NAMES, figures, strict=True):
        with place:
            _chart(figure, f"curve_{name}", alt.format(name=name))


def live(
    buffer: DoubleBuffer, draw: Callable[[Any], Pair], alt: str, side_by_side: bool = False
) -> None:
    """The curves so far, each chart in two buffers that take turns.

    Streamlit puts a whole new chart where a figure changes, and it takes moments to draw. So the
    new points go to the back buffer, which comes to the front when it is drawn.

    Args:
        draw: makes the figures of what a buffer holds.
        alt: as in `pair`.
    """
    pairs = [draw(content) if content else None for content in buffer.contents]
    for which, (place, name) in enumerate(zip(_places(side_by_side), NAMES, strict=True)):
        with place, st.container(key=name):
            for number, figures in enumerate(pairs):
                with st.container(key=f"{name}_{number}"):
                    if figures:
                        _chart(figures[which], f"growing_{name}_{number}", alt.format(name=name))
    st.html(f"<style>{_front_style(buffer.front)}</style>")  # last: the front is still the old one


def _places(side_by_side):
    return st.columns(2) if side_by_side else (st.container(), st.container())


def _chart(figure, key, alt) -> None:
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def _front_style(front: int) -> str:
    """Both buffers in one place; the one behind is seen only until the one in front is drawn."""
    rules = []
    for name in NAMES:
        chart = f".st-key-{name}"
        is_drawn = f"{chart}:has({chart}_{front} > {DRAWN})"
        rules.append(f"{chart} {{ display: grid; grid-template-columns: minmax(0, 1fr); }}")
        rules.append(f"{chart} > * {{ grid-area: 1 / 1; width: 100%; }}")
        rules.append(f"{is_drawn} {chart}_{1 - front} * {{ visibility: hidden !important; }}")
    return " ".join(rules)
