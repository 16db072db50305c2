"""Build a network with sliders, train it on MNIST, watch it learn."""

import streamlit as st

from mnist_core.config.layer_shapes import ShapeError
from mnist_core.config.schema import Experiment
from mnist_core.models import index
from mnist_core.network import summary
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from pages.ui.app import errors, explanation
from pages.ui.choices import data_notice, named_runs
from pages.ui.navigation import form, lesson, links, next_steps, page_entry
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.train import network_strip, start_form, watched_digits
from pages.ui.train import progress as run_progress
from pages.ui.widgets import layers as layer_widgets

# The layers stay in sight beside a long form. On a phone, in one column, Start, the run and
# the digits that it is watched by come before the form, and the layers last
STYLE = """
@media (min-width: 641px) {
    .st-key-build .stColumn:has(.st-key-beside) { align-self: stretch; }
    .st-key-build .stColumn:has(.st-key-beside) > .stVerticalBlock {
        position: sticky; top: 4.5rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
[data-testid=stLayoutWrapper]:has(> .st-key-released) { position: absolute; }
@media (max-width: 640px) {
    .stColumn:has(.st-key-build), .stColumn:has(.st-key-build) > .stVerticalBlock,
    [data-testid=stLayoutWrapper]:has(> .st-key-build), .st-key-build,
    .st-key-build > [data-testid=stLayoutWrapper]:has(> .stHorizontalBlock > .stColumn),
    .st-key-build > [data-testid=stLayoutWrapper] > .stHorizontalBlock:has(> .stColumn) {
        display: contents; }
    .st-key-build .stColumn:has(.st-key-form) { order: 2; }
    .st-key-build .stColumn:has(.st-key-layers) { order: 3; }
    .st-key-build .stColumn:has(.st-key-yours) { order: 1; }
}
"""


def edit(experiment: Experiment) -> tuple[Experiment, dict, ValueError | None]:
    """The form.

    Returns:
        What it makes of the experiment, or this one; the form's values; why they can't be.
    """
    shows = lesson.current().shows
    widgets = form.Form(experiment, shows)
    form.basic_controls(widgets)
    for title, controls in form.DETAILS.items():
        if any(map(shows, form.CONTROLS[title])):
            with st.expander(title):
                controls(widgets)
    try:
        return widgets.experiment(), widgets.values, None
    except ValueError as reason:
        return experiment, widgets.values, reason


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
    runs = index.summaries()
    active = [one for one in runs if one.state not in ENDED]
    return next((RunFollower(one.run) for one in (*active, *runs)), None)


def goes_on(follower: RunFollower | None) -> bool:
    """Whether there is a run that trains, or will."""
    return follower is not None and not follower.has_ended()


page_entry.require()
st.html(f"<style>{STYLE}{layer_widgets.STYLE}</style>")
experiment = current_session().experiment or links.read()
keep_following()
scheduler.prewarm()

build, right = st.columns([11, 8], gap="medium")
build = build.container(key="build")
with build.container(horizontal=True, vertical_alignment="center"):
    st.markdown("# Train a network", width="content")
    explanation.show("Train")
strip = build.container()
left, middle = build.columns([5, 6], gap="medium")
with left.container(key="form"):
    cards = st.container()
    experiment, values, impossible = edit(experiment)
    current_session().experiment = experiment  # for the next rerun, and for other pages
    links.write(experiment)
    if not impossible:
        lesson.make_link(experiment)
    if lesson.current().controls is None:  # a lesson has fixed what is trained
        with cards:
            preset_choice.show(experiment)
# What comes and goes above the curves has a place of its own: a curve that moved would be a new one
notices, start, progress = (right.container() for _ in range(3))
with notices:
    data_notice.show(experiment.data)
    next_steps.show_variation(experiment)
with start:
    start_form.show(experiment, valid=not impossible)
with progress:
    if current_session().follower:
        with st.container(border=True):
            run_progress.show(current_session().follower)
    else:
        st.info(
            "Press Start: the curves of its learning will grow here.", icon=":material/timeline:"
        )
# After Start, which may just have begun a run
with strip:
    if isinstance(impossible, ShapeError):
        network_strip.show_misfit(values, impossible)
    else:
        network_strip.show(experiment.network, current_session().follower)
with middle.container(key="beside"):
    if impossible:
        st.error(errors.message(impossible), icon=":material/block:")
        network_strip.offer_mend(values)
    else:
        with st.container(key="layers"):
            follower = current_session().follower
            trains = goes_on(follower)
            if trains or (follower and follower.watched):  # what one watched stays in its place
                watched_digits.show(follower)
            layers = summary.layer_table(experiment.network)
            layer_widgets.parameters(layers)
            with st.expander("Layers") if trains else st.container():
                layer_widgets.table(layers)
