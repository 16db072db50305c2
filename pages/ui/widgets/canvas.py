"""The drawing canvas: pen paths in, a picture out; Clear and Undo."""

import functools
import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.strokes import fabric_paths
from mnist_core.strokes.fabric_paths import ERASER, INK
from pages.ui.app import style
from pages.ui.state import canvas_width, kept_drawing
from pages.ui.state.session import CanvasState, HasCanvas

KEY = "canvas"
SIDE = 420  # pixels on a desk
PICTURE = 280  # side of the picture that is read: 10 x 28, and drawn in half the time of SIDE's
PEN_WIDTH = 34  # about 1/9 of the height of a digit that fills three quarters of the canvas
PEN_WIDTHS = (10, 70)
ERASER_WIDTH = 1.5  # times the pen's: of a stroke gone over by hand no thin edges are left
# How a path is drawn that comes from elsewhere than from the browser's own pen
LOOK = {"stroke": INK, "fill": None, "strokeLineCap": "round", "strokeLineJoin": "round"}

# Shown as large as `--pad-side` says, which a page may set. Scaled, not made anew, so that turning
# the phone keeps the drawing; tan(atan2()) makes a number of two lengths.
STYLE = f"""
.st-key-pad {{ --side: var(--pad-side, min({SIDE}px, 100vw - 2rem));
  width: calc(var(--sides, 1) * var(--side)); height: var(--side); overflow: clip;
  border-radius: 12px; background: #000; flex: none; touch-action: none; position: relative; }}
.st-key-pad > div {{ width: calc(var(--sides, 1) * {SIDE}px);
  min-width: calc(var(--sides, 1) * {SIDE}px); transform-origin: 0 0;
  transform: scale(tan(atan2(var(--side), {SIDE}px))); }}
.st-key-pad::after {{ content: attr(data-hint); position: absolute; inset: 0; display: grid;
  place-content: center; color: #fff; opacity: .6; font-size: 1.4rem; pointer-events: none; }}
.st-key-pen {{ max-width: {SIDE}px; gap: .5rem; }}
.st-key-pen button {{ padding: 0 .7rem; }}
@media (max-width: 1000px) {{ /* icons alone; who can't see them hears the words */
  .st-key-pen button p {{ position: absolute; opacity: 0; }}
  .st-key-pen button span {{ margin: 0; }}
}}
@media (max-width: 640px) {{ .st-key-pad {{ margin: 0 auto; }} }}
"""
# As wide as else, and half as high; a page may have more room for it
WIDE_STYLE = f""":root {{ --sides: {canvas_width.WIDE}; }}
.stApp .st-key-pad {{
  --side: calc(var(--pad-side, min({SIDE}px, 100vw - 2rem)) / var(--sides)); }}"""


class Pen(NamedTuple):
    """What draws on the canvas."""

    width: int  # in canvas pixels
    erases: bool = False


@functools.cache
def _component():
    """The drawing component without its own toolbar.

    Unseen until a mouse hovers, that lies over a corner, where a finger touches it by accident.
    Imported late, because it can't be outside a running app.
    """
    import streamlit_drawable_canvas

    folder = Path(streamlit_drawable_canvas.__file__).parent / "frontend/build"
    style = (folder / "index-style.css").read_text()
    log = logging.getLogger("streamlit.components.v2.component_registry")
    log.addFilter(_is_other_message)
    mount = st.components.v2.component(
        "streamlit-drawable-canvas.streamlit_drawable_canvas",
        js="index-*.js",
        css=f"{style} .dc-toolbar {{ display: none !important }}",
        html='<div class="canvas-root"></div>',
        isolate_styles=True,
    )
    log.removeFilter(_is_other_message)

    def mount_plainly(data, **arguments):
        return mount(data=data | {"initialDrawing": _NoTable(data["initialDrawing"])}, **arguments)

    streamlit_drawable_canvas.out = mount_plainly
    return streamlit_drawable_canvas.st_canvas


class _NoTable(dict):
    """A dict in which Streamlit looks for no table: for that it loads pandas, 70 MB and 0.3 s."""

    __class__ = tuple  # what isinstance is told; JSON still writes a dict


@functools.cache
def _pointer_events():
    """What the drawing component hears of the pointer: see the script."""
    script = Path(__file__).with_name("pointer_events.js").read_text()
    return st.components.v2.component("pointer_events", js=script, isolate_styles=False)


def _is_other_message(record) -> bool:
    """Drops the warning that the component's name is taken: it is, on purpose."""
    return "already registered" not in record.getMessage()


def pen_paths(
    first_paths: list[dict], pen: Pen, backdrop: np.ndarray | None, width: int = SIDE
) -> list[dict]:
    """The pen's paths on the real canvas. A test without a browser replaces this function.

    Args:
        first_paths: what the canvas shows when these differ from the last call's.
        backdrop: uint8 (h, w) shown under the pen, see `picture`; or None for black.
        width: of the canvas, in its pixels.

    Returns:
        Fabric.js objects, oldest first: {"type": "Path", "path": [["M", x, y], ...],
        "strokeWidth": w, "stroke": INK or ERASER, ...} in canvas pixels.
    """
    result = _component()(
        stroke_width=pen.width * (ERASER_WIDTH if pen.erases else 1),
        stroke_color=ERASER if pen.erases else INK,
        background_color="#000",
        background_image=None if backdrop is None else Image.fromarray(backdrop),
        initial_drawing={"objects": [LOOK | path for path in first_paths]},
        height=SIDE,
        width=width,
        key=KEY,
    )
    paths = (result.json_data or {}).get("objects") or first_paths
    shown = paths[0]["path"][0][1]  # the marker's place, another for each drawing
    there = paths if shown == first_paths[0]["path"][0][1] else first_paths
    data = {"drawing": shown, "label": label(there[1:], backdrop is not None)}
    _pointer_events()(data=data, key="pointer_events")
    return paths


def label(paths: list[dict], has_backdrop: bool) -> str:
    """What is on the canvas, in words; of an empty one nothing."""
    erasing = sum(map(fabric_paths.erases, paths))
    counts = ((len(paths) - erasing, "stroke"), (erasing, "stroke of the eraser"))
    words = ["a picture"] * has_backdrop
    words += [
        f"{n} {word.replace('stroke', 'strokes') if n > 1 else word}" for n, word in counts if n
    ]
    return " and ".join(words)


def show(session: HasCanvas, choose_pen: bool = True, wide_style: str | None = None) -> np.ndarray:
    """The canvas with Clear, Undo and, if wanted, an eraser and the pen's width.

    Args:
        wide_style: of the page for a wide canvas; None: it can't be made wide here.

    Returns:
        What is on it; see `picture`.
    """
    width = st.session_state.get("pen_width", PEN_WIDTH)
    _update_paths(session.canvas, Pen(width, choose_pen and st.session_state.get("eraser", False)))
    with st.container(horizontal=True, key="pen", vertical_alignment="center"):
        st.button("Clear", key="clear", icon=":material/delete:", on_click=replace_drawing,
                  args=(session, []))  # fmt: skip
        st.button("Undo", key="undo", icon=":material/undo:", on_click=undo, args=(session,))
        if choose_pen:
            st.toggle("Eraser", key="eraser")
            with st.popover("Pen", icon=":material/line_weight:"):
                st.slider("Pen width", *PEN_WIDTHS, PEN_WIDTH, key="pen_width")
        if wide_style is not None:
            word, icon = ("Square", "crop_square") if session.canvas.wide else ("Wide", "crop_16_9")
            st.button(word, key="wide", icon=f":material/{icon}:", on_click=_change_width,
                      args=(session, not session.canvas.wide))  # fmt: skip
        if session.canvas.wide:
            style.beside(WIDE_STYLE + (wide_style or ""))
    kept_drawing.keep(session.canvas, PICTURE, functools.partial(replace_drawing, session))
    return picture(session.canvas)


def _update_paths(state: CanvasState, pen: Pen) -> None:
    """Put the canvas on the page and take in what has been drawn on it."""
    if KEY not in st.session_state:  # a first visit, or one that comes back from another page
        _begin(state, state.paths)
    with st.container(key="pad"):
        width = SIDE * canvas_width.sides(state.wide)
        marker, *paths = pen_paths(state.first_paths, pen, state.backdrop, width)
    if marker["path"] == state.first_paths[0]["path"]:
        state.paths = paths


def replace_drawing(
    session: HasCanvas,
    paths: list[dict],
    backdrop: np.ndarray | None = None,
    wide: bool | None = None,
) -> None:
    """Put these paths on this backdrop in the place of what is on the canvas.

    Args:
        wide: whether the canvas is wide from now on; None: as it is.
    """
    state = session.canvas
    state.wide = state.wide if wide is None else wide
    state.backdrop = canvas_width.fit(backdrop, state.wide)
    state.upload, state.upload_error, state.chosen_digit = None, "", 0
    _begin(state, paths)


def _change_width(session: HasCanvas, wide: bool) -> None:
    """What is drawn stays, in the middle; what a square canvas has no room for is cut off."""
    state = session.canvas
    by = canvas_width.shift(SIDE, wide)
    paths = [fabric_paths.moved(path, by) for path in state.paths]
    kept = state.upload, state.upload_error
    replace_drawing(session, paths, state.backdrop, wide)
    state.upload, state.upload_error = kept


def _begin(state: CanvasState, paths: list[dict]) -> None:
    state.drawing_number += 1
    state.paths = list(paths)
    state.first_paths = [drawing_marker(state.drawing_number), *paths]


def drawing_marker(number: int) -> dict:
    """An unseen path outside the canvas that tells one drawing from the next.

    The browser answers late: after Clear it may still send the strokes from before. It also
    draws only what it hasn't been told before, and two drawings may both be empty.
    """
    far = -1000 - number
    return {"type": "Path", "path": [["M", far, far], ["L", far, far + 1]], "strokeWidth": 1}


def undo(session: HasCanvas) -> None:
    """Take the last stroke away; after the first stroke, what lies under it."""
    paths, backdrop = session.canvas.paths, session.canvas.backdrop
    replace_drawing(session, paths[:-1], backdrop if paths else None)


def picture(state: CanvasState) -> np.ndarray:
    """What is on the canvas: uint8 (PICTURE, PICTURE), twice as wide if it is; white on black."""
    ink = render_paths(state.paths, state.backdrop, state.wide)
    return np.pad(ink[1:-1, 1:-1], 1)  # so that a pen along the edges is not the background


def render_paths(
    paths: list[dict], backdrop: np.ndarray | None = None, wide: bool = False
) -> np.ndarray:
    """Paths in their order, over a backdrop: a picture as `picture` gives it."""
    shape = (PICTURE, PICTURE * canvas_width.sides(wide))
    return fabric_paths.render(paths, shape, PICTURE / SIDE, backdrop)
