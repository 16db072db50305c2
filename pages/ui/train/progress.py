"""A run as it trains: progress, metrics, curves."""

import streamlit as st

from mnist_core.runs.run import ACTIVE
from mnist_core.scheduler import scheduler
from pages.ui.app import errors
from pages.ui.state.run_follower import RunFollower
from pages.ui.train import ended_run
from pages.ui.widgets import charts
from pages.ui.widgets import queue as queue_widgets
from pages.ui.widgets.run_status import STATE_LABELS, damage_note, format_duration, format_figure

POLL_INTERVAL = 0.6  # seconds between two looks: a chart redrawn more than twice a second blinks
LOSS = "How surprised the network is by the right answers: 0 is never, 2.3 is plain guessing."
ACCURACY = "Share of the last batch's images that it read right."
VALIDATION = "The same for images held back from training, after the last full epoch."


def show(follower: RunFollower) -> None:
    """The run, followed as long as it goes on; then its curves, whose zoom stays."""
    try:
        follower.run.experiment()
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    ended = follower.has_ended()
    st.fragment(_tick, run_every=None if ended else POLL_INTERVAL)(follower, ended)
    if ended:
        ended_run.show(follower)
        charts.static(follower.curves())


@errors.guard
def _tick(follower: RunFollower, ended: bool) -> None:
    if not ended:
        queue_widgets.advance()
    if not follower.exists() or (not ended and follower.has_ended()):
        st.rerun()  # the page around this is owed one look at the end
    follower.update()
    _headline(follower)
    _metrics(follower)
    if not ended:
        queue_widgets.stop_button("stop", follower.run)
        follower.buffer.push(follower.curves())
        charts.live(follower.buffer, charts.run_figures, charts.ALT.format(of="the run"))


def _headline(follower: RunFollower) -> None:
    status = follower.run.status()
    state, sentence = status["state"], errors.status_message(status.get("sentence", ""))
    st.markdown(f"**{errors.escape(follower.run.name)}** · {STATE_LABELS[state]}")
    if state == "failed":
        st.error(sentence, icon=":material/error:")
    elif state == "interrupted":
        st.warning(sentence, icon=":material/power_off:")
    elif state == "queued":
        st.caption(queue_widgets.position_text(scheduler.queue_position(follower.run)))
    elif sentence and follower.only_guesses():
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
    total = start["first_step"] - 1 + start["total_steps"]
    epoch = max(start["first_epoch"], steps.get("epoch", 1))
    words = f"Epoch {epoch} of {start['first_epoch'] - 1 + start['epochs']}"
    left = steps.get("seconds_left")
    if state == "testing":
        words = "Reading the test images"
    elif left is not None:
        words += f" · {format_duration(left)} left"
    st.progress(min(1.0, follower.completed_steps() / total), words)


def _metrics(follower: RunFollower) -> None:
    test, epoch, steps = (follower.last(kind) for kind in ("test", "epoch", "steps"))
    ended = follower.has_ended()
    row = st.container(horizontal=True)  # of fixed widths: two by two on a phone
    places = [row.container(width=110) for _ in range(4)]
    if test and ended:
        images = f"{test['images']:,} digits that it never trained on."
        places[0].metric("Test accuracy", f"{test['accuracy']:.2%}", help=f"Of {images}")
        loss = format_figure(test["loss"], ".4f")
        places[1].metric("Test loss", loss, help=f"On {images} {LOSS}")
    elif not ended:
        places[0].metric("Loss", _newest(steps, "loss", ".3f"), help=LOSS)
        places[1].metric("Accuracy", _newest(steps, "accuracy", ".1%"), help=ACCURACY)
    if follower.run.experiment().recipe.validation == "none":
        return
    for place, name, spec in ((places[2], "val_loss", ".4f"), (places[3], "val_accuracy", ".2%")):
        place.metric(name, format_figure(epoch.get(name), spec), help=VALIDATION)


def _newest(steps, name, spec) -> str:
    return format_figure(steps[name][-1] if steps else None, spec)
