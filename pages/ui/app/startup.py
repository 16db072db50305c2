"""Settings and log of the server: checked for each visitor, set up once."""

import logging

import streamlit as st

from mnist_core.system import logging_setup, settings, users
from pages.ui.app import errors, late_requests

log = logging.getLogger("mnist_core.server")


def check_settings() -> None:
    """Check the settings and set up the server; or say on the page what is wrong, and stop it."""
    try:
        settings.validate_all()
    except ValueError as error:
        errors.show(error, "This app is set up wrongly.")
        st.stop()
    _set_up()


@st.cache_resource(show_spinner=False)
def _set_up() -> None:
    logging_setup.configure()
    late_requests.mend()
    log.info("The app serves %s; runs are in %s.", settings.PEOPLE.value(), users.home())
