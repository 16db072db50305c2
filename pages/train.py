"""Build a network with sliders, train it on MNIST, watch it learn."""

import streamlit as st

from mnist_core.network import summary
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from pages.ui.app import errors, explanation
from pages.ui.choices import data_notice
from pages.ui.navigation import form, lesson, links, page_entry
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import session
from pages.ui.train import progress as run_progress
from pages.ui.widgets import duration as run_duration
from pages.ui.widgets import layers as layer_widgets
from pages.ui.widgets import run_status

# The layers stay in sight beside a long form; on a phone, in one column, they come last
STYLE = """
@media (min-width: 641px) {
    .stColumn:has(.st-key-beside) { align-self: stretch; }
    .stColumn:has(.st-key-beside) > .stVerticalBlock {
        position: sticky; top: 4.5rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
@media (max-width: 640px) { .stColumn:has(.st-key-layers) { order: 1; } }
"""


def build() -> str:
    """The form: what it says becomes the session's experiment, or why it can't be is returned."""
    place = st.container()
    shows = lesson.current().shows
    shown = form.Form(session().experiment, shows)
    form.basic_controls(shown)
    for title, part in form.DETAILS.items():
        if any(map(shows, form.CONTROLS[title])):
            with st.expander(title):
                part(shown)
    try:
        session().experiment = shown.experiment()
    except ValueError as fault:
        return errors.message(fault)
    finally:
        with place:
            preset_choice.show(may_choose=lesson.current().controls is None)
    return ""


def start() -> None:
    """Queue a run of the experiment and follow it."""
    try:
        session().follower = RunFollower(scheduler.start(session().experiment, run_name()))
    except (ValueError, OSError) as fault:
        errors.toast(fault)


def run_name() -> str:
    """What the next run will be called."""
    return st.session_state["run_name"].strip() or preset_choice.preset_name(session().experiment)


def name_fault() -> str:
    """Why the next run can't be called so, or nothing."""
    try:
        run_store.validate_name(run_name())
    except run_store.RunError as fault:
        return errors.message(fault)
    return ""


def start_row(valid: bool) -> None:
    """The button, what the run is called, and how long it will take."""
    name, button = st.columns([3, 2], vertical_alignment="bottom")
    name.text_input(
        "Name", key="run_name", max_chars=50, help="What the list of models will call it.",
        placeholder=preset_choice.preset_name(session().experiment),
    )  # fmt: skip
    fault = name_fault()
    ready = valid and not fault and data_notice.is_there(session().experiment.data)
    pressed = button.button(
        "Start", key="start", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=not ready,
    )  # fmt: skip
    if pressed and ready:  # no callback: it would miss a number typed just before the click
        start()
    if fault:
        st.error(fault)
    if valid:
        took = run_status.format_duration(run_duration.run_seconds(session().experiment))
        st.caption(f"About {took} on this computer.")


def newest_run() -> RunFollower | None:
    """The run to show to somebody who comes, or comes back: one that goes on, or the newest."""
    everything = run_store.all_runs()
    going_on = [run for run in everything if run.state not in ENDED]
    return next((RunFollower(run) for run in going_on + everything), None)


page_entry.require()
st.html(f"<style>{STYLE}</style>")
if session().experiment is None:
    session().experiment = links.read()
if session().follower is None or not session().follower.exists():
    session().follower = newest_run()
scheduler.prewarm()

heading, drawing = st.columns([1, 3], vertical_alignment="center")
with heading:
    st.markdown("### Train a network\nBuild it with sliders, press Start, watch it learn.")
    explanation.show("Train")
left, middle, right = st.columns([5, 6, 8], gap="medium")
with left:
    impossible = build()
    links.write(session().experiment)
    if not impossible:
        lesson.make_link(session().experiment)
table = [] if impossible else summary.layer_table(session().experiment.network)
with drawing:
    layer_widgets.drawing(table)
with middle.container(key="beside"):
    if impossible:
        st.error(impossible, icon=":material/block:")
    else:
        with st.container(key="layers"):
            layer_widgets.table(table)
with right:
    data_notice.show(session().experiment.data)
    start_row(valid=not impossible)
    if session().follower:
        with st.container(border=True):
            run_progress.show(session().follower)
    else:
        st.info(
            "Press Start: the curves of its learning will grow here.", icon=":material/timeline:"
        )
