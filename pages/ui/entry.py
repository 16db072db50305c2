"""The way in: every page is shown by streamlit_app.py."""

import runpy
from pathlib import Path

import streamlit as st

from pages.ui import lesson
from pages.ui.session import session

APP = Path(__file__).parents[2] / "streamlit_app.py"


def require() -> None:
    """Begin a page, with the lesson that its visitor came for, if any.

    The page is shown through the app if Streamlit ran its file alone, without the app around it.

    It does so for the first visitor of a fresh server who comes by a link to a page: files in a
    folder called `pages` count as an app's pages until st.navigation has been called once.
    """
    if not session().entered:
        runpy.run_path(str(APP))
        st.stop()
    lesson.enter()
