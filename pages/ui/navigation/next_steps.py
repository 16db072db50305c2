"""From a trained network to what one does with it: draw on it, test it, look inside, vary it."""

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.schema import Experiment
from mnist_core.evaluation.comparison import differences
from mnist_core.presets import PRESETS
from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.choices import named_runs
from pages.ui.navigation import form, inside_link
from pages.ui.state.session import Variation, current_session
from pages.ui.widgets import bound_button

MOST_CHANGES = 4  # changes that are named; with more it is no variation


def show(model: Run, key: str, reason: str = "") -> None:
    """Three buttons.

    Args:
        key: of the first; the others' begin with "test_" and "inside_".
        reason: why there is nothing to do with it; the buttons are grey then.
    """
    disabled = bool(reason)
    chosen = bound_button.show("Draw on this model", key, model, type="primary",
                               icon=":material/draw:", help=reason or None, disabled=disabled,
    )  # fmt: skip
    if chosen:
        named_runs.open_page("draw", "model", chosen)
    chosen = bound_button.show(
        "Test it", f"test_{key}", model, icon=":material/analytics:", disabled=disabled,
        help=reason or "What it misreads, how sure it is, what it can stand.",
    )  # fmt: skip
    if chosen:
        named_runs.open_page("evaluate", "model", chosen)
    chosen = bound_button.show(
        "Look inside", f"inside_{key}", model, icon=":material/search_insights:",
        help=reason or "What each of its layers makes of a digit.", disabled=disabled,
    )  # fmt: skip
    if chosen:
        inside_link.open_drawing(chosen)


def begin_variation(base: Run, experiment: Experiment, changes: dict[str, str]) -> None:
    """Put a run's experiment into the form with these changes, and remember whose it was.

    Args:
        changes: as `Experiment.with_values` takes them; none: what a person will change.
    """
    form.apply(experiment.with_values(changes))
    current_session().variation = Variation(base, experiment)


def show_variation(experiment: Experiment) -> None:
    """Say of what the form's experiment is a variation, and in what it differs."""
    known = current_session().variation
    if known is None:
        return
    changed = differences([known.experiment, experiment])
    is_preset = (experiment.network, experiment.recipe) in [
        (one.network, one.recipe) for one in PRESETS.values()
    ]
    if len(changed) > MOST_CHANGES or (changed and is_preset):  # another one was chosen meanwhile
        return
    words = [
        f"{labels.path_label(path)} {labels.format_value(path, new)}, was"
        f" {labels.format_value(path, old)}"
        for path, (old, new) in changed.items()
    ]
    what = "; ".join(words) or "change a setting, and Start"
    st.markdown(f":material/alt_route: A variation of **{errors.escape(known.run.name)}**: {what}.")
