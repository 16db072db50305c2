"""A run's curves on a page: at rest, or growing without a blink."""

import streamlit as st

from mnist_core import figures
from mnist_core.curves import Curves
from pages.ui.story import Story

NAMES = ("accuracy", "loss")
# A chart that is there, has its size and its axes; the one it replaces may linger behind it
PLOT = '.js-plotly-plot:not([style*="visibility: hidden"]):not([style*="display: none"])'
DRAWN = f":first-child {PLOT} .xtick"


def at_rest(found: Curves, closely: bool = False) -> None:
    """The curves of a run that has ended; a visitor's zoom stays."""
    for name in NAMES:
        _chart(found, name, f"curve_{name}", closely)


def growing(story: Story) -> None:
    """The curves so far, each chart in two layers that take turns.

    Streamlit puts a whole new chart where a figure changes, and it takes moments to draw. So the
    new points go to the layer behind, which comes to the front when it is drawn.
    """
    story.turn_layers()
    for name in NAMES:
        with st.container(key=name):
            for number, found in enumerate(story.layers):
                with st.container(key=f"{name}_{number}"):
                    if found:
                        _chart(found, name, f"growing_{name}_{number}")
    st.html(f"<style>{_layered(story.front)}</style>")  # last: the front is still the old one


def _chart(found, name, key, closely=False) -> None:
    loss, accuracy = figures.curves(found, closely)
    st.plotly_chart(
        accuracy if name == "accuracy" else loss,
        key=key,
        alt=f"The {name} of the run over its steps, in training and in validation.",
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
