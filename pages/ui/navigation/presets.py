"""The choice of a named experiment, and why it behaves as it does."""

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.presets import ABOUT, PRESETS
from pages.ui.navigation import form

CUSTOM = "my own"
HELP = "Networks from published projects, some of ours, and three that fail in a telling way."


def show(experiment: Experiment) -> None:
    """The list, the reason behind the chosen one, and a step that shows it."""
    st.session_state["preset"] = preset_name(experiment)
    st.selectbox("Start from", [*PRESETS, CUSTOM], key="preset", on_change=_apply_chosen, help=HELP,
                 args=(experiment.data,))  # fmt: skip
    about = ABOUT.get(st.session_state["preset"])
    if not about:
        return
    st.caption(about.why + (f" Published: {about.published}." if about.published else ""))
    if about.next_step:
        changed = experiment.with_values(about.change)
        st.button(about.next_step, icon=":material/east:", on_click=form.apply, args=(changed,))


def preset_name(experiment: Experiment) -> str:
    """The preset that this is, whatever its data set."""
    wanted = (experiment.network, experiment.recipe)
    return next((n for n, e in PRESETS.items() if (e.network, e.recipe) == wanted), CUSTOM)


def _apply_chosen(data: str) -> None:
    chosen = st.session_state["preset"]
    if chosen in PRESETS:
        form.apply(PRESETS[chosen].with_values({"data": data}))
