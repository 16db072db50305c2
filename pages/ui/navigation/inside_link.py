"""From a picture on any page to the Inside page."""

import numpy as np
import streamlit as st

from mnist_core.data import loading
from mnist_core.runs.run import Run
from pages.ui.choices import data_set, named_runs
from pages.ui.state.session import SentImage, Session, current_session

PAGE = "pages/inside.py"
LOGIT_WEIGHTS = "Ten stencils"  # the view of that name
DRAWING, DATA_SET, SENT = "My drawing", "A digit of a set", "Sent here"  # as links say it


def open_drawing(model: Run) -> None:
    """Go to Inside with what is on the canvas."""
    _go(model, {"look_at": DRAWING})


def open_image(model: Run, name: str, part: str, number: int) -> None:
    """Go to Inside with an image of a data set.

    Args:
        name: "mnist" or "built-in".
        part: "train" or "test".
        number: which image, from 0.
    """
    _go(model, _widgets(name, part, number))


def open_sent_image(model: Run, image: np.ndarray, description: str, label: int | None) -> None:
    """Go to Inside with any other image: uint8 (28, 28), of the digit `label`, where known."""
    current_session().sent_image = SentImage(image, description, label)
    _go(model, {"look_at": SENT})


def open_view(model: Run, view: str) -> None:
    """Go to a view of Inside, with the first digit of the test set."""
    _go(model, _widgets(loading.best_available(), "test", 0) | {"view": view})


def _widgets(name, part, number) -> dict:
    return {"look_at": DATA_SET, **data_set.link_fields(name, part), "number": number}


def _go(model: Run, widgets: dict) -> None:
    # Not by the address: Streamlit refuses to set a parameter that this page's widgets hold too
    named_runs.choose("model", model)
    current_session().pending_widgets = widgets
    st.switch_page(PAGE, query_params={})


def apply_pending(session: Session) -> None:
    """On Inside, before its widgets: set them as another page asked for."""
    st.session_state.update(session.pending_widgets)
    session.pending_widgets = {}


def show_image(name: str, part: str, number: int) -> None:
    """On Inside itself, from a callback: look at this image of a data set."""
    st.session_state.update(_widgets(name, part, number))
