"""A real visitor without a browser: Streamlit's own protocol over a real websocket.

    visitor = Visitor(app.url).open("/train?network.dense.0.units=64")
    visitor.press("start")
    visitor.wait(lambda: "Finished" in visitor.text(), 60)
    assert not visitor.failures

It sends and receives what Chromium was seen to with streamlit 1.67.0 (frames recorded through
Playwright); see `streamlit_tab`, `streamlit_page` and `fabric`. Unlike a browser it has no login,
uploads no files and runs no component but the canvas, and that on black only. Any number of
visitors share one thread for their connections, so that thirty cost little; each is driven from a
thread of its own.
"""

import json
import re
import urllib.parse
from typing import NamedTuple

import fabric
import numpy as np
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit_page import Node, Page, state_of
from streamlit_tab import Rerun, Tab

MENU = {"draw": ""}  # the first page has no path


class Answer(NamedTuple):
    """What the Draw page says of a drawing."""

    digit: str  # the first character of the answer
    shares: tuple[float, ...]  # the lengths of the ten bars, in percent
    seen: str  # the image that the network sees, as a data URL
    seconds: float  # from sending the stroke to the answer's arrival


class Visitor(Tab):
    """One person's tab. Every action waits for the page to have answered it.

    Attributes:
        failures: exceptions shown, scripts that failed, a connection that broke; all so far.
        session: the server's name for this tab.
        page: what the browser holds; see `streamlit_page.Page`.
    """

    def __init__(self, url: str, cookies: dict[str, str] | None = None):
        """
        Args:
            url: of the server, as `App.url`.
            cookies: what this browser brings along; what the server sets is added.
        """
        super().__init__(url, cookies)

    def open(self, path: str = "/") -> "Visitor":
        """Load a page by its path and query string, in a new session."""
        self.close()
        address = urllib.parse.urlsplit(path)
        self.page, self.session = Page(query=address.query), ""
        self.connect()
        self.rerun(Rerun(""), page_name=address.path.strip("/"))
        return self

    def reconnect(self) -> "Visitor":
        """Connect again after a broken connection, as a browser does: the tab stays as it is."""
        self.close()
        self.connect()
        self.rerun(Rerun(""))
        return self

    def navigate(self, path: str) -> Rerun:
        """Click on a page in the menu: "train", or "draw" for the first."""
        with self.changed:
            self.page.hash, self.page.query = self.page.hashes[MENU.get(path, path)], ""
            self.page.nodes.clear()
            self.page.values.clear()
        return self.rerun(Rerun(""))

    def press(self, key: str, watch: str = "") -> Rerun:
        """Press a button.

        Args:
            watch: the key of a container; `Rerun.shown` is when it was sent anew.
        """
        node = self.node(key)
        pressed = WidgetState(id=node.id, trigger_value=True)
        return self.rerun(Rerun(node.fragment, watch), pressed)

    def set_value(self, key: str, value) -> Rerun:
        """Give a widget this value: a text, a number, True; an option by its words."""
        node = self.node(key)
        with self.changed:
            self.page.values[node.id] = state_of(node, value)
            if bound := getattr(node.content, "query_param_key", ""):
                query = dict(urllib.parse.parse_qsl(self.page.query)) | {bound: str(value)}
                self.page.query = urllib.parse.urlencode(query)
        return self.rerun(Rerun(node.fragment))

    def draw(self, points: np.ndarray) -> Answer:
        """Draw one stroke onto what is on the canvas, and read the answer.

        The time begins when the stroke is sent; in a browser that is 202 ms after pen-up.

        Args:
            points: (k, 2) in canvas pixels, x right, y down, from pen-down to pen-up.
        """
        canvas = self.node("canvas")
        width = json.loads(canvas.content.json)["strokeWidth"]
        self._set_canvas(canvas, [*self.paths(), fabric.stroke(points, width)])
        rerun = self.rerun(Rerun(canvas.fragment, "answer"))
        return self.answer(rerun.shown - rerun.sent)

    def clear(self) -> None:
        """Press Clear. The emptied canvas then tells the server so, as it does in a browser."""
        self.press("clear")
        canvas = self.node("canvas")
        first = json.loads(canvas.content.json)["initialDrawing"]["objects"]
        self._set_canvas(canvas, [fabric.loaded(path) for path in first])
        self.rerun(Rerun(canvas.fragment))

    def paths(self) -> list[dict]:
        """What is on the canvas, as Fabric.js objects; the first is the program's own mark."""
        canvas = self.node("canvas")
        with self.changed:
            state = self.page.values.get(canvas.id)
        if state is not None:
            return json.loads(state.json_value)["drawing"]["raw"]["objects"]
        first = json.loads(canvas.content.json)["initialDrawing"]["objects"]
        return [fabric.loaded(path) for path in first]

    def _set_canvas(self, canvas, paths):
        with self.changed:
            state = WidgetState(id=canvas.id, json_value=fabric.state(paths))
            self.page.values[canvas.id] = state

    def answer(self, seconds: float = 0.0) -> Answer:
        """What the Draw page says now."""
        seen = re.search(r'class="seen"[^>]*src="([^"]*)"', self.html())
        shares = map(float, re.findall(r'<b style="width:([\d.]+)%"', self.html("answer")))
        digit = self.text("answer").strip()[:1]
        return Answer(digit, tuple(shares), seen[1] if seen else "", seconds)

    def has(self, key: str) -> bool:
        """Whether there is a widget or container with this Streamlit key now."""
        with self.changed:
            return any(node.key == key for node in self.page.nodes.values())

    def node(self, key: str) -> Node:
        """The widget or container with this Streamlit key. KeyError: there is none now."""
        with self.changed:
            nodes = {node.key: node for node in self.page.nodes.values()}
        if key not in nodes:
            raise KeyError(f"No {key!r} here, but {sorted(nodes)}. Failures: {self.failures}")
        return nodes[key]

    def html(self, key: str = "") -> str:
        """The raw `st.html` of the page or of the container of this key."""
        with self.changed:
            return "\n".join(n.content.body for n in self.page.nodes_in(key) if n.kind == "html")

    def text(self, key: str = "") -> str:
        """What a person reads on the page or in the container of this key."""
        with self.changed:
            return "\n".join(filter(None, (node.text() for node in self.page.nodes_in(key))))

    def error_boxes(self) -> list[str]:
        """The sentences in red boxes that stand on the page now."""
        with self.changed:
            boxes = [node.content for node in self.page.nodes_in() if node.kind == "alert"]
        return [box.body for box in boxes if box.format == box.ERROR]
