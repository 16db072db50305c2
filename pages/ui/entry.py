"""The way in: every page is shown by streamlit_app.py; and from page to page with a link."""

import runpy
from pathlib import Path

import streamlit as st

from pages.ui.session import session

APP = Path(__file__).parents[2] / "streamlit_app.py"


def require() -> None:
    """Show this page through the app if Streamlit ran its file alone, without the app around it.

    It does so for the first visitor of a fresh server who comes by a link to a page: files in a
    folder called `pages` count as an app's pages until st.navigation has been called once.
    Where `go` led here, the page starts from the link that it gave.
    """
    if not session().entered:
        runpy.run_path(str(APP))
        st.stop()
    if session().link:
        link, session().link = session().link, {}
        st.query_params.from_dict(link)
        st.rerun()  # widgets look at the address when a run begins


def go(page: str, link: dict[str, str]) -> None:
    """Show another page as the link's settings have it.

    Not by `st.switch_page` alone: it refuses settings that a widget of this page has too.
    """
    session().link = link
    st.switch_page(page, query_params={})
