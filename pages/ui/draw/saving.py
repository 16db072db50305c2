"""The drawing as a file: a picture, and a line of a stroke file."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.prediction import Classifier
from mnist_core.strokes import fabric_paths
from mnist_core.strokes.files import Drawing, to_line
from pages.ui.state.session import CanvasState

LABEL = "A line of a stroke file, labelled with the digit that is read. Is it another? Change it."


def show(
    state: CanvasState, picture: np.ndarray, classifier: Classifier | None, image: np.ndarray | None
) -> None:
    """A button for each file that can be made of the drawing; a file is made when it is wanted.

    Args:
        picture: what is on the canvas, uint8 (h, w).
        classifier: what reads it; None: nothing can.
        image: of a single digit, uint8 (28, 28), else None.
    """
    if not picture.any():
        return
    strokes = pen_strokes(state)
    with st.container(horizontal=True):
        st.download_button("Save as PNG", lambda: to_png(picture), "drawing.png", "image/png",
                           key="save_png", icon=":material/image:", on_click="ignore")  # fmt: skip
        if classifier and image is not None and strokes:
            st.download_button(
                "Save as strokes", lambda: stroke_file(strokes, classifier, image),
                "drawing.jsonl", "application/jsonl", key="save_strokes",
                icon=":material/gesture:", on_click="ignore", help=LABEL,
            )  # fmt: skip


def to_png(picture: np.ndarray) -> bytes:
    """uint8 (h, w) -> a PNG file."""
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()


def stroke_file(strokes: list[np.ndarray], classifier: Classifier, image: np.ndarray) -> bytes:
    """A stroke file of one drawing, labelled with the digit that is read.

    Args:
        strokes: (k, 2) each. image: uint8 (28, 28), what they are read by.
    """
    digit = int(classifier.probabilities(image[None])[0].argmax())
    return f"{to_line(Drawing(digit, '', strokes))}\n".encode()


def pen_strokes(state: CanvasState) -> list[np.ndarray]:
    """The strokes on the canvas; none if something else than the pen made the drawing."""
    if state.backdrop is not None or any(map(fabric_paths.erases, state.paths)):
        return []
    return [fabric_paths.path_points(path) for path in state.paths]
