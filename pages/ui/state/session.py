"""What one visitor's tab remembers between reruns and from page to page."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.preprocess.canvas_ink import Frame
from mnist_core.runs.run import Run
from mnist_core.runs.trash import Deletion
from pages.ui.state.run_follower import RunFollower


@dataclass
class UploadedPicture:
    """A picture from a file or the camera, and what a person said of the ink on it."""

    picture: np.ndarray  # uint8 (H, W) or (H, W, 3) or (H, W, 4): a copy to look at
    name: str  # the file's
    as_found: np.ndarray | None = None  # uint8, the backdrop without a word from anybody
    frame: Frame | None = None  # what is outside doesn't count
    removed: list[Frame] = field(default_factory=list)
    restored: list[Frame] = field(default_factory=list)
    edits: int = 0  # how often anything was said

    def is_changed(self) -> bool:
        """Whether a person's word holds."""
        return bool(self.frame or self.removed or self.restored)


@dataclass
class CanvasState:
    """What is on the canvas. Paths are Fabric.js objects, in the order drawn."""

    drawing_number: int = (
        0  # of drawings begun in this visit: by entering a page, Clear, Undo, a sample
    )
    paths: list[dict] = field(default_factory=list)  # on the canvas now
    first_paths: list[dict] = field(default_factory=list)  # what this drawing started from
    backdrop: np.ndarray | None = None  # uint8, a sample or an upload under the pen
    upload: UploadedPicture | None = None  # where the backdrop is from, if from a picture
    upload_error: str = ""  # why the last upload could not be used
    wide: bool = False  # twice as wide as high, for numbers
    chosen_digit: int = 0  # of a number, from 0: the one that is looked at
    outlives_reload: bool = True  # the browser keeps one drawing, that of Draw


class HasCanvas(Protocol):
    """What a canvas on a page belongs to."""

    canvas: CanvasState


@dataclass
class PromptedDrawing:
    """What a person draws who is asked for digits, one after the other: on a canvas of its own."""

    # Numbered so that no stroke meant for the other canvas is taken for one on this
    canvas: CanvasState = field(
        default_factory=lambda: CanvasState(drawing_number=1_000_000, outlives_reload=False)
    )
    skipped: list[int] = field(default_factory=lambda: [0] * 10)  # how often, by digit


class SentImage(NamedTuple):
    """An image that is in none of the data sets: from a stroke file, say."""

    image: np.ndarray  # uint8 (28, 28)
    description: str  # as in "A 7, number 12 of my.jsonl"
    label: int | None  # the digit it is, where that is known


class StrokeFile(NamedTuple):
    """A file of drawings that the visitor tests models on."""

    test: TestSet
    name: str  # the file's
    checksum: str  # the sha256 of the file


class Variation(NamedTuple):
    """What the form on Train began as."""

    run: Run  # or a model that ships
    experiment: Experiment  # that run's


class ValueLocation(NamedTuple):
    """One value of one layer."""

    layer: str
    index: tuple[int, ...]  # (row, column, map) or (unit,)


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
        fields = {"title": self.title, "question": self.question}
        if self.controls is not None:
            fields["controls"] = ",".join(self.controls) or self.NONE
        return {key: value for key, value in fields.items() if value}


@dataclass
class Session:
    """One object in place of strings all over `st.session_state`."""

    # Every page
    entered: bool = False  # streamlit_app.py has run for this visitor; see `page_entry`
    page: str = ""  # the title of the page that is shown
    page_before: str = ""  # the page of the run before this one
    user_id: str = ""  # whose visit this is, on a server for many people; see `identity`
    secret: str = ""  # by which the browser is known again; empty with a login
    lesson: Lesson | None = None  # what a teacher's link asked for
    model: Run | None = None  # the one that was chosen last; None: none yet
    adapted: Run | None = None  # the last one that read and had learned a hand
    default_model: str = ""  # when the list of models was shown last
    listed: dict[str, dict[str, Run]] = field(default_factory=dict)  # see `named_runs`
    to_choose: dict[str, Run] = field(default_factory=dict)  # in the list of a key, see there
    arrival_note: str = ""  # what the page that opens next is to say, as Markdown
    pressed: Any = None  # what the button pressed last was about; see `bound_button`
    # Draw and Inside
    canvas: CanvasState = field(default_factory=CanvasState)
    kept_paths: list[dict] = field(default_factory=list)  # of the drawing that was kept last
    kept_label: int | None = None  # the digit that it is; None: no digit
    samples_seed: int = 0
    sent_image: SentImage | None = None  # an image that another page sent to Inside
    pending_widgets: dict = field(default_factory=dict)  # values for Inside's, on arrival
    location: ValueLocation | None = None  # which value Inside explains; None: it chooses
    location_in_address: str = ""  # what the address said of it last
    unfolded_blocks: set[str] = field(default_factory=set)  # that Inside shows layer by layer
    # Train
    experiment: Experiment | None = None  # the form's; None until the Train page has opened
    follower: RunFollower | None = None  # of the run that the page follows
    has_started: bool = False  # Start has just been pressed, and a run is there
    active: RunFollower | None = None  # of another that trains; see `training_ring`
    variation: Variation | None = None  # of what the form's experiment is one
    # Evaluate
    confusion_clicks: int = 0  # on confusion matrices so far
    stroke_file: StrokeFile | None = None  # the last one that could be read
    my_test: StrokeFile | None = None  # one's own test set, as it was last seen
    # Data
    prompted: PromptedDrawing = field(default_factory=PromptedDrawing)  # for one's own test set
    kept_chosen: str = ""  # the id of the kept drawing that was clicked last
    drawing_imports: int = 0  # stroke files imported in this visit
    # Runs
    chosen: list[Run] = field(default_factory=list)  # one is open, several are compared
    runs_address: list[str] = field(default_factory=list)  # what the address said of it last
    runs_listed: dict[str, Run] = field(default_factory=dict)  # what each name meant last
    deleted: list[Run] = field(default_factory=list)  # by this visitor just now
    deletion: Deletion | None = None  # the same in the trash
    followed: dict[Run, RunFollower] = field(default_factory=dict)  # of the compared
    imports: int = 0  # bundles imported in this visit
    swept_from: Run | None = None  # the run that the sweep form last followed

    def set_location(self, location: ValueLocation) -> None:
        """Have Inside explain this value from now on; for callbacks."""
        self.location = location


def current_session() -> Session:
    """This visitor's session, made on the first call."""
    return st.session_state.setdefault("session", Session())
