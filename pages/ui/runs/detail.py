"""One run, or a model that ships: its figures, its curves, what was asked of it."""

import streamlit as st

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.models import index
from mnist_core.models import store as model_store
from pages.ui.app import errors
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.widgets import charts, run_status
from pages.ui.widgets import layers as layer_widgets


def headline_and_metrics(entry: RunEntry) -> None:
    """Where it stands and how good it is; what is missing is left out, and said."""
    st.markdown(f"## {errors.escape(entry.name)}")
    _headline(entry)
    _metrics(entry)


def curves_and_experiment(entry: RunEntry) -> None:
    """Its curves and what was asked of it."""
    _curves(entry)
    if entry.experiment:
        with st.expander("What was asked", icon=":material/schema:"):
            layer_widgets.diagram(entry.layers)
            st.markdown(describe_recipe(entry.experiment))


def _headline(entry: RunEntry) -> None:
    sentences = [
        f"{entry.status_text()}.",
        _continues(entry),
        errors.status_message(entry.verdict()),
    ]
    st.caption(" ".join(filter(None, sentences)))
    if entry.error:
        st.warning(entry.error, icon=":material/broken_image:")


def _continues(entry: RunEntry) -> str:
    """Which run it goes on from, or learned a hand from, by the name that this has now."""
    status = entry.run.status() if entry.run else {}
    if isinstance(learned := status.get("adapts"), dict):
        count = learned.get("drawings")
        drawings = f"{count:,} drawings" if type(count) is int and count != 1 else "a drawing"
        return f"It begins as {_model_name(learned)} and learns a hand from {drawings}."
    parent = status.get("continues")
    if not isinstance(parent, dict):  # an earlier version kept the name alone
        return f"It continues {errors.escape(str(parent))}." if parent else ""
    return f"It continues {_model_name(parent)}."


def _model_name(known: dict) -> str:
    """The name that a model has now of which a status tells; or says that it was deleted."""
    if known.get("name") in model_store.SHIPPED:
        return known["name"]
    run = index.find(str(known.get("id")))
    name = errors.escape(run.name if run else str(known.get("name")))
    return name if run else f"{name}, which was deleted"


def _metrics(entry: RunEntry) -> None:
    test, peeked = entry.test, ", peeked" * entry.peeked()
    with st.container(horizontal=True, gap="medium"):
        for label, value in (
            (f"Test accuracy{peeked}", test and run_status.format_percent(test["accuracy"])),
            ("Test loss", test and run_status.format_figure(test["loss"], ".4f")),
            ("Parameters", entry.parameters and f"{entry.parameters:,}"),
            ("Time taken", entry.seconds and run_status.format_duration(entry.seconds)),
        ):
            st.metric(label, value or "–", width="content")


def follower_of(entry: RunEntry) -> RunFollower:
    """What happened: as the run's events tell, or else by epochs, as the model's card does."""
    follower = RunFollower(entry.run)
    if entry.run:
        follower.update()
    if not follower.last("start"):
        follower.replace_events(_events_of_card(entry.card))
    return follower


def _events_of_card(card: dict) -> list[dict]:
    epochs = [e for e in card.get("curves", []) if {"step", "loss", "accuracy"} <= e.keys()]
    if not epochs:
        return []
    steps = {"first_step": 1, "total_steps": epochs[-1]["step"]}
    start = {"kind": "start", "steps_per_epoch": epochs[0]["step"]} | steps
    return [start] + [{"kind": "epoch"} | e for e in epochs]


def _curves(entry: RunEntry) -> None:
    follower = follower_of(entry)
    run_status.damage_note(follower)
    curves = follower.curves()
    if curves.steps.step or curves.train.step:
        full_range = charts.full_range_switch()
        charts.run_curves(curves, entry.name, full_range, side_by_side=True)
    elif entry.has_ended():
        st.caption("It has no curves: it never came to its first step.")
    else:
        st.caption("Its curves will stand here once it trains.")


def describe_recipe(experiment: Experiment) -> str:
    """The recipe and the data in two sentences."""
    recipe = experiment.recipe
    held_back = run_status.format_percent(recipe.validation_fraction, 0)
    checks = {
        "split": f"{held_back} of them held back for validation",
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
