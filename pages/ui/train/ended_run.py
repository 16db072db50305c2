"""What came of a run that has ended, and what can be done next: draw, test, make it better."""

import contextlib
import dataclasses

import streamlit as st

from mnist_core.config.schema import OPTIONS, Experiment
from mnist_core.models import store as model_store
from mnist_core.runs.run import Run
from mnist_core.scheduler import scheduler
from mnist_core.training import guessing, next_change
from mnist_core.training.next_change import NextChange
from pages.ui.app import errors
from pages.ui.choices import named_runs
from pages.ui.navigation import inside_link, next_steps, option_widgets
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.train import failure_plots
from pages.ui.widgets import bound_button
from pages.ui.widgets.run_status import format_percent


def verdict(follower: RunFollower) -> None:
    """How good it became, beside the reader, what its curves say, and three ways on."""
    run, test = follower.run, follower.last("test")
    accuracy, words, change = test.get("accuracy"), [], None
    with contextlib.suppress(ValueError, OSError):  # an experiment that can't be read
        words = [_result(test, run.experiment())] if test else []
        change = suggested_change(follower)
    if change and not guessing.is_guessing(accuracy):  # why it guesses is said above
        words.append(change.reason)
    if words:
        with st.container(key="verdict"):
            st.markdown(" ".join(words))
    with st.container(horizontal=True, key="ways_on"):
        if _has_model(run):
            _model_buttons(run)
        if change:
            _better_button(run, change)


def _result(test: dict, experiment: Experiment) -> str:
    misread = round((1 - test["accuracy"]) * test["images"])
    peeked = " (peeked)" if experiment.recipe.validation == "test" else ""
    words = f"**{format_percent(test['accuracy'])}**{peeked}: {misread:,} of {test['images']:,}"
    words += " misread"
    if model_store.experiment(model_store.READER).data == experiment.data:
        reader = model_store.card(model_store.READER)["test"]["accuracy"]
        words += f", {_distance(test['accuracy'] - reader)}"
    return f"{words}."


def _distance(difference: float) -> str:
    """How far it is from the reader: shares of 1."""
    points = f"{100 * abs(difference):.2f} points"
    if points == "0.00 points":
        return "as good as the reader"
    return f"{points} {'over' if difference > 0 else 'under'} the reader"


def suggested_change(follower: RunFollower) -> NextChange | None:
    """The change that most likely makes it better; None of one that learned a hand."""
    if "adapts" in follower.run.status():  # by another recipe than the form's
        return None
    is_whole = follower.run.state == "finished"
    experiment, test = follower.run.experiment(), follower.last("test")
    return next_change.suggest(experiment, follower.curves(), test, is_whole)


def _has_model(run: Run) -> bool:
    return (run.folder / "card.json").exists()


def show(follower: RunFollower) -> None:
    """What else can be done with it, where there is a model."""
    run = follower.run
    if not _has_model(run):
        return
    experiment = run.experiment()
    with st.container(horizontal=True, width="stretch"):
        chosen = bound_button.show("Look inside", "inside_draw_on", run,
                                   icon=":material/search_insights:",
                                   help="What each of its layers makes of a digit.",
        )  # fmt: skip
        if chosen:
            inside_link.open_drawing(chosen)
        _failure_plot(run, experiment)
        with st.popover("Continue", icon=":material/resume:", key="continue"):
            _continue_form(run, experiment)


def _model_buttons(run: Run) -> None:
    """The first two ways on."""
    chosen = bound_button.show("Draw on it", "draw_on", run, type="primary",
                               icon=":material/draw:")  # fmt: skip
    if chosen:
        named_runs.open_page("draw", "model", chosen)
    chosen = bound_button.show("See its mistakes", "test_draw_on", run, icon=":material/analytics:")
    if chosen:
        named_runs.open_page("evaluate", "model", chosen)


def _better_button(run: Run, change: NextChange) -> None:
    """The third: the form with the change that most likely helps."""
    st.button(
        f"Make it better: {change.label}", key="make_better", icon=":material/trending_up:",
        on_click=next_steps.begin_variation, args=(run, run.experiment(), change.values),
        help=f"{change.reason} Fills the form with that change; Start trains it.",
    )  # fmt: skip


def _failure_plot(run: Run, experiment: Experiment) -> None:
    """Of the networks that fail on purpose: the way to the picture that shows why."""
    plot = failure_plots.FAILURE_PLOTS.get(preset_choice.preset_name(experiment))
    if plot and bound_button.show(plot.words, "why", run, icon=":material/search_insights:"):
        plot.open(run)


def _continue_form(run: Run, experiment: Experiment) -> None:
    st.caption("Go on from these weights, as a new run. The first one stays as it is.")
    rates = sorted({*option_widgets.RATES, experiment.recipe.learning_rate})
    st.select_slider(
        "Learning rate",
        rates,
        experiment.recipe.learning_rate,
        format_func="{:g}".format,
        help=OPTIONS["recipe.learning_rate"].help,
        key="continue_rate",
    )
    low, high = OPTIONS["recipe.epochs"].limits
    st.number_input("More epochs", low, high, experiment.recipe.epochs, key="more_epochs")
    st.button("Go on", key="go_on", type="primary", on_click=_continue_run, args=(run, experiment))


def _continue_run(run: Run, experiment: Experiment) -> None:
    # From the widgets themselves: a number typed just before the click comes along with it
    rate, epochs = st.session_state["continue_rate"], st.session_state["more_epochs"]
    recipe = dataclasses.replace(experiment.recipe, learning_rate=rate, epochs=epochs)
    changed = dataclasses.replace(experiment, recipe=recipe)
    try:
        current_session().follower = RunFollower(
            scheduler.start(changed, f"{run.name[:50]} +", continues=run)
        )
    except (ValueError, OSError) as error:
        errors.toast(error)
