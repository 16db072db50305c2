"""Build a network with sliders, train it on MNIST, watch it learn."""

import streamlit as st

from mnist_core import network, runs, worker
from pages.ui import (
    data_notice,
    entry,
    explanation,
    form,
    layer_view,
    lesson,
    link,
    live,
    notice,
    pace,
    preset_choice,
)
from pages.ui.session import session
from pages.ui.story import Story

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
    form.first_five(shown)
    for title, part in form.DETAILS.items():
        if any(map(shows, form.CONTROLS[title])):
            with st.expander(title):
                part(shown)
    try:
        session().experiment = shown.experiment()
    except ValueError as fault:
        return notice.words(fault)
    finally:
        with place:
            preset_choice.show(may_choose=lesson.current().controls is None)
    return ""


def start() -> None:
    """Queue a run of the experiment and follow it."""
    try:
        session().story = Story(worker.start(session().experiment, run_name()))
    except (ValueError, OSError) as fault:
        notice.tell(fault)


def run_name() -> str:
    """What the next run will be called."""
    return st.session_state["run_name"].strip() or preset_choice.name(session().experiment)


def name_fault() -> str:
    """Why the next run can't be called so, or nothing."""
    try:
        runs.checked_name(run_name())
    except runs.RunError as fault:
        return notice.words(fault)
    return ""


def start_row(valid: bool) -> None:
    """The button, what the run is called, and how long it will take."""
    name, button = st.columns([3, 2], vertical_alignment="bottom")
    name.text_input(
        "Name", key="run_name", placeholder=preset_choice.name(session().experiment), max_chars=50,
        help="What the list of models will call it.",
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
        took = live.duration(pace.seconds(session().experiment))
        st.caption(f"About {took} on this computer.")


def newest_run() -> Story | None:
    """The run to show to somebody who comes, or comes back: one that goes on, or the newest."""
    everything = runs.all_runs()
    going_on = [run for run in everything if run.state not in runs.ENDED]
    return next((Story(run) for run in going_on + everything), None)


entry.require()
st.html(f"<style>{STYLE}</style>")
if session().experiment is None:
    session().experiment = link.read()
if session().story is None or not session().story.exists():
    session().story = newest_run()
worker.warm_up()

heading, drawing = st.columns([1, 3], vertical_alignment="center")
with heading:
    st.markdown("### Train a network\nBuild it with sliders, press Start, watch it learn.")
    explanation.show("Train")
left, middle, right = st.columns([5, 6, 8], gap="medium")
with left:
    impossible = build()
    link.write(session().experiment)
    if not impossible:
        lesson.make(session().experiment)
table = [] if impossible else network.layer_table(session().experiment.network)
with drawing:
    layer_view.drawing(table)
with middle.container(key="beside"):
    if impossible:
        st.error(impossible, icon=":material/block:")
    else:
        with st.container(key="layers"):
            layer_view.table(table)
with right:
    data_notice.show(session().experiment.data)
    start_row(valid=not impossible)
    if session().story:
        with st.container(border=True):
            live.show(session().story)
    else:
        st.info(
            "Press Start: the curves of its learning will grow here.", icon=":material/timeline:"
        )
