"""Several runs at once: their figures, their curves over each other, what differs."""

import streamlit as st

from mnist_core.config import labels
from mnist_core.evaluation import comparison
from mnist_core.evaluation.comparison import ComparedRun
from mnist_core.plots import comparison as comparison_plots
from mnist_core.scheduler import sweeps
from pages.ui.app import errors
from pages.ui.runs import deletion, sweep_verdict
from pages.ui.runs import detail as run_detail
from pages.ui.runs import tables as comparison_tables
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.widgets import charts, run_status

POLL_INTERVAL = 2.0  # seconds between two looks while some of them train
AXES = {comparison_plots.EPOCHS: "Epochs", comparison_plots.STEPS: "Steps"}
ALT = "The {{name}} of {names}, on the same axes: on new images solid, in training faint."
INTERVAL = "The bar is the 95 % interval: with as many other test images it would land there."


def show(entries: list[RunEntry]) -> None:
    """All there is to compare; what trains is followed. The first MAX_RUNS of them are drawn."""
    sweep = _common_sweep(entries)
    _headline(entries, sweep)
    if len(entries) > comparison_plots.MAX_RUNS:
        st.caption(f"The first {comparison_plots.MAX_RUNS} of them are compared here.")
        entries = entries[: comparison_plots.MAX_RUNS]
    if sweep:
        _show_sweep(entries, str(sweep["field"]))
    ended = all(entry.has_ended() for entry in entries)
    st.fragment(_tick, run_every=None if ended else POLL_INTERVAL)(entries)
    compared = [_compared(entry, _follower(entry)) for entry in entries]
    comparison_tables.what_differs(compared)
    _scatter(compared)


def _show_sweep(entries, path) -> None:
    compared = [_compared(entry, _follower(entry)) for entry in entries]
    sweep_verdict.show(compared, [entry.model for entry in entries], path)


def _headline(entries, sweep) -> None:
    active = [entry.run for entry in entries if not entry.has_ended()]
    st.markdown(f"## {_title(entries, sweep)}")
    with st.container(horizontal=True, key="compared_actions"):
        if active:
            st.button("Stop all", key="stop_all", icon=":material/stop_circle:",
                on_click=errors.attempt, args=(sweeps.stop_all, active),
                help="Those that train keep what they learned; those that wait never begin.",
            )  # fmt: skip
        deletion.button(entries)


def _common_sweep(entries) -> dict:
    """What their status says of the one sweep that all belong to; else nothing."""
    first, *others = [entry.run.status().get("sweep") if entry.run else None for entry in entries]
    known = isinstance(first, dict) and {"field", "from"} <= first.keys()
    return first if known and all(sweep == first for sweep in others) else {}


def _title(entries, sweep) -> str:
    if sweep:
        setting = labels.path_label(str(sweep["field"])).lower()
        return errors.escape(f"Sweep from {sweep['from']}: {setting}")
    return f"{len(entries)} runs chosen"


@errors.guard
def _tick(entries: list[RunEntry]) -> None:
    followers = [_follower(entry) for entry in entries]
    compared = list(map(_compared, entries, followers))
    comparison_tables.results(compared, entries, followers)
    st.caption(_legend(compared))
    axis, closely = _controls()
    alt = ALT.format(names=", ".join(entry.name for entry in entries))
    loss, accuracy = comparison_plots.overlaid_curves(compared, axis, closely)
    charts.pair(accuracy, loss, alt, side_by_side=True)


def _legend(compared) -> str:
    without = [c for c in compared if c.experiment and c.experiment.recipe.validation == "none"]
    lacks = [errors.escape(one.name) for one in without]
    more = f" Never read new images: {', '.join(lacks)}." if lacks else ""
    return f"Solid: on new images, after each epoch. Faint: in training.{more}"


def _controls() -> tuple[str, bool]:
    with st.container(horizontal=True, vertical_alignment="center"):
        axis = st.segmented_control(
            "Along the axis", list(AXES), default=comparison_plots.EPOCHS, key="along",
            required=True, format_func=AXES.get, label_visibility="collapsed",
            help="An epoch is every training image once; a step is one batch.",
        )  # fmt: skip
        return axis, st.toggle("Look closely", key="closely", help=charts.ZOOM_HELP)


def _compared(entry: RunEntry, follower: RunFollower) -> ComparedRun:
    return ComparedRun(
        entry.name,
        entry.experiment,
        follower.curves(),
        entry.test or None,
        entry.seconds if entry.has_ended() else None,
        entry.parameters,
    )


def _follower(entry: RunEntry) -> RunFollower:
    """Its events so far; kept from rerun to rerun, so that only what is new is read."""
    followed = current_session().followed
    if entry.model not in followed:
        followed[entry.model] = run_detail.follower_of(entry)
        for old in list(followed)[: -2 * comparison_plots.MAX_RUNS]:
            del followed[old]
    elif entry.run:
        followed[entry.model].update()
    return followed[entry.model]


def _scatter(compared) -> None:
    plots = {
        "parameters": ("Parameters", "parameters", True),
        "seconds": ("Seconds of training", "time", False),
    }
    if len({run.parameters for run in compared}) == 1:  # a column of points, and no news
        del plots["parameters"]
    for column, (of, (title, words, logarithmic)) in zip(
        st.columns(2), plots.items(), strict=False
    ):
        points = comparison.scatter_points(compared, of)
        with column:
            st.markdown(f"### Test accuracy against {words}", help=INTERVAL)
            if not points:
                st.caption("A point for each run that has taken its test will stand here.")
                continue
            listed = ", ".join(
                f"{p.name} {run_status.format_percent(p.accuracy)} at {p.x:,.0f}" for p in points
            )
            st.plotly_chart(
                comparison_plots.accuracy_scatter(points, title, logarithmic), key=f"scatter_{of}",
                alt=f"Test accuracy against {words}: {listed}.", config={"displayModeBar": False},
            )  # fmt: skip
