"""What models are tested on: a data set's test part, or a file of drawings that a visitor gives."""

import hashlib
from typing import NamedTuple

import streamlit as st

from mnist_core import data, evaluation, reports, strokes
from mnist_core.reports import Exam
from pages.ui import digit_set, look_inside, notice, results, tasks
from pages.ui.digit_set import NAMES
from pages.ui.session import Drawings, session

DRAWINGS = "A stroke file"
MOST_DRAWINGS = 20_000  # about a minute to draw; the command line takes any number
HELP = (
    "MNIST: 10,000 digits by people whom no network here learned from. Built-in: 10,000 written by"
    " this program's pen model. A stroke file: drawings of your own choice, one a line, as"
    ' `{"label": 8, "strokes": [[[x, y], ...], ...]}` with y down. Each is drawn on a canvas at a'
    " random place, size and pen width, and prepared as MNIST does."
)


class Chosen(NamedTuple):
    """Digits to test on, and where they are from."""

    test: Exam
    words: str  # as in "the built-in test set"
    data_set: str | None  # "mnist" or "built-in"; None: a file of drawings

    def alt(self, number: int) -> str:
        """What an image of it is called."""
        return f"A {self.test.digits.labels[number]}, number {number:,} of {self.words}"

    def open_inside(self, model: str, number: int) -> None:
        """Go to Inside with an image of it."""
        if self.data_set:
            look_inside.open_image(model, self.data_set, "test", number)
        else:
            look_inside.open_given(model, self.test.digits.images[number], self.alt(number))


def choose() -> str:
    """Which of them, as links say it."""
    best = next(said for said, name in NAMES.items() if name == data.best_available())
    return st.segmented_control(
        "Tested on", [*NAMES, DRAWINGS], default=best,
        required=True, key="exam", bind="query-params", help=HELP,
    )  # fmt: skip


def fetch(said: str) -> Chosen | None:
    """What was chosen; None, after saying what to do, where it isn't there."""
    if said == DRAWINGS:
        return _of_a_file()
    found = digit_set.fetch(NAMES[said], "test")
    if found is None:
        return None
    digits = found.digits
    mark = results.mark(found.dataset.checksum, "test", digits)
    return Chosen(Exam(digits, mark), found.words(), NAMES[said])


def _of_a_file() -> Chosen | None:
    file = st.file_uploader("Drawings, one a line", ["jsonl", "json", "txt"], key="strokes")
    if file is not None:
        try:
            session().drawings = Drawings(_drawn(file.getvalue(), file.name), file.name)
        except (ValueError, OSError) as fault:
            notice.say(fault, icon=":material/broken_image:")
    given = session().drawings
    if given is None:
        st.info("Give a file, and every model can be tested on it.", icon=":material/upload:")
        return None
    count = len(given.test.digits.labels)
    st.caption(f"Tested on the {count:,} drawing{'s' * (count != 1)} of {given.name}.")
    return Chosen(given.test, given.name, None)


def _drawn(content: bytes, name: str) -> Exam:
    """The file's drawings as images.

    Raises:
        ValueError: they can't be read, or are too many; says what was expected and what came.
    """
    count = len(content.splitlines())
    if count > MOST_DRAWINGS:
        raise ValueError(
            f"{name} must hold at most {MOST_DRAWINGS:,} drawings to be tested on here; `python -m"
            f" mnist_core evaluate --data` takes more. Received: {count:,} lines"
        )

    def draw(task):
        drawings = strokes.parse(content, name)
        return reports.exam(evaluation.stroke_digits(drawings, 0, task.tell))

    about = (name, hashlib.sha256(content).hexdigest())
    task = tasks.tasks("drawings").start(about, draw)
    return tasks.wait_for(task, f"{name} is being read …", "The drawings are being drawn …")
