"""Drawings as digits to test models on: drawn on a canvas, once, with a word about the wait."""

import hashlib
from collections.abc import Callable

import streamlit as st

from mnist_core.evaluation import labelled_sets
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.strokes import drawing_store
from mnist_core.strokes.files import Drawing
from pages.ui.app import background_jobs, compute_process, errors
from pages.ui.state.session import StrokeFile, current_session

MY_TEST = "My test"  # as choices and links call a person's own test set
NONE = "You have drawn no test set yet: on Data, *My test* asks you for digits."


def render(name: str, checksum: str, parse: Callable[[], list[Drawing]]) -> TestSet:
    """Drawings as images, in another process.

    Args:
        name: what they are called while one waits.
        checksum: the sha256 of what they are parsed from.
        parse: gives the drawings.

    Raises:
        ValueError: what `parse` raises.
    """

    def work(job):
        digits = labelled_sets.render_drawings(parse(), 0, job.report, compute_process.call)
        return labelled_sets.make_test_set(digits)

    job = background_jobs.start("drawings", (name, checksum), work)
    return background_jobs.wait_for(
        job, f"{errors.escape(name)} is being read …", "The drawings are being drawn …"
    )


def my_test() -> TestSet | None:
    """The current user's own test set; None, after saying where to draw one, without any."""
    session = current_session()
    try:
        kept = drawing_store.load(drawing_store.TO_TEST).digits()
        if not kept:
            st.info(NONE, icon=":material/draw:")
            st.page_link("pages/data.py", label="Draw a test set", icon=":material/draw:",
                         query_params={"look": MY_TEST})  # fmt: skip
            return None
        checksum = hashlib.sha256(" ".join(one.id for one in kept).encode()).hexdigest()
        if session.my_test is None or session.my_test.checksum != checksum:
            drawings = [one.drawing for one in kept]
            test = render("Your test set", checksum, lambda: drawings)
            session.my_test = StrokeFile(test, "Your test set", checksum)
    except (ValueError, OSError) as error:
        errors.show(error, icon=":material/broken_image:")
        return None
    count = len(kept)
    st.caption(
        f"Tested on your {count:,} drawing{'s' * (count != 1)}, of which nothing here has learned."
    )
    return session.my_test.test
