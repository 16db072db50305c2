"""What was taken for ink on a picture, laid over it; a rectangle can be dragged on it."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from mnist_core.plots.style import TRANSPARENT, VALIDATION, base_figure
from mnist_core.preprocess.canvas_ink import Frame

INK = (232, 130, 12)  # VALIDATION's orange
MAX_HEIGHT = 420  # pixels


def overlay(picture: np.ndarray, levels: np.ndarray | None) -> np.ndarray:
    """The picture with its ink coloured: uint8 (H, W, 3).

    Args:
        picture: uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).
        levels: uint8 (H, W), how much ink each pixel has; None where none was found.
    """
    shown = picture.reshape(*picture.shape[:2], -1)[..., :3]
    base = np.broadcast_to(shown, (*shown.shape[:2], 3)).astype(np.float32)
    if levels is None:
        return base.astype(np.uint8)
    share = 0.85 * (levels[..., None].astype(np.float32) / 255)
    return np.rint(base * (1 - share) + np.array(INK, np.float32) * share).astype(np.uint8)


def figure(picture: np.ndarray, levels: np.ndarray | None, frame: Frame | None = None) -> go.Figure:
    """The overlay in its own pixels, y down; Plotly's box selection is on.

    Args:
        picture, levels: as `overlay` takes.
        frame: drawn as an outline.
    """
    height, width = picture.shape[:2]
    hidden = {"visible": False, "fixedrange": True}
    found = base_figure(
        min(MAX_HEIGHT, max(120, round(MAX_HEIGHT * height / width))),
        left=0,
        top=0,
        showlegend=False,
        x_axis=hidden | {"range": [0, width], "constrain": "domain"},
        y_axis=hidden | {"range": [height, 0], "scaleanchor": "x", "constrain": "domain"},
    )
    image = {"source": _data_url(overlay(picture, levels)), "xref": "x", "yref": "y", "x": 0}
    image |= {"y": 0, "sizex": width, "sizey": height, "sizing": "stretch", "layer": "below"}
    found.update_layout(
        images=[image],
        shapes=[_outline(frame)] if frame else [],
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode="select",
        newselection={"line": {"color": VALIDATION, "width": 3}},
    )
    # Plotly selects on a figure only where it has points
    corners = {"x": [0, width], "y": [0, height], "mode": "markers", "hoverinfo": "skip"}
    found.add_scatter(**corners, marker={"color": TRANSPARENT})
    return found


def _outline(frame: Frame) -> dict:
    left, top, right, bottom = frame
    line = {"color": VALIDATION, "width": 2, "dash": "dot"}
    return {"type": "rect", "x0": left, "y0": top, "x1": right, "y1": bottom, "line": line}


def _data_url(picture: np.ndarray) -> str:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
