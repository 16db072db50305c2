"""What starts a run: its name, the button, and how long it will take."""

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.runs import run_name
from mnist_core.scheduler import scheduler
from pages.ui.app import errors
from pages.ui.choices import data_notice
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.widgets import duration as run_duration
from pages.ui.widgets import run_status

# Start would look pressed as long as it is focused, and the space bar would start another run
RELEASE_FOCUS = "<script>document.activeElement?.blur()</script>"


def show(experiment: Experiment, valid: bool) -> None:
    """What the run is called, the button, and how long it will take."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    preset = preset_choice.preset_name(experiment)
    typed = row.text_input(
        "Name", key="run_name", max_chars=50, help="What the list of models will call it.",
        placeholder=preset,
    )  # fmt: skip
    name = typed.strip() or preset
    error = _name_error(name)
    ready = valid and not error and data_notice.is_available(experiment.data)
    pressed = row.button(
        "Start", key="start", type="primary", icon=":material/play_arrow:", width=150,
        disabled=not ready,
    )  # fmt: skip
    if pressed and ready:  # no callback: it would miss a number typed just before the click
        _start(experiment, name)
    if current_session().has_started:
        current_session().has_started = False
        with st.container(key="released"):
            st.html(RELEASE_FOCUS, unsafe_allow_javascript=True)
    if error:
        st.error(error)
    if valid:
        duration = run_status.format_duration(run_duration.run_seconds(experiment))
        st.caption(f"About {duration} on this computer.")


def _name_error(name: str) -> str:
    """Why a run can't be called so, or nothing."""
    try:
        run_name.validate_new(name)
    except ValueError as error:
        return errors.message(error)
    return ""


def _start(experiment: Experiment, name: str) -> None:
    """Queue a run of the experiment and follow it."""
    try:
        current_session().follower = RunFollower(scheduler.start(experiment, name))
    except (ValueError, OSError) as error:
        errors.toast(error)
        return
    current_session().has_started = True
    st.rerun()  # what is above on the page, the ring in its header, is to know of the run too
