"""A run as it trains: progress, metrics, curves."""

import streamlit as st

from mnist_core.runs.run import ACTIVE
from mnist_core.training import guessing
from pages.ui.app import errors
from pages.ui.state.run_follower import RunFollower
from pages.ui.train import ended_run
from pages.ui.widgets import charts
from pages.ui.widgets import queue as queue_widgets
from pages.ui.widgets.run_status import (
    STATE_LABELS,
    damage_note,
    format_duration,
    format_figure,
    format_percent,
)

LOSS = "How surprised the network is by the right answers: 0 is never, 2.3 is plain guessing."
SMOOTHED = "Mean over the last 50 steps."
ACCURACY = "Share of the training images that it read right."
NEW_IMAGES = "For images held back from training, after the last full epoch: Keras' `{}`."
PEEKED = "For the test set itself, after the last full epoch: Keras' `{}`."
PEEKED_TEST = "It was validated on these same images, so this is no fair exam."
RECENT_STEPS = 50  # whose mean is shown: one batch's figures jump
CHART_HEIGHT = 206  # pixels: both are in view on a laptop


def show(follower: RunFollower) -> None:
    """The run, followed as long as it goes on.

    What it shows has the same places in the end, so that the curves stay where they are, zoom
    and all. Then it isn't a fragment any more: its buttons concern the whole page.
    """
    try:
        follower.run.experiment()
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    if not follower.has_ended():
        follower.update()
        interval = follower.poll_interval()
        st.fragment(_tick, run_every=interval)(follower, interval)
        return
    with st.container():  # as a fragment has one
        _content(follower, ended=True)


@errors.guard
def _tick(follower: RunFollower, interval: float) -> None:
    queue_widgets.advance()
    if not follower.exists() or follower.has_ended():
        st.rerun()  # the page around this is owed one look at the end
    if follower.poll_interval() != interval:
        st.rerun()  # a fragment can't change its own interval
    _content(follower, ended=False)


def _content(follower: RunFollower, ended: bool) -> None:
    follower.update()
    with st.container():
        _headline(follower)
        if ended:
            ended_run.verdict(follower)
    _metrics(follower)
    with st.container(horizontal=True, vertical_alignment="center"):
        if ended:
            ended_run.show(follower)
        else:
            queue_widgets.stop_button("stop", follower.run)
        full_range = charts.full_range_switch()
    charts.run_curves(follower.curves(), follower.run.name, full_range, height=CHART_HEIGHT)


def _headline(follower: RunFollower) -> None:
    status = follower.run.status()
    state, accuracy = status["state"], follower.last("test").get("accuracy")
    sentence = errors.status_message(guessing.add_verdict(status["sentence"], accuracy))
    st.markdown(f"**{errors.escape(follower.run.name)}** · {STATE_LABELS[state]}")
    if state == "failed":
        st.error(sentence, icon=":material/error:")
    elif state == "interrupted":
        st.warning(sentence, icon=":material/power_off:")
    elif state == "queued":
        st.caption(queue_widgets.waiting_text(follower.run))
    elif guessing.is_guessing(accuracy):
        st.warning(sentence, icon=":material/casino:")
    elif sentence:
        st.caption(sentence)
    damage_note(follower)
    if state in ACTIVE:
        _progress(follower, state)


def _progress(follower: RunFollower, state: str) -> None:
    start, steps = follower.last("start"), follower.last("steps")
    if not start or state == "starting":  # a continued run begins with its parent's events
        st.progress(0.0, "Loading TensorFlow and the digits …")
        return
    epoch = max(start["first_epoch"], steps.get("epoch", 1))
    words = f"Epoch {epoch} of {start['first_epoch'] - 1 + start['epochs']}"
    if "adapts" in follower.run.status():
        words = "Learning a hand"
    left = steps.get("seconds_left")
    if state == "testing":
        words = "Reading the test images"
    elif left is not None:
        words += f" · {format_duration(left)} left"
    st.progress(follower.share_done(), words)


def _metrics(follower: RunFollower) -> None:
    test, epoch = follower.last("test"), follower.last("epoch")
    recipe = follower.run.experiment().recipe
    peeked = recipe.validation == "test"
    row = st.container(horizontal=True)  # two by two on a phone
    places = [row.container(width="content") for _ in range(4)]
    if test and follower.has_ended():
        images = f"{test['images']:,} digits that it never trained on."
        accuracy, name = format_percent(test["accuracy"]), "Test accuracy"
        if peeked:
            name, images = f"{name}, peeked", f"{images} {PEEKED_TEST}"
        places[0].metric(name, accuracy, help=f"Of {images}")
        loss = format_figure(test["loss"], ".4f")
        places[1].metric("Test loss", loss, help=f"On {images} {LOSS}")
    elif not follower.has_ended():
        loss, accuracy = follower.history.newest(RECENT_STEPS) or (None, None)
        for place, name, value, spec, meaning in (
            (places[0], "Loss", loss, ".3f", LOSS),
            (places[1], "Accuracy", accuracy, ".1%", ACCURACY),
        ):
            figure = format_figure(value, spec)
            place.metric(name, figure, help=f"{meaning} {SMOOTHED}")
    if recipe.validation == "none":
        return
    images, meaning = (", peeked", PEEKED) if peeked else (" on new images", NEW_IMAGES)
    for place, name, key, spec in (
        (places[2], "Loss", "val_loss", ".4f"),
        (places[3], "Accuracy", "val_accuracy", ".2%"),
    ):
        figure = format_figure(epoch.get(key), spec)
        place.metric(f"{name}{images}", figure, help=meaning.format(key))
