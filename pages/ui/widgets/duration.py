"""How long trainings take on this computer, estimated from those that it has done."""

import contextlib
import heapq
import time

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.models import index
from mnist_core.models import store as model_store
from mnist_core.models.run_summary import RunSummary
from mnist_core.runs.run import ACTIVE, WAITING, Run
from mnist_core.scheduler import scheduler
from mnist_core.system import users
from mnist_core.training import duration

NEWEST = 20  # runs that are looked at


def run_seconds(experiment: Experiment) -> float:
    """Seconds that a run of this experiment will take here."""
    return duration.run_seconds(experiment, _slowdown(experiment))


def bfloat16_gain(experiment: Experiment) -> float:
    """How many times as fast as in float32 this experiment trains here in 16 bits."""
    exact, fast = (
        experiment.with_values({"recipe.precision": name}) for name in ("float32", "bfloat16")
    )
    seconds = [duration.epoch_seconds(one, _slowdown(one)) for one in (exact, fast)]
    return seconds[0] / seconds[1]


def total_seconds(experiments: list[Experiment]) -> float:
    """Seconds until the last of several runs has ended, as many at once as there may be."""
    each = [run_seconds(experiment) for experiment in experiments]
    return max([*each, sum(each) / scheduler.expected_concurrent_runs()])


def seconds_until_start(waiting: Run) -> float:
    """Seconds until a run of a user without others begins: those before it take their time."""
    runs = sorted(index.summaries(), key=lambda one: one.created)
    slots = [_seconds_left(one) for one in runs if one.state in ACTIVE]
    slots += [0.0] * (scheduler.expected_concurrent_runs() - len(slots))
    heapq.heapify(slots)
    for one in runs:
        if one.run == waiting:
            break
        if one.state in WAITING:
            heapq.heapreplace(slots, slots[0] + _planned_seconds(one.run))
    return slots[0]


def _seconds_left(one: RunSummary) -> float:
    now = time.time()
    return max(0.0, _planned_seconds(one.run) - (now - one.run.status().get("started", now)))


def _planned_seconds(run: Run) -> float:
    with contextlib.suppress(ValueError, OSError):
        return run_seconds(run.experiment())
    return 0.0


def _slowdown(experiment: Experiment) -> float:
    """How this computer compares, by the runs that it has done."""
    newest = tuple((one.id, one.state) for one in index.summaries()[:NEWEST])
    return duration.measured_slowdown(_past_epochs(users.current_user(), newest), experiment)


@st.cache_resource(max_entries=100, show_spinner=False)  # a page asks a dozen times: no copies
def _past_epochs(user_id: str, newest: tuple) -> tuple[tuple[Experiment, float], ...]:
    """A user's newest runs that can be read, and the seconds of their fastest epochs.

    Args:
        newest: the runs' ids and states: when one ends, it is looked at anew.
    """
    past = ()
    for one in index.summaries()[:NEWEST]:
        with contextlib.suppress(ValueError, OSError):
            epochs = model_store.card(one.run)["curves"] if one.has_model else []
            seconds = [epoch["seconds"] for epoch in epochs if "seconds" in epoch]
            past += ((one.run.experiment(), min(seconds)),) if seconds else ()
    return past
