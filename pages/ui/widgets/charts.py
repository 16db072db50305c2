"""The learning curves of runs, while they train and afterwards: charts that are redrawn in place.

`st.plotly_chart` puts a whole new chart where a figure changes: that costs the browser half a core
while a run is watched, blinks, and forgets the visitor's zoom. plotly.js is the plotly package's,
served by this app; nothing comes from the network.
"""

import functools
from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs_version
from streamlit.components.v1 import declare_component

from mnist_core.plots import curves as curve_plots
from mnist_core.plots import style
from mnist_core.runs.history import Curves

ZOOM_HELP = "Accuracy from 90 %, loss up to 0.5: where good networks differ."
FULL_HELP = (
    "Accuracy from 0 to 100 % and all of the loss. If not, the axes follow what happens now: the"
    " last two thirds of the run so far."
)
ALT = "The {{name}} of {of} over its steps, in training and on new images."

_JS = Path(__file__).with_name("live_chart.js").read_text()
_HTML = '<div class="live-chart" role="figure"></div>'
_CSS = ".live-chart { color: var(--st-text-color); font-family: var(--st-font); }"


def full_range_switch() -> bool:
    """Whether a run's curves are to be shown on axes of their full range."""
    return st.toggle("Full range", key="full_range", help=FULL_HELP)


def run_curves(
    curves: Curves,
    name: str,
    full_range: bool,
    side_by_side: bool = False,
    height: int = style.HEIGHT,
) -> None:
    """The curves of the run of this name.

    Args:
        height: of each of the two, in pixels.
    """
    loss, accuracy = curve_plots.learning_curves(curves, full_range, height)
    pair(accuracy, loss, ALT.format(of=name), side_by_side)


def pair(accuracy: go.Figure, loss: go.Figure, alt: str, side_by_side: bool = False) -> None:
    """The two figures of a run, or of several.

    Args:
        alt: says what a figure shows, of which runs, with {name} for "accuracy" or "loss".
    """
    places = st.columns(2) if side_by_side else [st.container()] * 2
    figures = {"accuracy": accuracy, "loss": loss}
    for place, (name, figure) in zip(places, figures.items(), strict=True):
        with place:
            live_chart(figure, name, alt.replace("{name}", name))


def live_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Put the figure on the page, or redraw it there: where its key is the same, so is the chart.

    Args:
        figure: with a height and two axes that have ranges; stretched to the width there is.
        alt: says what it shows, to who can't see it.
    """
    spec = figure.to_dict()
    spec["layout"].pop("template", None)  # it is long; the page's font and colour are put in there
    data = {"figure": to_json_plotly(spec), "height": figure.layout.height, "alt": alt}
    _component()(data=data | {"plotly_js": _plotly_js()}, key=key)


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    return st.components.v2.component(
        "live_chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False
    )


@functools.cache
def _plotly_js() -> str:
    """The path of plotly.js on this server, from any page.

    Streamlit serves the folder of a declared component. This one is only declared, never shown.
    """
    folder = Path(plotly.__file__).parent / "package_data"
    name = declare_component("plotly_js", path=folder).name
    return f"component/{name}/plotly.min.js?v={get_plotlyjs_version()}"
