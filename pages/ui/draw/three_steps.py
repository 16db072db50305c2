"""Three steps in sight: draw, see why, train a network of your own."""

import streamlit as st

from mnist_core.config.schema import Experiment
from pages.ui.app import errors
from pages.ui.navigation import form, links
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.widgets import duration, run_status

WHY = "why"  # key of the switch that colours the ink
STYLE = """
.st-key-three_steps { display: grid; gap: .7rem 1rem; align-items: stretch;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
.st-key-three_steps > * { width: auto; height: auto; }
.st-key-three_steps .stHorizontalBlock { padding: .5rem .9rem; min-height: 3.6rem; height: 100%; }
.st-key-three_steps p { line-height: 1.25; }
"""


def show(can_explain: bool) -> None:
    """A card for each step, with a switch or a button.

    Args:
        can_explain: whether there is a drawing, and MNIST's rule, by which its ink is found again.
    """
    with st.container(key="three_steps"):
        _card("draw", "1 Draw", "or take a digit, or a picture, from below")
        with _card("why", "2 See why", "which ink made it so, and what would change it"):
            st.toggle("Why?", key=WHY, disabled=not can_explain)
        experiment = links.default_experiment()
        wait = run_status.format_duration(duration.run_seconds(experiment))
        with _card("train", f"3 Train your own in {wait}", "watch it learn, then draw on it"):
            start = st.button("Start", key="train_own", type="primary")
    if start:
        start_training(experiment)


def _card(step: str, title: str, words: str):
    card = st.container(key=f"step_{step}", border=True, horizontal=True,
                        horizontal_alignment="distribute", vertical_alignment="center")  # fmt: skip
    card.markdown(f"**{title}**  \n:small[{words}]")
    return card


def start_training(experiment: Experiment) -> None:
    """Queue a run of the experiment, and go where it can be watched."""
    from mnist_core.scheduler import scheduler  # late: half a second that drawing needn't wait for

    try:
        current_session().follower = RunFollower(scheduler.start(experiment, "quick"))
    except (ValueError, OSError) as error:
        errors.toast(error)
        return
    form.apply(experiment)
    st.switch_page("pages/train.py", query_params={})
