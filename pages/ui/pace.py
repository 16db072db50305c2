"""How long trainings take on this computer, by those that it has done."""

import contextlib

import streamlit as st

from mnist_core import estimate, people, runs, worker
from mnist_core.config import Experiment


def seconds(experiment: Experiment) -> float:
    """Seconds that a run of this experiment will take here."""
    return estimate.seconds(experiment, _pace(people.current()))


def seconds_of_all(experiments: list[Experiment]) -> float:
    """Seconds until the last of several runs has ended, as many at once as there may be."""
    took = [seconds(experiment) for experiment in experiments]
    return max([*took, sum(took) / worker.runs_at_once()])


@st.cache_data(ttl=30, show_spinner=False)
def _pace(person: str) -> float:
    """How this computer compares, by a person's newest runs that can be read."""
    past = []
    for run in runs.all_runs()[:20]:
        epochs = [e["seconds"] for e in run.events()[0] if e["kind"] == "epoch" and "seconds" in e]
        with contextlib.suppress(ValueError):
            past += [(run.experiment(), min(epochs))] if epochs else []
    return estimate.pace(past)
