"""What one visitor's tab remembers between reruns and from page to page."""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.evaluation.test_sets import TestSet
from pages.ui.state.double_buffer import DoubleBuffer
from pages.ui.state.run_follower import RunFollower


class SentImage(NamedTuple):
    """An image that is in none of the data sets: from a file of drawings, say."""

    image: np.ndarray  # uint8 (28, 28)
    words: str  # what it is, as in "A 7, drawing 12 of my.jsonl"


class StrokeFile(NamedTuple):
    """A file of drawings that the visitor tests models on."""

    test: TestSet
    name: str  # the file's


class ValueLocation(NamedTuple):
    """One value of one layer."""

    layer: str
    place: tuple[int, ...]  # (row, column, map) or (unit,)


@dataclass(frozen=True)
class Lesson:
    """What a class is asked, and what it may change."""

    title: str = ""
    question: str = ""
    controls: tuple[str, ...] | None = None  # None: all
    NONE: ClassVar[str] = "none"  # in a link: the class may only start the training

    def shows(self, control: str) -> bool:
        """Whether this control of the form is there."""
        return self.controls is None or control in self.controls

    def query(self) -> dict[str, str]:
        """Its part of the address."""
        found = {"title": self.title, "question": self.question}
        if self.controls is not None:
            found["controls"] = ",".join(self.controls) or self.NONE
        return {key: value for key, value in found.items() if value}


@dataclass
class Session:
    """One object in place of strings all over `st.session_state`."""

    entered: bool = False  # streamlit_app.py has run for this visitor; see `entry`
    page: str = ""  # the page that is shown, by its hash
    page_before: str = ""  # the page of the run before this one
    user_id: str = ""  # whose visit this is, on a server for many people; see `person`
    secret: str = ""  # by which the browser is known again; empty with a login
    model_name: str | None = None  # the model that Draw reads with; None: nothing chosen yet
    paths: list[dict] = field(default_factory=list)  # on the canvas now, in the order drawn
    first_paths: list[dict] = field(default_factory=list)  # what this drawing started from
    drawing_number: int = 0  # of drawings begun: on entry, by Clear, Undo, a sample
    backdrop: np.ndarray | None = None  # uint8, a sample or an upload under the pen
    error: str = ""  # why the last upload could not be used
    samples_seed: int = 0
    experiment: Experiment | None = None  # the form's; None until the Train page has opened
    follower: RunFollower | None = None  # of the run that the Train page follows
    lesson: Lesson | None = None  # what a teacher's link asked for
    sent_image: SentImage | None = None  # an image that another page sent to Inside
    confusion_clicks: int = 0  # of confusion matrices, by a click
    drawings: StrokeFile | None = None  # the last such file that could be used
    wanted: dict = field(default_factory=dict)  # what Inside's widgets should say on arrival
    location: ValueLocation | None = None  # which value Inside explains; None: it chooses
    location_in_address: str = ""  # what the address said of it last
    compared: list[str] = field(default_factory=list)  # names on the Runs page, two or more
    followed: dict[tuple, RunFollower] = field(default_factory=dict)  # of the compared
    swept_from: str = ""  # the run that the sweep form last followed
    comparison: DoubleBuffer = field(default_factory=DoubleBuffer)  # the curves of the compared

    def look_at(self, spot: ValueLocation) -> None:
        """Have Inside explain this value from now on."""
        self.location = spot


def session() -> Session:
    """This visitor's memory, made on the first call."""
    return st.session_state.setdefault("session", Session())
