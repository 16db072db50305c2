"""Keeps Streamlit from what it does after each run of a page and this app does not need."""

from streamlit.runtime.scriptrunner import script_runner


def keep_keras_state() -> None:
    """Keep Streamlit from clearing Keras' state after every stroke of every visitor.

    Wherever Keras is loaded, it calls `keras.backend.clear_session()` at the end of each run. That
    is meant for programs that build their models anew in each. Here the networks stay, and the
    clearing collects garbage among all of TensorFlow's objects each time (three quarters of what
    an answer costs; a class that opens a fresh server kept it from ever loading), and takes away
    the state of a network that another visitor's run is just building.
    """
    script_runner._clean_problem_modules = _do_nothing


def _do_nothing() -> None:
    pass
