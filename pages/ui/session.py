"""What one visitor's tab remembers between reruns and from page to page."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from mnist_core.config import Experiment
from pages.ui.layers_in_turn import Layers
from pages.ui.story import Story


@dataclass
class Session:
    """One object in place of strings all over `st.session_state`."""

    entered: bool = False  # streamlit_app.py has run for this visitor; see `entry`
    model_name: str | None = None  # the model that Draw reads with; None: nothing chosen yet
    paths: list[dict] = field(default_factory=list)  # on the canvas now, in the order drawn
    first_paths: list[dict] = field(default_factory=list)  # what this drawing started from
    drawing_number: int = 0  # of drawings begun: on entry, by Clear, Undo, a sample
    backdrop: np.ndarray | None = None  # uint8, a sample or an upload under the pen
    fault: str = ""  # why the last upload could not be used
    samples_seed: int = 0
    experiment: Experiment | None = None  # the form's; None until the Train page has opened
    story: Story | None = None  # of the run that the Train page follows
    compared: list[str] = field(default_factory=list)  # names on the Runs page, two or more
    followed: dict[tuple, Story] = field(default_factory=dict)  # of the compared
    swept_from: str = ""  # the run that the sweep form last followed
    comparison: Layers = field(default_factory=Layers)  # the curves of the compared


def session() -> Session:
    """This visitor's memory, made on the first call."""
    return st.session_state.setdefault("session", Session())
