"""The way in: every page is shown by streamlit_app.py."""

import runpy
from pathlib import Path

import streamlit as st

from pages.ui.session import session

APP = Path(__file__).parents[2] / "streamlit_app.py"


def require() -> None:
    """Show this page through the app if Streamlit ran its file alone, without the app around it.

    It does so for the first visitor of a fresh server who comes by a link to a page: files in a
    folder called `pages` count as an app's pages until st.navigation has been called once.
    """
    if not session().entered:
        runpy.run_path(str(APP))
        st.stop()
