"""A run's curves on a page: at rest, or growing without a blink."""

import streamlit as st

from mnist_core import figures
from mnist_core.curves import Curves
from pages.ui.story import Story

NAMES = ("accuracy", "loss")
CLOSELY = "Accuracy from 90 %, loss up to 0.5: where good networks differ."
# A chart that is there, has its size and its axes; the one it replaces may linger behind it
PLOT = '.js-plotly-plot:not([style*="visibility: hidden"]):not([style*="display: none"])'
DRAWN = f":first-child {PLOT} .xtick"


def at_rest(found: Curves, of: str = "the run", side_by_side: bool = False) -> None:
    """The curves of a run that has ended; a visitor's zoom stays."""
    closely = st.toggle("Look closely", key="closely", help=CLOSELY)
    places = st.columns(2) if side_by_side else (st.container(), st.container())
    for place, name, figure in zip(places, NAMES, _figures(found, closely), strict=True):
        with place:
            _chart(figure, name, f"curve_{name}", of)


def growing(story: Story) -> None:
    """The curves so far, each chart in two layers that take turns.

    Streamlit puts a whole new chart where a figure changes, and it takes moments to draw. So the
    new points go to the layer behind, which comes to the front when it is drawn.
    """
    story.turn_layers()
    layers = [_figures(found) if found else None for found in story.layers]
    for which, name in enumerate(NAMES):
        with st.container(key=name):
            for number, drawn in enumerate(layers):
                with st.container(key=f"{name}_{number}"):
                    if drawn:
                        _chart(drawn[which], name, f"growing_{name}_{number}")
    st.html(f"<style>{_layered(story.front)}</style>")  # last: the front is still the old one


def _figures(found, closely=False):
    """One for each of NAMES."""
    loss, accuracy = figures.curves(found, closely)
    return accuracy, loss


def _chart(figure, name, key, of="the run") -> None:
    st.plotly_chart(
        figure,
        key=key,
        alt=f"The {name} of {of} over its steps, in training and in validation.",
        config={"displayModeBar": False},
    )


def _layered(front: int) -> str:
    """Layers in one place; the one behind is seen only until the one in front is drawn."""
    rules = []
    for name in NAMES:
        chart, before, behind = (
            f".st-key-{name}{end}" for end in ("", f"_{front}", f"_{1 - front}")
        )
        drawn = f"{chart}:has({before} > {DRAWN})"
        rules.append(f"{chart} {{ display: grid; grid-template-columns: minmax(0, 1fr); }}")
        rules.append(f"{chart} > * {{ grid-area: 1 / 1; width: 100%; }}")
        rules.append(f"{drawn} {behind} * {{ visibility: hidden !important; }}")
    return " ".join(rules)
