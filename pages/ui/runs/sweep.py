"""A sweep: choose what to start from, a setting and a few values; it queues a run for each."""

from typing import NamedTuple

import streamlit as st

from mnist_core.config import grid, labels
from mnist_core.config.schema import OPTIONS, Experiment
from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.scheduler import sweeps
from pages.ui.app import errors
from pages.ui.choices import data_notice
from pages.ui.runs import selection as run_selection
from pages.ui.runs.listing import RunEntry
from pages.ui.state.session import current_session
from pages.ui.widgets import bound_button, run_status
from pages.ui.widgets import duration as run_duration

PRESET = " (preset)"  # no run's name has brackets


def show(opened: RunEntry | None) -> None:
    """The form, folded away; it starts from what is opened, if one is."""
    with st.expander("Sweep: try several values of one setting", icon=":material/tune:"):
        left, middle, right = st.columns([3, 3, 4])
        with left:
            base = _base(opened if opened and opened.run and opened.experiment else None)
        with middle:
            path = _field(base.experiment)
        with right:
            text = _values(base, path)
        try:
            experiments = grid.experiments(base.experiment, path, text)
        except ValueError as error:
            errors.show(error, icon=":material/block:")
            experiments = {}
        _start(experiments, base, path)


class Base(NamedTuple):
    """What a sweep starts from."""

    name: str
    key: str  # a run's id, or a preset's name
    experiment: Experiment


def _base(opened: RunEntry | None) -> Base:
    """What is opened, until one says otherwise, or a preset."""
    session, presets = current_session(), [f"{name}{PRESET}" for name in PRESETS]
    names = [opened.name, *presets] if opened else presets
    is_other = session.swept_from != (opened and opened.model)
    if is_other or st.session_state.get("sweep_from") not in names:
        session.swept_from = opened and opened.model
        st.session_state["sweep_from"] = opened.name if opened else f"quick{PRESET}"
    chosen = st.selectbox(
        "Start from", names, key="sweep_from",
        help="The run that is open, or a preset; everything else stays as it is there.",
    )  # fmt: skip
    if opened and chosen == opened.name:
        return Base(chosen, opened.model.id, opened.experiment)
    name = chosen.removesuffix(PRESET)
    return Base(name, name, PRESETS[name].with_values({"data": loading.best_available()}))


def _field(experiment) -> str:
    paths = grid.sweepable_paths(experiment)
    if st.session_state.get("sweep_field") not in paths:
        st.session_state["sweep_field"] = paths[0]
    return st.selectbox(
        "Setting", paths, key="sweep_field", format_func=labels.path_label,
        help="What the runs will differ in. Those that teach most come first.",
    )  # fmt: skip


def _values(base, path) -> str:
    with st.container(key="sweep_values"):
        return st.text_input(
            "Values", grid.suggest_values(base.experiment, path),
            key=f"values of {path} from {base.key}",
            help=f"With commas between them, at most {grid.MAX_RUNS}. {_limits(path)}",
        )  # fmt: skip


def _limits(path) -> str:
    """What a field means and may hold, in words."""
    option = OPTIONS[path]
    if option.choices:
        choices = [labels.format_value(path, choice) for choice in option.choices]
        return f"{option.help} One of {', '.join(choices)}."
    limits = option.limits or option.length
    if not limits:
        return f"{option.help} On or off."
    low, high = (labels.format_value(path, limit) for limit in limits)
    unit = f" {option.unit}" if option.unit else ""
    return f"{option.help} From {low} to {high}{unit}."


def _start(experiments: dict[str, Experiment], base, path) -> None:
    """The button. Pressable beside an error: the click may be what ends the correction of it."""
    ready = all(
        data_notice.is_available(one.data) for one in [base.experiment, *experiments.values()]
    )
    pressed = bound_button.show(
        "Start the sweep", "sweep_start", base.key, type="primary", icon=":material/play_arrow:",
        disabled=not ready,
    )  # fmt: skip
    if not ready:
        st.caption("MNIST is not on this computer; the Train page offers to download it.")
    elif experiments:
        seconds = run_duration.total_seconds(list(experiments.values()))
        duration = run_status.format_duration(seconds)
        st.caption(f"{len(experiments)} runs, about {duration} in all on this computer.")
    if not (
        pressed == base.key and experiments
    ):  # no callback: it would miss what was typed just before
        return
    try:
        runs = sweeps.start(experiments, path, base.name)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    run_selection.select_runs(runs)
    st.rerun()
