"""A run's state and durations, in words."""

import math

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.labels import format_duration as format_duration
from mnist_core.config.labels import format_percent as format_percent
from pages.ui.state.run_follower import RunFollower

STATE_LABELS = {
    "queued": "Waiting for its turn",
    "starting": "Getting ready",
    "training": "Training",
    "testing": "Taking the test",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}


def format_figure(value: float | None, spec: str) -> str:
    """A loss or an accuracy; "NaN" for one that is no number, a dash where there is none."""
    if value is None:
        return labels.MISSING
    return "NaN" if math.isnan(value) else format(value, spec).replace("%", " %")


def damage_note(follower: RunFollower) -> None:
    """Say it where some of what happened in a run can't be read."""
    count = follower.damaged_count()
    if count:
        lines = "1 line" if count == 1 else f"{count} lines"
        st.caption(f"{lines} of its record can't be read; the rest is shown.")
