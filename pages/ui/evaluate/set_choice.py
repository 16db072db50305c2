"""What models are tested on: a data set's test part, or drawings, one's own or those of a file."""

import hashlib
from typing import NamedTuple

import streamlit as st

from mnist_core.data import loading
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.models import store as model_store
from mnist_core.runs.run import Run
from mnist_core.strokes import files as stroke_files
from pages.ui.app import errors
from pages.ui.choices import data_set, drawn_sets, predictions
from pages.ui.choices.data_set import NAMES
from pages.ui.navigation import inside_link
from pages.ui.state.session import Session, StrokeFile, current_session

STROKE_FILE = "A stroke file"
MAX_DRAWINGS = 20_000  # about a minute to draw; the command line takes any number
HELP = (
    "MNIST: 10,000 digits by people whom no network here learned from. Built-in: 10,000 written by"
    " this program's pen model. My test: what you drew for it on Data. A stroke file: drawings of"
    ' your own choice, one a line, as `{"label": 8, "strokes": [[[x, y], ...], ...]}` with y down.'
    " Drawings are laid on a canvas at a random place, size and pen width, and prepared as MNIST"
    " does."
)


class ChosenTest(NamedTuple):
    """Digits to test on, and where they are from."""

    test: TestSet
    words: str  # as in "the built-in test set"
    data_set: str | None  # "mnist" or "built-in"; None: a file of drawings

    def alt(self, number: int) -> str:
        """What an image of it is called."""
        return f"A {self.test.digits.labels[number]}, number {number:,} of {self.words}"

    def open_inside(self, model: Run, number: int) -> None:
        """Go to Inside with an image of it."""
        if self.data_set:
            inside_link.open_image(model, self.data_set, "test", number)
        else:
            image, label = (part[number] for part in self.test.digits)
            inside_link.open_sent_image(model, image, self.alt(number), int(label))


def choose() -> str:
    """Which of them, as links say it."""
    best = next(label for label, name in NAMES.items() if name == loading.best_available())
    return st.segmented_control(
        "Tested on", [*NAMES, drawn_sets.MY_TEST, STROKE_FILE], default=best,
        required=True, key="exam", bind="query-params", help=HELP,
    )  # fmt: skip


def fetch(label: str) -> ChosenTest | None:
    """What was chosen; None, after saying what to do, where it isn't there."""
    if label == STROKE_FILE:
        return _uploaded_test()
    if label == drawn_sets.MY_TEST:
        test = drawn_sets.my_test()
        return test and ChosenTest(test, "your test set", None)
    chosen = data_set.load_chosen(NAMES[label], "test")
    if chosen is None:
        return None
    fingerprint = predictions.fingerprint(chosen.dataset.checksum, "test", chosen.digits)
    return ChosenTest(TestSet(chosen.digits, fingerprint), chosen.description(), NAMES[label])


def before_and_after(models: list[Run], label: str) -> list[Run]:
    """On one's own test set, the model that another one began as comes first, asked for or not.

    Args:
        models: one or two, as they were chosen.
    """
    if label != drawn_sets.MY_TEST:
        return models
    before = model_store.parent(models[0])
    if before is None or not before.has_model() or models[1:] not in ([], [before]):
        return models
    after, name = (errors.escape(model.name) for model in (models[0], before))
    st.caption(f"{name} is before, {after} after it learned from your other drawings.")
    return [before, models[0]]


def _uploaded_test() -> ChosenTest | None:
    """The uploaded drawings, or those before that could be read."""
    session = current_session()
    file = st.file_uploader("Drawings, one a line", ["jsonl", "json", "txt"], key="strokes")
    if file is not None:
        try:
            session.stroke_file = _render_file(session, file.getvalue(), file.name)
        except (ValueError, OSError) as error:
            errors.show(error, icon=":material/broken_image:")
    drawings = session.stroke_file
    if drawings is None:
        st.info("Give a file, and every model can be tested on it.", icon=":material/upload:")
        return None
    count = len(drawings.test.digits.labels)
    st.caption(
        f"Tested on the {count:,} drawing{'s' * (count != 1)} of {errors.escape(drawings.name)}."
    )
    return ChosenTest(drawings.test, drawings.name, None)


def _render_file(session: Session, content: bytes, name: str) -> StrokeFile:
    """The file's drawings as images; those that the session holds, if they are this file's.

    Raises:
        ValueError: they can't be read, or are too many; says what was expected and what came.
    """
    checksum = hashlib.sha256(content).hexdigest()
    if session.stroke_file and session.stroke_file[1:] == (name, checksum):
        return session.stroke_file
    count = len(content.splitlines())
    if count > MAX_DRAWINGS:
        raise ValueError(
            f"{name} must hold at most {MAX_DRAWINGS:,} drawings to be tested on here; `python -m"
            f" mnist_core evaluate --data` takes more. Received: {count:,} lines"
        )

    test = drawn_sets.render(name, checksum, lambda: stroke_files.parse_drawings(content, name))
    return StrokeFile(test, name, checksum)
