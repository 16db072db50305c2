"""How long trainings take on this computer, estimated from those that it has done."""

import contextlib

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler
from mnist_core.system import users
from mnist_core.training import duration


def run_seconds(experiment: Experiment) -> float:
    """Seconds that a run of this experiment will take here."""
    return duration.run_seconds(experiment, _speed_factor(users.current_user()))


def total_seconds(experiments: list[Experiment]) -> float:
    """Seconds until the last of several runs has ended, as many at once as there may be."""
    each = [run_seconds(experiment) for experiment in experiments]
    return max([*each, sum(each) / scheduler.expected_concurrent_runs()])


@st.cache_data(ttl=30, show_spinner=False)
def _speed_factor(user_id: str) -> float:
    """How this computer compares, by a user's newest runs that can be read."""
    past = []
    for run in run_store.all_runs()[:20]:
        epochs = [e["seconds"] for e in run.events()[0] if e["kind"] == "epoch" and "seconds" in e]
        with contextlib.suppress(ValueError):
            past += [(run.experiment(), min(epochs))] if epochs else []
    return duration.measured_slowdown(past)
