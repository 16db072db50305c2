"""What every page begins with."""

import runpy

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.models import index
from mnist_core.system import paths
from pages.ui.navigation import lesson
from pages.ui.state.session import Session, current_session
from pages.ui.widgets import run_status

PATIENCE = 0.3  # seconds without a word, and between two words
APP = paths.PROJECT / "streamlit_app.py"


def record(session: Session, page: str) -> None:
    """Note which page this run shows, and which one the run before it showed.

    To be called straight after st.navigation, which changes the browser's address: any call of
    Streamlit after it, session state included, may be where a request that is sent meanwhile ends
    this run. Back at once would then seem to come from the page that it leads to.
    """
    session.page, session.page_before = page, session.page


def require() -> None:
    """Begin a page, with the lesson that its visitor came for, if any.

    The page is shown through the app if Streamlit ran its file alone, without the app around it.

    It does so for the first visitor of a fresh server who comes by a link to a page: files in a
    folder called `pages` count as an app's pages until st.navigation has been called once.
    """
    session = current_session()
    if not session.entered:
        runpy.run_path(str(APP))
        st.stop()
    is_other_page = session.page_before not in ("", session.page)
    if is_other_page and not st.query_params:
        # Streamlit empties a page's address when it is left. A run about Back takes that to ask
        # for every default, of the model too; another run finds the page as it was left
        get_script_run_ctx().is_history_navigation = False
    if session.arrival_note:
        st.toast(session.arrival_note, icon=":material/school:", duration="long")
        session.arrival_note = ""
    lesson.show_from_address(by_back=get_script_run_ctx().is_history_navigation)
    _wait_for_runs()


def _wait_for_runs() -> None:
    """Say how far it is where the list of runs is still being read: thousands, after an update."""
    place = st.container()  # in any case: without it the next run's page would begin one place up
    look = index.first_look()
    if look.wait(PATIENCE):
        return
    with place:
        bar = st.progress(0.0)
    while not look.wait(PATIENCE):
        left = look.seconds_left()
        time_left = "" if left is None else f": {run_status.format_duration(left)} left"
        words = f"Reading {look.total:,} runs, once after an update{time_left}"
        bar.progress(look.done / max(1, look.total), words)
    bar.empty()
