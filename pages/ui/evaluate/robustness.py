"""How accuracy falls as the test set is perturbed: a curve for each perturbation."""

import numpy as np
import streamlit as st

from mnist_core.evaluation import perturbations, robustness
from mnist_core.evaluation.perturbations import PERTURBATIONS, Perturbation
from mnist_core.evaluation.robustness import AccuracyCurves
from mnist_core.plots import evaluation as evaluation_plots
from pages.ui.app import background_jobs, compute_process, errors
from pages.ui.app.background_jobs import Job
from pages.ui.choices import predictions
from pages.ui.choices.predictions import Result
from pages.ui.evaluate.set_choice import ChosenTest
from pages.ui.widgets import answer, run_status

POLL_INTERVAL = 1.0  # seconds between two looks at what is being computed
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


def show(results: list[Result], chosen: ChosenTest) -> None:
    """The curves as far as they are known, and the button that computes the rest."""
    st.markdown(f"## Robustness\n{WORDS}")
    running = bool(_running_jobs(results))
    st.fragment(_panel, run_every=POLL_INTERVAL if running else None)(results, chosen, running)


def _job_key(result: Result) -> tuple:
    return predictions.job_key(result.model, result.test)


def _job(result: Result) -> Job | None:
    return background_jobs.job_pool("robustness").get(_job_key(result))


def _running_jobs(results: list[Result]) -> list[Job]:
    return [job for job in map(_job, results) if job and not job.done()]


@errors.guard
def _panel(results: list[Result], chosen: ChosenTest, running: bool) -> None:
    jobs = _running_jobs(results)
    if running and not jobs:
        st.rerun()
    known = {result.name: _known_curves(result) for result in results}
    missing = [(r, len(robustness.missing_points(known[r.name]))) for r in results]
    if jobs:
        _progress(jobs, missing)
    elif any(count for _, count in missing):
        _say_what_failed(results)
        _offer(missing)
    columns = [column for _ in range(2) for column in st.columns(3, gap="medium")]
    for column, (name, perturbation) in zip(columns, PERTURBATIONS.items(), strict=True):
        with column:
            _curve(name, perturbation, known, chosen)


def _known_curves(result: Result) -> AccuracyCurves:
    """All points there are; what can't be kept in a file is still with the job."""
    job = _job(result)
    if job and job.done():
        try:
            return job.result()
        except (ValueError, OSError) as error:
            errors.show(error)
    elif job and job.progress:
        return job.progress[0]
    return robustness.cached(result.model, result.test)


def _say_what_failed(results: list[Result]) -> None:
    """Why not all that was asked for has been computed."""
    for result in results:
        error = background_jobs.job_pool("robustness").error(_job_key(result))
        if error:
            errors.show(error, f"{result.name} was not read to the end.")


def _seconds(missing: list[tuple[Result, int]]) -> float:
    return sum(robustness.estimate_seconds(r.predictions, r.test, count) for r, count in missing)


def _offer(missing: list[tuple[Result, int]]) -> None:
    readings = sum(count for _, count in missing)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Move the test set", key="move", type="primary", icon=":material/moving:"):
            for result, _ in missing:
                _start(result)
            st.rerun()
        st.caption(
            f"{readings} more readings of {len(missing[0][0].labels):,} images, about"
            f" {run_status.format_duration(_seconds(missing))}. It goes on while you look"
            " elsewhere, and is kept."
        )


def _start(result: Result) -> None:
    model, test = result.model, result.test
    background_jobs.start(
        "robustness",
        _job_key(result),
        lambda job: robustness.measure(
            model, test, job.report, job.should_stop, compute_process.call
        ),
    )


def _progress(jobs: list[Job], missing: list[tuple[Result, int]]) -> None:
    total = len(missing) * sum(len(p.amounts) - 1 for p in PERTURBATIONS.values())
    done = total - sum(count for _, count in missing)
    left = run_status.format_duration(_seconds(missing))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / total, f"{done} of {total}, about {left} left")
        if st.button("Stop", key="stop_moving", icon=":material/stop_circle:",
                     help="What is computed by then is kept."):  # fmt: skip
            for job in jobs:
                job.stop()


def _curve(
    name: str, perturbation: Perturbation, known: dict[str, AccuracyCurves], chosen: ChosenTest
) -> None:
    st.markdown(f"**{perturbation.name}**", help=perturbation.description)
    curves = {model: curves[name] for model, curves in known.items()}
    low, high = perturbation.amounts[0], perturbation.amounts[-1]
    st.plotly_chart(
        evaluation_plots.robustness_chart(perturbation, curves, len(chosen.test.digits.labels)),
        key=f"robustness_{name}",
        config={"displayModeBar": False},
        alt=f"Accuracy of {' and '.join(known)} on {chosen.words} by {perturbation.name.lower()},"
        f" from {low:g} to {high:g} {perturbation.unit}.",
    )
    first = chosen.test.digits.images[0]
    st.html(f'<div class="moved">{_examples(name, first.tobytes())}</div>')


@st.cache_data(max_entries=60, show_spinner=False)
def _examples(name: str, pixels: bytes) -> str:
    """The first image of the test at each amount."""
    perturbation = PERTURBATIONS[name]
    image = np.frombuffer(pixels, np.uint8).reshape(1, 28, 28)
    return "".join(
        f'<figure><img alt="The first image at {amount:g} {perturbation.unit}"'
        f' src="{answer.data_url(perturbations.perturb(name, image, amount)[0])}">{amount:g}'
        "</figure>"
        for amount in perturbation.amounts
    )
