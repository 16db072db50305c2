"""Wrong? The digit that a drawing is, by one tap, which keeps the drawing."""

import functools

import numpy as np
import streamlit as st

from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.strokes import drawing_store, fabric_paths
from pages.ui.app import errors
from pages.ui.state.session import CanvasState, Session
from pages.ui.widgets import answer

HELP = "Keeps this drawing for you, so that a network can learn your hand. See Data, My drawings."


def show(session: Session, model: Run, classifier: Classifier, image: np.ndarray) -> None:
    """Ten digits, and "no digit", to tap; nothing where not all on the canvas is the pen's strokes.

    Args:
        model: that read the drawing, by this classifier.
        image: uint8 (28, 28), of the drawing.
    """
    state = session.canvas
    if state.backdrop is not None or any(map(fabric_paths.erases, state.paths)):
        return
    if session.kept_paths == state.paths:
        st.caption(f"Kept as {_words(session.kept_label)}.", width="content")
        return
    probabilities = classifier.probabilities(image[None])[0]
    read = answer.digit_read(probabilities, image) if np.isfinite(probabilities).all() else None
    keep = functools.partial(_keep, session, model.name, "" if read is None else str(read))
    with st.popover("Wrong?", icon=":material/edit:", help=HELP, key="wrong"):
        st.markdown("It is a")
        with st.container(horizontal=True, gap="small", key="right_digit"):
            for digit in range(10):
                st.button(str(digit), key=f"it_is_{digit}", on_click=keep, args=(digit,))
            st.button("no digit", key="it_is_none", on_click=keep, args=(None,))


def _words(digit: int | None) -> str:
    if digit is None:
        return "no digit"
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _keep(session: Session, model: str, read: str, digit: int | None) -> None:
    errors.attempt(_keep_now, session, model, read, digit)


def _keep_now(session: Session, model: str, read: str, digit: int | None) -> None:
    drawing_store.keep(digit, _strokes(session.canvas), model, read)
    session.kept_paths, session.kept_label = list(session.canvas.paths), digit
    st.toast(f"Kept as {_words(digit)}. A network can learn your hand: Data, My drawings.")


def _strokes(state: CanvasState) -> list[np.ndarray]:
    return [fabric_paths.path_points(path) for path in state.paths]
