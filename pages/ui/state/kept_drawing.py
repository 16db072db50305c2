"""The drawing outlives a reload: the browser's tab keeps it as text and gives it back."""

import base64
import contextlib
import functools
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_core.strokes.fabric_paths import ERASER, INK
from pages.ui.state import canvas_width
from pages.ui.state.session import CanvasState

MAX_CHARACTERS = 2_000_000  # hundreds of long strokes
LENGTHS = {"M": 2, "L": 2, "Q": 4}  # numbers after each of Fabric's commands


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    script = Path(__file__).with_name("kept_drawing.js").read_text()
    return st.components.v2.component("kept_drawing", js=script, isolate_styles=False)


def keep(state: CanvasState, side: int, restore: Callable) -> None:
    """Have the browser keep the drawing, or give back what it kept before a reload.

    Args:
        side: of a backdrop, in pixels; a wide one's height.
        restore: called with what `from_text` returns, unless one has drawn meanwhile.
    """

    if not state.outlives_reload:
        return

    def on_kept():
        text = st.session_state["kept_drawing"].kept
        if text and is_fresh(state):
            with contextlib.suppress(ValueError):
                restore(*from_text(text, side))

    data = {"fresh": is_fresh(state), "drawing": to_text(state)}
    _component()(data=data, key="kept_drawing", on_kept_change=on_kept)


def is_fresh(state: CanvasState) -> bool:
    """Whether nothing has been on the canvas yet in this visit."""
    return state.drawing_number == 1 and not state.paths


def to_text(state: CanvasState) -> str:
    """What is on the canvas; of an empty one nothing."""
    if not state.paths and state.backdrop is None:
        return ""
    fields = ("path", "strokeWidth", "stroke")
    paths = [{key: path[key] for key in fields if key in path} for path in state.paths]
    backdrop = state.backdrop
    encoded = "" if backdrop is None else base64.b64encode(backdrop.tobytes()).decode()
    kept = {"paths": paths, "backdrop": encoded, "wide": state.wide}
    return json.dumps(kept, separators=(",", ":"))


def from_text(text: str, side: int) -> tuple[list[dict], np.ndarray | None, bool]:
    """The paths and the backdrop that `to_text` wrote; a browser may send anything.

    Args:
        side: of the backdrop, in pixels; a wide one's height.

    Returns:
        Fabric.js objects, uint8 (side, side or twice that) or None, and whether the canvas is wide.

    Raises:
        ValueError: it is something else.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"A kept drawing has at most {MAX_CHARACTERS} characters.")
    try:
        kept = json.loads(text)
        paths = [_checked_path(path) for path in kept["paths"]]
        backdrop = np.frombuffer(base64.b64decode(kept["backdrop"]), np.uint8)
        wide = kept.get("wide", False) is True
        shape = (side, side * canvas_width.sides(wide))
        return paths, backdrop.reshape(shape) if backdrop.size else None, wide
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"This is no kept drawing: {error!r}") from None


def _checked_path(path: dict) -> dict:
    commands, width = path["path"], path["strokeWidth"]
    numbers = [width]
    for name, *places in commands:
        if len(places) != LENGTHS.get(name):
            raise ValueError(f"A command of a path is one of {list(LENGTHS)}. Received: {name!r}")
        numbers += places
    if not commands or not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
        raise ValueError("A path has commands with finite numbers.")
    if path.get("stroke", INK) not in (INK, ERASER):
        raise ValueError(f"A path is drawn with {INK} or {ERASER}. Received: {path['stroke']!r}")
    colour = {"stroke": path["stroke"]} if "stroke" in path else {}
    return {"type": "Path", "path": commands, "strokeWidth": width} | colour
