"""The drawing canvas: pen paths in, a picture out; Clear and Undo."""

import functools
import logging
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.strokes.rasterize import rasterize
from pages.ui.state.session import CanvasState, Session

KEY = "canvas"
SIDE = 420  # pixels on a desk
PICTURE = 280  # side of the picture that is read: 10 x 28, and drawn in half the time of SIDE's
PEN_WIDTH = 34  # about 1/9 of the height of a digit that fills three quarters of the canvas
PEN_WIDTHS = (10, 70)
POINT_SPACING = 6  # pixels between points on a curve: less than the thinnest pen
PHONE_SCALE = 0.8  # on a phone the same canvas is shown at 336 pixels,
SMALL_PHONE_SCALE = 0.68  # and on the narrowest at 286

# Scaled, not made anew, so that turning the phone keeps the drawing.
STYLE = f"""
.st-key-pad {{ width: {SIDE}px; height: {SIDE}px; overflow: clip; border-radius: 12px;
  background: #000; flex: none; touch-action: none; }}
.st-key-pad > div {{ width: {SIDE}px; min-width: {SIDE}px; transform-origin: 0 0; }}
.st-key-pen {{ max-width: {SIDE}px; }}
@media (max-width: 640px) {{
  .st-key-pad {{ width: {PHONE_SCALE * SIDE}px; height: {PHONE_SCALE * SIDE}px; margin: 0 auto; }}
  .st-key-pad > div {{ transform: scale({PHONE_SCALE}); }}
}}
@media (max-width: 367px) {{
  .st-key-pad {{ width: {SMALL_PHONE_SCALE * SIDE}px; height: {SMALL_PHONE_SCALE * SIDE}px; }}
  .st-key-pad > div {{ transform: scale({SMALL_PHONE_SCALE}); }}
}}
"""


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
    streamlit_drawable_canvas.out = st.components.v2.component(
        "streamlit-drawable-canvas.streamlit_drawable_canvas",
        js="index-*.js",
        css=f"{style} .dc-toolbar {{ display: none !important }}",
        html='<div class="canvas-root"></div>',
        isolate_styles=True,
    )
    log.removeFilter(_is_other_message)
    return streamlit_drawable_canvas.st_canvas


def _is_other_message(record) -> bool:
    """Drops the warning that the component's name is taken: it is, on purpose."""
    return "already registered" not in record.getMessage()


def pen_paths(first_paths: list[dict], pen_width: int, backdrop: np.ndarray | None) -> list[dict]:
    """The pen's paths on the real canvas. A test without a browser replaces this function.

    Args:
        first_paths: what the canvas shows when these differ from the last call's.
        backdrop: uint8 (PICTURE, PICTURE) shown under the pen, or None for black.

    Returns:
        Fabric.js objects, oldest first: {"type": "Path", "path": [["M", x, y], ...],
        "strokeWidth": w, ...} in canvas pixels.
    """
    result = _component()(
        stroke_width=pen_width,
        stroke_color="#fff",
        background_color="#000",
        background_image=None if backdrop is None else Image.fromarray(backdrop),
        initial_drawing={"objects": first_paths},
        height=SIDE,
        width=SIDE,
        key=KEY,
    )
    return (result.json_data or {}).get("objects") or first_paths


def show(session: Session) -> np.ndarray:
    """The canvas with Clear, Undo and the pen's width. Returns what is on it; see `picture`."""
    width = st.session_state.get("pen_width", PEN_WIDTH)
    _update_paths(session.canvas, width)
    with st.container(horizontal=True, key="pen", vertical_alignment="bottom"):
        st.button("Clear", key="clear", icon=":material/delete:", on_click=replace_drawing,
                  args=(session, []))  # fmt: skip
        st.button("Undo", key="undo", icon=":material/undo:", on_click=undo, args=(session,))
        st.slider("Pen width", *PEN_WIDTHS, PEN_WIDTH, key="pen_width")
    return picture(session.canvas)


def _update_paths(state: CanvasState, pen_width: int) -> None:
    """Put the canvas on the page and take in what has been drawn on it."""
    if KEY not in st.session_state:  # a first visit, or one that comes back from another page
        _begin(state, state.paths)
    with st.container(key="pad"):
        marker, *paths = pen_paths(state.first_paths, pen_width, state.backdrop)
    if marker["path"] == state.first_paths[0]["path"]:
        state.paths = paths


def replace_drawing(
    session: Session, paths: list[dict], backdrop: np.ndarray | None = None
) -> None:
    """Put these paths on this backdrop in the place of what is on the canvas."""
    session.canvas.backdrop = backdrop
    session.canvas.upload_error = ""
    _begin(session.canvas, paths)


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


def undo(session: Session) -> None:
    """Take the last stroke away; after the first stroke, what lies under it."""
    paths, backdrop = session.canvas.paths, session.canvas.backdrop
    replace_drawing(session, paths[:-1], backdrop if paths else None)


def picture(state: CanvasState) -> np.ndarray:
    """What is on the canvas: uint8 (PICTURE, PICTURE), white ink on black."""
    ink = render_paths(state.paths)
    if state.backdrop is not None:
        ink = np.maximum(ink, state.backdrop)
    return np.pad(ink[1:-1, 1:-1], 1)  # so that a pen along the edges is not the background


def render_paths(paths: list[dict]) -> np.ndarray:
    """Pen paths as a picture: uint8 (PICTURE, PICTURE), white ink on black."""
    scale = PICTURE / SIDE
    by_width: dict[float, list[np.ndarray]] = {}
    for path in paths:
        by_width.setdefault(path["strokeWidth"], []).append(path_points(path) * scale)
    picture = np.zeros((PICTURE, PICTURE), np.uint8)
    for width, strokes in by_width.items():
        picture = np.maximum(picture, rasterize(strokes, canvas=PICTURE, width=width * scale))
    return picture


def path_points(path: dict) -> np.ndarray:
    """Points along one Fabric path of M, L and Q commands: float (k, 2), x right, y down.

    Points on curves are about `POINT_SPACING` pixels apart.
    """
    commands = path["path"]
    ends = np.array([command[-2:] for command in commands], float)
    controls = np.array([command[1:3] for command in commands], float)  # a line's: its end
    starts = np.vstack([ends[:1], ends[:-1]])
    sides = np.hypot(*(controls - starts).T) + np.hypot(*(ends - controls).T)
    curved = np.array([command[0] == "Q" for command in commands])
    counts = 1 + np.where(curved, sides / POINT_SPACING, 0).astype(int)
    owner = np.repeat(np.arange(len(commands)), counts)  # which command each point belongs to
    t = (np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner] + 1) / counts[owner]
    t = t[:, None]
    # a quadratic Bézier curve from the last point; a line has but its end, t = 1
    return (1 - t) ** 2 * starts[owner] + 2 * t * (1 - t) * controls[owner] + t**2 * ends[owner]


def fit_picture(ink: np.ndarray) -> np.ndarray:
    """Lay a picture in the middle of a black one, as large as it goes, nothing stretched.

    Args:
        ink: uint8 (h, w), ink bright on 0.

    Returns:
        uint8 (PICTURE, PICTURE). 28x28 images enlarge 10 times, each pixel a sharp square.
    """
    height, width = ink.shape
    scale = PICTURE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resampling = Image.Resampling.NEAREST if scale > 4 else Image.Resampling.BOX
    picture = Image.new("L", (PICTURE, PICTURE))
    resized = Image.fromarray(ink).resize(size, resampling)
    picture.paste(resized, ((PICTURE - size[0]) // 2, (PICTURE - size[1]) // 2))
    return np.array(picture)
