"""Build a network with sliders, train it on MNIST, watch it learn."""

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.network import summary
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from pages.ui.app import errors, explanation
from pages.ui.choices import data_notice, named_runs
from pages.ui.navigation import form, lesson, links, page_entry
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
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


def edit(experiment: Experiment) -> tuple[Experiment, str]:
    """The form. Returns what it makes of the experiment, or this one and why that can't be."""
    above = st.container()
    shows = lesson.current().shows
    widgets = form.Form(experiment, shows)
    form.basic_controls(widgets)
    for title, controls in form.DETAILS.items():
        if any(map(shows, form.CONTROLS[title])):
            with st.expander(title):
                controls(widgets)
    error = ""
    try:
        experiment = widgets.experiment()
    except ValueError as reason:
        error = errors.message(reason)
    if lesson.current().controls is None:  # a lesson has fixed what is trained
        with above:
            preset_choice.show(experiment)
    return experiment, error


def start_row(experiment: Experiment, valid: bool) -> None:
    """What the run is called, the button, and how long it will take."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    preset = preset_choice.preset_name(experiment)
    typed = left.text_input(
        "Name", key="run_name", max_chars=50, help="What the list of models will call it.",
        placeholder=preset,
    )  # fmt: skip
    name = typed.strip() or preset
    error = name_error(name)
    ready = valid and not error and data_notice.is_available(experiment.data)
    pressed = right.button(
        "Start", key="start", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=not ready,
    )  # fmt: skip
    if pressed and ready:  # no callback: it would miss a number typed just before the click
        start(experiment, name)
    if error:
        st.error(error)
    if valid:
        duration = run_status.format_duration(run_duration.run_seconds(experiment))
        st.caption(f"About {duration} on this computer.")


def name_error(name: str) -> str:
    """Why a run can't be called so, or nothing."""
    try:
        run_name.validate_new(name)
    except ValueError as error:
        return errors.message(error)
    return ""


def start(experiment: Experiment, name: str) -> None:
    """Queue a run of the experiment and follow it."""
    try:
        current_session().follower = RunFollower(scheduler.start(experiment, name))
    except (ValueError, OSError) as error:
        errors.toast(error)


def keep_following() -> None:
    """Follow the run as before; another if there is none yet, or, which is said, it was deleted."""
    session, before = current_session(), current_session().follower
    if before is None or not before.exists():
        session.follower = newest_run()
        if before:
            instead = session.follower.run.name if session.follower else ""
            named_runs.note_deleted(before.run.name, instead)


def newest_run() -> RunFollower | None:
    """The run to show to somebody who comes, or comes back: one that goes on, or the newest."""
    runs = run_store.all_runs()
    active = [run for run in runs if run.state not in ENDED]
    return next((RunFollower(run) for run in active + runs), None)


page_entry.require()
st.html(f"<style>{STYLE}</style>")
experiment = current_session().experiment or links.read()
keep_following()
scheduler.prewarm()

heading, drawing = st.columns([1, 3], vertical_alignment="center")
with heading:
    st.markdown("### Train a network\nBuild it with sliders, press Start, watch it learn.")
    explanation.show("Train")
left, middle, right = st.columns([5, 6, 8], gap="medium")
with left:
    experiment, impossible = edit(experiment)
    current_session().experiment = experiment  # for the next rerun, and for other pages
    links.write(experiment)
    if not impossible:
        lesson.make_link(experiment)
layers = [] if impossible else summary.layer_table(experiment.network)
with drawing:
    layer_widgets.diagram(layers)
with middle.container(key="beside"):
    if impossible:
        st.error(impossible, icon=":material/block:")
    else:
        with st.container(key="layers"):
            layer_widgets.table(layers)
with right:
    data_notice.show(experiment.data)
    start_row(experiment, valid=not impossible)
    if current_session().follower:
        with st.container(border=True):
            run_progress.show(current_session().follower)
    else:
        st.info(
            "Press Start: the curves of its learning will grow here.", icon=":material/timeline:"
        )
