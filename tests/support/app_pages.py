"""Pages of the app in this process, by Streamlit's AppTest: open one, and look at what it shows."""

import base64
import html
import io
import json
import re

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.models import store as model_store
from mnist_core.strokes import fabric_paths
from mnist_core.system import paths
from pages.ui.choices.loader import sample_loader
from pages.ui.navigation import living_network
from pages.ui.widgets import canvas
from pages.ui.widgets.clickable import Click

APP = paths.PROJECT / "streamlit_app.py"
FIRST_CONTROLS = (  # of the Train page's form, that a first-time visitor sees
    "network.blocks",
    "network.blocks.filters",
    "network.dense",
    "recipe.learning_rate",
    "recipe.epochs",
)
PAGES = ("draw", "train", "evaluate", "inside", "data", "runs")
TEXT_KINDS = ("markdown", "caption", "info", "warning", "error", "toast", "success", "code")


def open_page(page: str, query: dict | None = None) -> AppTest:
    """A new visitor's page, as a link with these parameters opens it."""
    app = AppTest.from_file(APP, default_timeout=60)
    for key, value in (query or {}).items():
        app.query_params[key] = value if isinstance(value, list) else str(value)
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, query
    return app


def choose_runs(app: AppTest, *names: str) -> AppTest:
    """Choose runs on the Runs page, as a click or ticks in its table do, and run the page."""
    app.session_state["session"].chosen = list(map(model_store.find, names))
    app.run()
    assert not app.exception
    return app


def chosen_runs(app: AppTest) -> list[str]:
    """The names of the runs that are open, or compared, on the Runs page."""
    return [run.name for run in app.session_state["session"].chosen]


def texts(app: AppTest) -> str:
    """All sentences on the page."""
    return " ".join(str(element.value) for kind in TEXT_KINDS for element in app.get(kind))


def html_bodies(app: AppTest) -> list[str]:
    """Every piece of HTML on the page."""
    return [element.proto.body for element in app.get("html")]


def html_with(app: AppTest, text: str) -> str:
    """The one piece of HTML on the page that holds a text."""
    (body,) = [body for body in html_bodies(app) if text in body]
    return body


def plain_text(markup: str) -> str:
    """What a person reads of a piece of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def image_alts(app: AppTest, within: str = "") -> list[str]:
    """The alternative words of the pictures in HTML; only of the pieces that hold `within`."""
    bodies = [body for body in html_bodies(app) if within in body]
    alts = [alt for body in bodies for alt in re.findall(r'<img[^>]* alt="([^"]*)"', body)]
    return list(map(html.unescape, alts))


def gallery_captions(app: AppTest) -> list[str]:
    """What is read under each picture of the galleries."""
    bodies = [body for body in html_bodies(app) if '<div class="gallery' in body]
    captions = [text for body in bodies for text in re.findall(r"<figcaption>(.*?)</figcap", body)]
    return list(map(plain_text, captions))


def chart_specs(app: AppTest) -> list[dict]:
    """Every Plotly chart on the page, as Plotly's JSON: first the live ones, then the others."""
    live = [json.loads(data["figure"]) for data in live_charts(app).values()]
    return live + [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def live_charts(app: AppTest) -> dict[str, dict]:
    """What the browser is given of each live chart, by its key."""
    components = [element.proto for element in app.get("bidi_component")]
    charts = [proto for proto in components if proto.component_name == "live_chart"]
    return {proto.id.rpartition("-")[2]: json.loads(proto.json) for proto in charts}


def decode_image(data_url: str) -> np.ndarray:
    """The image in a data URL, or at the beginning of a text that such a URL begins."""
    return np.array(Image.open(io.BytesIO(base64.b64decode(data_url.split('"')[0].split(",")[1]))))


def pen_path(*points, width: float = canvas.PEN_WIDTH) -> dict:
    """A pen path as the canvas returns it."""
    commands = [["M", *points[0]], *(["L", *point] for point in points[1:])]
    return {"type": "Path", "path": commands, "strokeWidth": width}


def eraser_path(*points, width: float = canvas.PEN_WIDTH) -> dict:
    """A path of the eraser."""
    return pen_path(*points, width=width) | {"stroke": fabric_paths.ERASER}


ONE = pen_path((210, 80), (210, 340))
SEVEN = pen_path((130, 90), (290, 90), (190, 340))


def strip_on(app) -> dict:
    """What the page tells the browser to draw of the network at work."""
    protos = [element.proto for element in app.get("bidi_component")]
    (found,) = [proto for proto in protos if proto.component_name == living_network.KEY]
    return json.loads(json.loads(found.json)["strip"])


class Clicks:
    """What stands for the browser's part of `clickable.show`: it shows the HTML, and clicks.

    `html` and `callbacks` are those of each key that was shown.
    """

    def __init__(self):
        self.html, self.callbacks = {}, {}
        self._clicked = {}  # beginning of a key -> the click that the next run is about

    def __call__(self, body, key, on_click=lambda click: None, leads_to=""):
        st.html(body)
        self.html[key], self.callbacks[key] = body, on_click
        beginning = next(filter(key.startswith, self._clicked), None)
        return self._clicked.pop(beginning) if beginning is not None else None

    def click(self, app: AppTest, key: str, part, x: float = 0.5, y: float = 0.5) -> None:
        """Click a part of what has a key that begins so, and run the page."""
        click = Click(str(part), x, y)
        full_key = [known for known in self.callbacks if known.startswith(key)][-1]
        self.callbacks[full_key](click)
        self._clicked[key] = click
        app.run()
        assert not app.exception


def load_samples() -> None:
    """Have the digits to take loaded before a page asks for them."""
    sample_loader().wait()
