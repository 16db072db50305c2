"""A sweep: choose what to start from, a setting and a few values; it queues a run for each."""

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
from pages.ui.widgets import duration as run_duration
from pages.ui.widgets import run_status

PRESET = " (preset)"  # no run's name has brackets


def show(entries: list[RunEntry], opened: RunEntry | None) -> None:
    """The form, folded away; it starts from what is opened, if one is."""
    with st.expander("Sweep: try several values of one setting", icon=":material/tune:"):
        left, middle, right = st.columns([3, 3, 4])
        with left:
            name, base = _base(entries, opened)
        with middle:
            path = _field(base)
        with right:
            text = _values(name, base, path)
        try:
            experiments = grid.experiments(base, path, text)
        except ValueError as error:
            errors.show(error, icon=":material/block:")
            experiments = {}
        _start(experiments, base, path, name)


def _base(entries, opened) -> tuple[str, Experiment]:
    bases = {entry.name: entry.experiment for entry in entries if entry.run and entry.experiment}
    best = loading.best_available()
    bases |= {f"{n}{PRESET}": e.with_values({"data": best}) for n, e in PRESETS.items()}
    default = opened.name if opened and opened.name in bases else f"quick{PRESET}"
    # What is opened is what one wants to vary, until one says otherwise
    if opened and current_session().swept_from != opened.name:
        current_session().swept_from = opened.name
        st.session_state["sweep_from"] = default
    if st.session_state.get("sweep_from") not in bases:
        st.session_state["sweep_from"] = default
    name = st.selectbox(
        "Start from", list(bases), key="sweep_from",
        help="A run or a preset; everything else stays as it is there.",
    )  # fmt: skip
    return name.removesuffix(PRESET), bases[name]


def _field(base) -> str:
    paths = grid.sweepable_paths(base)
    if st.session_state.get("sweep_field") not in paths:
        st.session_state["sweep_field"] = paths[0]
    return st.selectbox(
        "Setting", paths, key="sweep_field", format_func=labels.path_label,
        help="What the runs will differ in. Those that teach most come first.",
    )  # fmt: skip


def _values(name, base, path) -> str:
    with st.container(key="sweep_values"):
        return st.text_input(
            "Values", grid.suggest_values(base, path), key=f"values of {path} from {name}",
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


def _start(experiments: dict[str, Experiment], base, path, name) -> None:
    """The button. Pressable beside an error: the click may be what ends the correction of it."""
    ready = all(data_notice.is_available(one.data) for one in [base, *experiments.values()])
    pressed = st.button(
        "Start the sweep", key="sweep_start", type="primary", icon=":material/play_arrow:",
        disabled=not ready,
    )  # fmt: skip
    if not ready:
        st.caption("MNIST is not on this computer; the Train page offers to download it.")
    elif experiments:
        seconds = run_duration.total_seconds(list(experiments.values()))
        duration = run_status.format_duration(seconds)
        st.caption(f"{len(experiments)} runs, about {duration} in all on this computer.")
    if not (pressed and experiments):  # no callback: it would miss what was typed just before
        return
    try:
        runs = sweeps.start(experiments, path, name)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    run_selection.select_runs([run.name for run in runs])
    st.rerun()
