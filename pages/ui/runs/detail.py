"""One run, or the model that ships: its figures, its curves, what was asked of it."""

import streamlit as st

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.network import summary
from mnist_core.runs.events import DAMAGED
from pages.ui.app import errors
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.widgets import charts, run_status
from pages.ui.widgets import layers as layer_widgets


def headline_and_metrics(entry: RunEntry) -> None:
    """Where it stands and how good it is; what is missing is left out, and said."""
    st.markdown(f"#### {entry.name}")
    _headline(entry)
    _metrics(entry)


def curves_and_experiment(entry: RunEntry) -> None:
    """Its curves and what was asked of it."""
    _curves(entry)
    if entry.experiment:
        _experiment(entry.experiment)


def _headline(entry: RunEntry) -> None:
    parent = entry.run and entry.run.status().get("continues")
    more = [f"It continues {parent}." if parent else "", errors.status_message(entry.sentence)]
    st.caption(" ".join(filter(None, [f"{entry.status_text()}.", *more])))
    if entry.error:
        st.warning(entry.error, icon=":material/broken_image:")


def _metrics(entry: RunEntry) -> None:
    test, experiment = entry.test(), entry.experiment
    with st.container(horizontal=True, gap="medium"):
        for label, value in (
            ("Test accuracy", test and f"{test['accuracy']:.2%}"),
            ("Test loss", test and f"{test['loss']:.4f}"),
            ("Parameters", experiment and f"{summary.parameter_count(experiment.network):,}"),
            ("Time taken", entry.seconds and run_status.format_duration(entry.seconds)),
        ):
            st.metric(label, value or "–", width="content")


def follower_of(entry: RunEntry) -> RunFollower:
    """What happened: as the run's events tell, or else by epochs, as the model's card does."""
    found = RunFollower(entry.run)
    if entry.run:
        found.update()
    if not found.last("start"):
        found.events = _from_card(entry.card) + found.events_of_kind(DAMAGED)
    return found


def _from_card(card: dict) -> list[dict]:
    epochs = [e for e in card.get("curves", []) if {"step", "loss", "accuracy"} <= e.keys()]
    if not epochs:
        return []
    steps = {"first_step": 1, "total_steps": epochs[-1]["step"]}
    start = {"kind": "start", "steps_per_epoch": epochs[0]["step"]} | steps
    return [start] + [{"kind": "epoch"} | e for e in epochs]


def _curves(entry: RunEntry) -> None:
    told = follower_of(entry)
    run_status.damage_note(told)
    found = told.curves()
    if not (found.steps.step or found.train.step):
        ended = "It has no curves: it never came to its first step."
        st.caption(ended if entry.has_ended() else "Its curves will stand here once it trains.")
        return
    charts.static(found, of=entry.name, side_by_side=True)


def _experiment(experiment: Experiment) -> None:
    with st.expander("What was asked", icon=":material/schema:"):
        layer_widgets.drawing(summary.layer_table(experiment.network))
        st.markdown(describe_recipe(experiment))


def describe_recipe(experiment: Experiment) -> str:
    """The recipe and the data in two sentences."""
    recipe = experiment.recipe
    checks = {
        "split": f"{recipe.validation_fraction:.0%} of them held back for validation",
        "test": "validated on the test set (peeking)",
        "none": "without validation",
    }
    changed = ", each changed at random" if recipe.augmentation != Recipe().augmentation else ""
    stops = f" It ends after {recipe.patience} epochs without progress." if recipe.patience else ""
    return (
        f"{recipe.optimizer} at a learning rate of {recipe.learning_rate:g}"
        f" ({recipe.schedule}), batches of {recipe.batch_size}, up to {recipe.epochs} epochs."
        f" {recipe.train_images:,} images of {experiment.data}{changed},"
        f" {checks[recipe.validation]}.{stops} Seed {recipe.seed}."
    )
