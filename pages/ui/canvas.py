"""The drawing canvas: pen paths in, strokes and a picture out; Clear and Undo."""

import numpy as np
import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from mnist_core import strokes
from pages.ui.session import Session

SIDE = 420  # pixels on a desk
PICTURE = 280  # side of the picture that is read: 10 x 28, and drawn in half the time of SIDE's
PEN_WIDTH = 34  # about 1/9 of the height of a digit that fills three quarters of the canvas
PEN_WIDTHS = (10, 70)
APART = 6  # pixels between points on a curve: less than the thinnest pen
NARROW = 0.8  # on a phone the same canvas is shown at 336 pixels,
SMALLEST = 0.68  # and on the narrowest at 286

# Scaled, not made anew, so that turning the phone keeps the drawing. `overflow` also hides the
# component's own toolbar, which floats above it and which a finger can't reach.
STYLE = f"""
.st-key-canvas {{ width: {SIDE}px; height: {SIDE}px; overflow: clip; border-radius: 12px;
  background: #000; flex: none; touch-action: none; }}
.st-key-canvas > div {{ width: {SIDE}px; min-width: {SIDE}px; transform-origin: 0 0; }}
.st-key-pen {{ max-width: {SIDE}px; }}
@media (max-width: 640px) {{
  .st-key-canvas {{ width: {NARROW * SIDE}px; height: {NARROW * SIDE}px; margin: 0 auto; }}
  .st-key-canvas > div {{ transform: scale({NARROW}); }}
}}
@media (max-width: 367px) {{
  .st-key-canvas {{ width: {SMALLEST * SIDE}px; height: {SMALLEST * SIDE}px; }}
  .st-key-canvas > div {{ transform: scale({SMALLEST}); }}
}}
"""


def pen_paths(
    first_paths: list[dict], pen_width: int, backdrop: np.ndarray | None, key: str
) -> list[dict]:
    """The pen's paths on the real canvas. A test without a browser replaces this function.

    Args:
        first_paths: what a canvas with this key starts from.
        backdrop: uint8 (PICTURE, PICTURE) shown under the pen, or None for black.
        key: another key makes another canvas.

    Returns:
        Fabric.js objects, oldest first: {"type": "Path", "path": [["M", x, y], ...],
        "strokeWidth": w, ...} in canvas pixels.
    """
    result = st_canvas(
        stroke_width=pen_width,
        stroke_color="#fff",
        background_color="#000",
        background_image=None if backdrop is None else Image.fromarray(backdrop),
        initial_drawing={"objects": first_paths},
        height=SIDE,
        width=SIDE,
        key=key,
    )
    return (result.json_data or {}).get("objects", first_paths)


def show(session: Session, pen_width: int) -> None:
    """Put the canvas on the page and its paths into `session.paths`."""
    key = f"canvas-{session.canvas_number}"
    if key not in st.session_state:  # a new canvas, or one that comes back from another page
        session.first_paths = list(session.paths)
    with st.container(key="canvas"):
        session.paths = pen_paths(session.first_paths, pen_width, session.backdrop, key)


def start_with(session: Session, paths: list[dict], backdrop: np.ndarray | None = None) -> None:
    """Put a new canvas with these paths on this backdrop in the place of the old one."""
    session.paths = list(paths)
    session.backdrop = backdrop
    session.fault = ""
    session.canvas_number += 1


def undo(session: Session) -> None:
    """Take the last stroke away; after the first stroke, what lies under it."""
    backdrop = session.backdrop if session.paths else None
    start_with(session, session.paths[:-1], backdrop)


def picture(session: Session) -> np.ndarray:
    """What is on the canvas as a picture: uint8 (PICTURE, PICTURE), white ink on black."""
    drawn = np.zeros((PICTURE, PICTURE), np.uint8)
    if session.backdrop is not None:
        drawn = session.backdrop
    scale = PICTURE / SIDE
    by_width: dict[float, list[np.ndarray]] = {}
    for path in session.paths:
        by_width.setdefault(path["strokeWidth"], []).append(points(path) * scale)
    for width, group in by_width.items():
        drawn = np.maximum(drawn, strokes.draw(group, canvas=PICTURE, width=width * scale))
    return drawn


def points(path: dict) -> np.ndarray:
    """Points along one Fabric path of M, L and Q commands: float (k, 2), x right, y down.

    Points on curves are about `APART` pixels apart.
    """
    found = []
    for command, *numbers in path["path"]:
        ends = np.reshape(numbers, (-1, 2))
        if command == "Q":  # a quadratic Bézier curve from the last point
            start, (control, end) = found[-1], ends
            length = np.hypot(*(control - start)) + np.hypot(*(end - control))
            t = np.linspace(0, 1, 2 + int(length / APART))[1:, None]
            found.extend((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
        else:
            found.extend(ends)
    return np.array(found, float)


def fit(ink: np.ndarray) -> np.ndarray:
    """Lay a picture in the middle of a black one, as large as it goes, nothing stretched.

    Args:
        ink: uint8 (h, w), ink bright on 0.

    Returns:
        uint8 (PICTURE, PICTURE). 28x28 images enlarge 10 times, each pixel a sharp square.
    """
    height, width = ink.shape
    scale = PICTURE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = Image.Resampling.NEAREST if scale > 4 else Image.Resampling.BOX
    canvas = Image.new("L", (PICTURE, PICTURE))
    small = Image.fromarray(ink).resize(size, how)
    canvas.paste(small, ((PICTURE - size[0]) // 2, (PICTURE - size[1]) // 2))
    return np.array(canvas)
