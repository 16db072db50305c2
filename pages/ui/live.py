"""A run as it trains: progress, figures, curves."""

import streamlit as st

from mnist_core import runs, worker
from pages.ui import charts, ended_run, notice, queue
from pages.ui.story import Story

TICK = 0.6  # seconds between two looks: a chart redrawn more than twice a second blinks
SAYS = {
    "queued": "Waiting for its turn",
    "starting": "Getting ready",
    "training": "Training",
    "testing": "Taking the test",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}


def show(story: Story) -> None:
    """The run, followed as long as it goes on; then its curves, whose zoom stays."""
    try:
        story.run.experiment()
    except (ValueError, OSError) as fault:
        notice.say(fault, f"{story.run.name}:")
        return
    ended = story.has_ended()
    st.fragment(_tick, run_every=None if ended else TICK)(story, ended)
    if ended:
        ended_run.show(story)
        charts.at_rest(story.curves())


@notice.guarded
def _tick(story: Story, ended: bool) -> None:
    if not ended:
        queue.tend()
    if not story.exists() or (not ended and story.has_ended()):
        st.rerun()  # the page around this is owed one look at the end
    story.read_on()
    _headline(story)
    _figures(story)
    if not ended:
        queue.stop_button("stop", story.run)
        story.layers.turn(story.curves())
        charts.growing(story.layers, charts.of_one, charts.ALT.format(of="the run"))


def _headline(story: Story) -> None:
    status = story.run.status()
    state, sentence = status["state"], notice.status(status.get("sentence", ""))
    st.markdown(f"**{story.run.name}** · {SAYS[state]}")
    if state == "failed":
        st.error(sentence, icon=":material/error:")
    elif state == "interrupted":
        st.warning(sentence, icon=":material/power_off:")
    elif state == "queued":
        st.caption(queue.place_in_words(worker.place(story.run)))
    elif sentence:
        st.caption(sentence)
    story_damage(story)
    if state in runs.ACTIVE:
        _progress(story, state)


def story_damage(story: Story) -> None:
    """Say it where some of what happened in a run can't be read."""
    count = story.damaged()
    if count:
        lines = "1 line" if count == 1 else f"{count} lines"
        st.caption(f"{lines} of its record can't be read; the rest is shown.")


def _progress(story: Story, state: str) -> None:
    start, steps = story.last("start"), story.last("steps")
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
        words += f" · {duration(left)} left"
    st.progress(min(1.0, story.steps_done() / total), words)


def duration(seconds: float) -> str:
    """Seconds in words, no finer than anyone needs."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def _figures(story: Story) -> None:
    test, epoch, steps = (story.last(kind) for kind in ("test", "epoch", "steps"))
    ended = story.has_ended()
    row = st.container(horizontal=True)  # of fixed widths: two by two on a phone
    shown = [row.container(width=110) for _ in range(4)]
    if test and ended:
        images = f"{test['images']:,} digits that it never trained on."
        shown[0].metric("Test accuracy", f"{test['accuracy']:.2%}", help=f"Of {images}")
        shown[1].metric("Test loss", f"{test['loss']:.4f}", help=f"On {images} {LOSS}")
    elif not ended:
        shown[0].metric("Loss", _last(steps, "loss", ".3f"), help=LOSS)
        shown[1].metric("Accuracy", _last(steps, "accuracy", ".1%"), help=ACCURACY)
    if story.run.experiment().recipe.validation == "none":
        return
    shown[2].metric("val_loss", _number(epoch.get("val_loss"), ".4f"), help=VALIDATION)
    shown[3].metric("val_accuracy", _number(epoch.get("val_accuracy"), ".2%"), help=VALIDATION)


def _last(steps, name, form) -> str:
    return _number(steps[name][-1], form) if steps else "–"


LOSS = "How surprised the network is by the right answers: 0 is never, 2.3 is plain guessing."
ACCURACY = "Share of the last batch's images that it read right."
VALIDATION = "The same for images held back from training, after the last full epoch."


def _number(value, form) -> str:
    return "–" if value is None else format(value, form)
