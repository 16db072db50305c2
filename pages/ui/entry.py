"""The way in: every page is shown by streamlit_app.py."""

import runpy
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

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
    if _came_back_to_nothing():
        st.rerun()  # as by the menu: that run finds the page as it was left
    lesson.enter()


def _came_back_to_nothing() -> bool:
    """Whether the browser's Back led from another page to an address that says nothing.

    Streamlit empties a page's address when it is left. A run about Back takes that to ask for the
    default of everything that an address can say, the model too.
    """
    context, before = get_script_run_ctx(), session().page
    session().page = context.page_script_hash
    elsewhere = before not in ("", session().page)
    return elsewhere and context.is_history_navigation and not st.query_params
