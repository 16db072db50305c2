"""What a server does once, and checks for each visitor: its settings and its log."""

import logging

import streamlit as st

from mnist_core.system import logging_setup, settings, users
from pages.ui.app import errors

log = logging.getLogger("mnist_core.server")


def check_settings() -> None:
    """See that the settings can be read and the log speaks, or say what is wrong and stop."""
    try:
        settings.validate_all()
    except ValueError as fault:
        errors.show(fault, "This app is set up wrongly.")
        st.stop()
    _configure_logging()


@st.cache_resource(show_spinner=False)
def _configure_logging() -> None:
    logging_setup.configure()
    log.info("The app serves %s; runs are in %s.", settings.PEOPLE.value(), users.home())
