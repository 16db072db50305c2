"""What a server does once, and checks for each visitor: its settings and its log."""

import logging

import streamlit as st

from mnist_core import logs, people, settings
from pages.ui import notice

log = logging.getLogger("mnist_core.server")


def begin() -> None:
    """See that the settings can be read and the log speaks, or say what is wrong and stop."""
    try:
        settings.check()
    except ValueError as fault:
        notice.say(fault, "This app is set up wrongly.")
        st.stop()
    _once()


@st.cache_resource(show_spinner=False)
def _once() -> None:
    logs.set_up()
    log.info("The app serves %s; runs are in %s.", settings.PEOPLE.value(), people.home())
