"""The way from a picture on any page to the Inside page."""

import numpy as np
import streamlit as st

from mnist_core import data
from pages.ui import digit_set
from pages.ui.session import Given, session

PAGE = "pages/inside.py"
DRAWING, OF_A_SET, GIVEN = "My drawing", "A digit of a set", "Sent here"  # as links say it


def open_drawing(model: str) -> None:
    """Go to Inside with what is on the canvas."""
    _go(model, {"look_at": DRAWING})


def open_image(model: str, name: str, part: str, number: int) -> None:
    """Go to Inside with an image of a data set.

    Args:
        name: "mnist" or "built-in".
        part: "train" or "test".
        number: which image, from 0.
    """
    _go(model, _fields(name, part, number))


def open_given(model: str, image: np.ndarray, words: str) -> None:
    """Go to Inside with any other image: uint8 (28, 28)."""
    session().given = Given(image, words)
    _go(model, {"look_at": GIVEN})


def open_view(model: str, view: str) -> None:
    """Go to a view of Inside, with the first digit of the test set."""
    _go(model, _fields(data.best_available(), "test", 0) | {"view": view})


def _fields(name, part, number) -> dict:
    return {"look_at": OF_A_SET, **digit_set.query(name, part), "number": number}


def _go(model, fields) -> None:
    # Not by the address: Streamlit refuses to set a parameter that this page's widgets hold too
    session().model_name, session().wanted = model, fields
    st.switch_page(PAGE, query_params={})


def arrive() -> None:
    """On Inside, before its widgets: have them say what another page asked for."""
    stay(session().wanted)
    session().wanted = {}


def stay(fields: dict) -> None:
    """Have the widgets of Inside say this; from a callback, or before they are made."""
    for key, value in fields.items():
        st.session_state[key] = value


def stay_with(name: str, part: str, number: int) -> None:
    """On Inside itself, from a callback: look at this image of a data set."""
    stay(_fields(name, part, number))
