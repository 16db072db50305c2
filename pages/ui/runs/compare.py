"""Several runs at once: their figures, their curves over each other, what differs."""

import streamlit as st

from mnist_core.config import labels
from mnist_core.evaluation import comparison
from mnist_core.evaluation.comparison import ComparedRun
from mnist_core.network import summary
from mnist_core.plots import comparison as comparison_plots
from mnist_core.scheduler import sweeps
from pages.ui.app import errors
from pages.ui.runs import detail as run_detail
from pages.ui.runs import tables as comparison_tables
from pages.ui.runs.listing import RunEntry
from pages.ui.state.double_buffer import DoubleBuffer
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import session
from pages.ui.widgets import charts

LOOK_EVERY = 2.0  # seconds between two looks while some of them train
ALONG = {comparison_plots.EPOCHS: "Epochs", comparison_plots.STEPS: "Steps"}
ALT = "The {{name}} of {names}, on the same axes: validation solid, training faint."
INTERVAL = "The bar is the 95 % interval: with as many other test images it would land there."


def show(entries: list[RunEntry]) -> None:
    """All there is to compare; what trains is followed."""
    _headline(entries)
    ended = all(entry.has_ended() for entry in entries)
    st.fragment(_tick, run_every=None if ended else LOOK_EVERY)(entries, ended)
    compared = [_compared(entry) for entry in entries]
    st.markdown("##### What differs between their experiments")
    comparison_tables.what_differs(compared)
    _scatter(compared)


def _headline(entries) -> None:
    title, button = st.columns([4, 1], vertical_alignment="center")
    going_on = [entry.run for entry in entries if not entry.has_ended()]
    title.markdown(f"#### {_title(entries)}")
    if going_on:
        button.button("Stop all", key="stop_all", icon=":material/stop_circle:", width="stretch",
                      on_click=errors.attempt, args=(sweeps.stop_all, going_on),
                      help="Those that train keep what they learned; those that wait never begin.",
        )  # fmt: skip


def _title(entries) -> str:
    known = [entry.run.status().get("sweep") if entry.run else None for entry in entries]
    same = known[0] if all(sweep == known[0] for sweep in known) else None
    if isinstance(same, dict) and {"field", "from"} <= same.keys():
        return f"Sweep from {same['from']}: {labels.path_label(str(same['field'])).lower()}"
    return f"{len(entries)} runs compared"


@errors.guard
def _tick(entries: list[RunEntry], ended: bool) -> None:
    compared = [_compared(entry) for entry in entries]
    comparison_tables.results(compared, entries, [_story(entry) for entry in entries])
    st.caption(_legend(compared))
    by, closely = _controls()
    alt = ALT.format(names=", ".join(entry.name for entry in entries))
    if ended:
        charts.pair(_draw((compared, by, closely)), alt, side_by_side=True)
        return
    layers = session().comparison
    before = layers.shown[layers.front]
    if before and [one.name for one in before[0]] != [one.name for one in compared]:
        layers = session().comparison = (
            DoubleBuffer()
        )  # nothing of another comparison shines through
    layers.turn((compared, by, closely))
    charts.live(layers, _draw, alt, side_by_side=True)


def _legend(compared) -> str:
    lacks = [c.name for c in compared if c.experiment and c.experiment.recipe.validation == "none"]
    more = f" Without validation: {', '.join(lacks)}." if lacks else ""
    return f"Solid: validation, after each epoch. Faint: training.{more}"


def _controls() -> tuple[str, bool]:
    with st.container(horizontal=True, vertical_alignment="center"):
        by = st.segmented_control(
            "Along the axis", list(ALONG), default=comparison_plots.EPOCHS, key="along",
            required=True, format_func=ALONG.get, label_visibility="collapsed",
            help="An epoch is every training image once; a step is one batch.",
        )  # fmt: skip
        return by, st.toggle("Look closely", key="closely", help=charts.ZOOM_HELP)


def _draw(shown) -> charts.Pair:
    loss, accuracy = comparison_plots.overlaid_curves(*shown)
    return accuracy, loss


def _compared(entry: RunEntry) -> ComparedRun:
    parameters = entry.experiment and summary.parameter_count(entry.experiment.network)
    return ComparedRun(
        entry.name,
        entry.experiment,
        _story(entry).curves(),
        entry.test() or None,
        entry.seconds if entry.has_ended() else None,
        parameters,
    )


def _story(entry: RunEntry) -> RunFollower:
    """What happened in it by now; only what is new is read."""
    which = (entry.name, entry.created)
    known = session().followed
    if which not in known:
        known[which] = run_detail.follower_of(entry)
        for old in list(known)[: -2 * comparison_plots.MAX_RUNS]:
            del known[old]
    elif entry.run:
        known[which].update()
    return known[which]


def _scatter(compared) -> None:
    plots = {"parameters": ("Parameters", True), "seconds": ("Seconds of training", False)}
    for place, (of, (title, logarithmic)) in zip(st.columns(2), plots.items(), strict=True):
        points = comparison.scatter_points(compared, of)
        words = "parameters" if of == "parameters" else "time"
        with place:
            st.markdown(f"##### Test accuracy against {words}", help=INTERVAL)
            if not points:
                st.caption("A point for each run that has taken its test will stand here.")
                continue
            told = ", ".join(f"{p.name} {p.accuracy:.2%} at {p.x:,.0f}" for p in points)
            st.plotly_chart(
                comparison_plots.accuracy_scatter(points, title, logarithmic), key=f"scatter_{of}",
                alt=f"Test accuracy against {words}: {told}.", config={"displayModeBar": False},
            )  # fmt: skip
