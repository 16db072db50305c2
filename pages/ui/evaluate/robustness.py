"""How far a test set can be moved before a model loses its way: a curve for each move."""

import numpy as np
import streamlit as st

from mnist_core.evaluation import perturbations, robustness
from mnist_core.evaluation.perturbations import PERTURBATIONS, Perturbation
from mnist_core.evaluation.robustness import AccuracyCurves
from mnist_core.plots import evaluation as evaluation_plots
from pages.ui.app import background_jobs, errors
from pages.ui.app.background_jobs import Job
from pages.ui.choices import predictions
from pages.ui.choices.predictions import Result
from pages.ui.evaluate.test_set import ChosenTest
from pages.ui.widgets import answer, run_status

TICK = 1.0  # seconds between two looks at what is being computed
STYLE = """
.moved { display: flex; gap: 3px; margin: -.4rem 12px 0 52px; }
.moved figure { flex: 1 1 0; min-width: 0; margin: 0; text-align: center; font-size: .72rem;
  opacity: .9; }
.moved img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; background: #000;
  border-radius: 3px; display: block; }
"""
WORDS = (
    "Every image of the test is moved, by a little and by more, and read again. Nothing prepares"
    " them: this is the network alone. On Draw, MNIST's rule would first bring a drawing back to"
    " the middle and to its size, but not turn it back."
)


def show(found: list[Result], chosen: ChosenTest) -> None:
    """The curves as far as they are known, and the button that computes the rest."""
    st.markdown(f"#### Robustness\n{WORDS}")
    running = any(_task(result) and not _task(result).done() for result in found)
    st.fragment(_panel, run_every=TICK if running else None)(found, chosen, running)


def _job_key(result: Result) -> tuple:
    return predictions.job_key(result.model, result.test)


def _task(result: Result) -> Job | None:
    return background_jobs.job_pool("robustness").get(_job_key(result))


@errors.guard
def _panel(found, chosen, running) -> None:
    going_on = [task for r in found if (task := _task(r)) and not task.done()]
    if running and not going_on:
        st.rerun()
    known = {result.model: _known_curves(result) for result in found}
    missing = [(r, len(robustness.missing_points(known[r.model]))) for r in found]
    if going_on:
        _progress(going_on, missing)
    elif any(count for _, count in missing):
        _offer(missing)
    places = [place for _ in range(2) for place in st.columns(3, gap="medium")]
    for place, (name, move) in zip(places, PERTURBATIONS.items(), strict=True):
        with place:
            _curve(name, move, known, chosen)


def _known_curves(result: Result) -> AccuracyCurves:
    """All points there are; what can't be kept in a file is still with the task."""
    task = _task(result)
    if task and task.done():
        try:
            return task.result()
        except (ValueError, OSError) as fault:
            errors.show(fault, f"{result.model} can't be asked.")
    elif task and task.progress:
        return task.progress[0]
    return robustness.cached(result.model, result.test)


def _offer(missing) -> None:
    seconds = sum(robustness.estimate_seconds(r.predictions, r.test, count) for r, count in missing)
    readings = sum(count for _, count in missing)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Move the test set", key="move", type="primary", icon=":material/moving:"):
            for result, _ in missing:
                _start(result)
            st.rerun()
        st.caption(
            f"{readings} more readings of {len(missing[0][0].labels):,} images, about"
            f" {run_status.format_duration(seconds)}. It goes on while you look elsewhere, and is"
            " kept."
        )


def _start(result: Result) -> None:
    model, test = result.model, result.test
    background_jobs.job_pool("robustness").start(
        _job_key(result),
        lambda task: robustness.measure(model, test, task.report, task.should_stop),
    )


def _progress(going_on: list[Job], missing) -> None:
    total = len(missing) * sum(len(move.amounts) - 1 for move in PERTURBATIONS.values())
    left = sum(count for _, count in missing)
    seconds = sum(robustness.estimate_seconds(r.predictions, r.test, count) for r, count in missing)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(1 - left / total, f"{total - left} of {total}, about"
                    f" {run_status.format_duration(seconds)} left")  # fmt: skip
        if st.button("Stop", key="stop_moving", icon=":material/stop_circle:",
                     help="What is computed by then is kept."):  # fmt: skip
            for task in going_on:
                task.stop()


def _curve(
    name: str, move: Perturbation, known: dict[str, AccuracyCurves], chosen: ChosenTest
) -> None:
    st.markdown(f"**{move.name}**", help=move.description)
    curves = {model: curves[name] for model, curves in known.items()}
    st.plotly_chart(
        evaluation_plots.robustness_chart(move, curves, len(chosen.test.digits.labels)),
        key=f"robustness_{name}",
        config={"displayModeBar": False},
        alt=f"Accuracy of {' and '.join(known)} on {chosen.words} by {move.name.lower()},"
        f" from {move.amounts[0]:g} to {move.amounts[-1]:g} {move.unit}.",
    )
    first = chosen.test.digits.images[0]
    st.html(f'<div class="moved">{_examples(name, first.tobytes())}</div>')


@st.cache_data(max_entries=60, show_spinner=False)
def _examples(name: str, pixels: bytes) -> str:
    """The first image of the test at each amount."""
    move, image = PERTURBATIONS[name], np.frombuffer(pixels, np.uint8).reshape(1, 28, 28)
    return "".join(
        f'<figure><img alt="The first image at {amount:g} {move.unit}"'
        f' src="{answer.data_url(perturbations.perturb(name, image, amount)[0])}">{amount:g}'
        "</figure>"
        for amount in move.amounts
    )
