"""What can be done with a run that has ended: draw on it, or go on training it."""

import dataclasses

import streamlit as st

from mnist_core.config.schema import OPTIONS, Experiment
from mnist_core.runs.run import Run
from mnist_core.scheduler import scheduler
from pages.ui.app import errors
from pages.ui.navigation import form, next_steps
from pages.ui.navigation import presets as preset_choice
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.train import failure_plots
from pages.ui.widgets import bound_button


def show(follower: RunFollower) -> None:
    """The buttons, where there is a model."""
    run = follower.run
    if not (run.folder / "card.json").exists():
        return
    experiment = run.experiment()
    with st.container(horizontal=True):
        next_steps.show(run, "draw_on")
        _failure_plot(run, experiment)
        with st.popover("Continue", icon=":material/resume:", key="continue"):
            _continue_form(run, experiment)


def _failure_plot(run: Run, experiment: Experiment) -> None:
    """Of the networks that fail on purpose: the way to the picture that shows why."""
    plot = failure_plots.FAILURE_PLOTS.get(preset_choice.preset_name(experiment))
    if plot and bound_button.show(plot.words, "why", run, icon=":material/search_insights:"):
        plot.open(run)


def _continue_form(run: Run, experiment: Experiment) -> None:
    st.caption("Go on from these weights, as a new run. The first one stays as it is.")
    rates = sorted({*form.RATES, experiment.recipe.learning_rate})
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
