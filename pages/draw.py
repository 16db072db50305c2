"""Draw a digit or a number, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core.prediction import Classifier
from mnist_core.reading.result import Reading
from mnist_core.runs.run import Run
from pages.ui.app import errors, explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import samples
from pages.ui.choices.loader import load_in_background, sample_loader
from pages.ui.draw import (
    correction,
    erasing,
    layout,
    moved_digit,
    number,
    number_view,
    preparation,
    saving,
    second_opinion,
    three_steps,
)
from pages.ui.navigation import living_network, page_entry
from pages.ui.state.session import Session, current_session
from pages.ui.widgets import answer, canvas


@st.fragment
@errors.guard
def board(session: Session) -> None:
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    with st.container(key="board"):
        picture = canvas.show(session, wide_style=layout.WIDE_STYLE)
        place = st.container(key="reading")
        with st.container(key="sight"):
            parts, steps = show_image(session, picture)
            model = model_choice.choose(session)
            model_choice.training_note(model)
            beneath = st.popover("From drawing to image", icon=":material/transform:",
                                 width="stretch")  # fmt: skip
        image = steps[-1][1] if steps else None
        is_digit = image is not None and parts is None
        can_explain = bool(st.session_state["rule"] and is_digit and not session.canvas.wide)
        explains = bool(st.session_state.get(three_steps.WHY) and can_explain)
        way = number_view.way_inside(session.canvas, parts)
        with place:
            classifier = show_answer(session, model, picture, image, parts, explains)
        with beneath:  # what takes a moment comes after the answer
            answer.show_steps(steps)
            saving.show(session.canvas, picture, classifier, image if is_digit else None)
        # It is there before it is filled: what comes after it would else be made anew
        beside = st.container(key="compare", horizontal=True, vertical_alignment="center")
        if classifier and image is not None and not explains:
            with beside:
                second_opinion.show(model, image, parts)
                if not parts:
                    correction.show(session, model, classifier, image)
        if classifier:
            with st.container(border=True, key="living"):
                living_network.show(session, classifier.network, image, model, open_inside=way)
        three_steps.show(bool(classifier and can_explain))
        if parts:
            with st.container(key="boxes"):
                number_view.show_boxes(parts, number.chosen(session.canvas, parts), picture)


def show_image(
    session: Session, picture: np.ndarray
) -> tuple[Reading | None, list[tuple[str, np.ndarray]]]:
    """The image that the network sees, and the switch of MNIST's rule.

    Returns:
        The digits of a number, else None; and the steps to the image, see `preparation`.
    """
    st.markdown("**What the network sees**")
    place = st.container()
    by_rule = st.toggle(
        "Prepare it as MNIST does",
        value=True,
        key="rule",
        help="Off: the whole canvas is just shrunk to 28 × 28. Draw small, or in a corner, "
        "and see how much that costs.",
    )
    steps = preparation.preprocess(picture, by_rule)
    parts = number.find(session.canvas, picture, steps[-1][1]) if by_rule and steps else None
    if parts:
        steps = number.steps(picture, parts, number.chosen(session.canvas, parts))
    with place:
        answer.show_image(steps[-1][1] if steps else None)
    return parts, steps


def show_answer(
    session: Session,
    model: Run,
    picture: np.ndarray,
    image: np.ndarray | None,
    parts: Reading | None,
    explains: bool,
) -> Classifier | None:
    """What the chosen model reads, or why there is nothing to read; None if it can't read.

    Args:
        explains: whether the ink is coloured, and can be moved.
    """
    try:
        classifier = Classifier.load(model)
    except (ValueError, OSError) as error:
        with st.container(key="answer"):
            model_choice.show_error(model, error)
        return None
    if parts:
        with st.container(key="answer"):
            number_view.show(session.canvas, number.read(parts, classifier))
    else:
        show_digit(session, model, classifier, picture, image, explains)
    return classifier


def show_digit(session, model, classifier, picture, image, explains) -> None:
    """What is read as one digit; see `show_answer`."""
    by_rule = st.session_state["rule"]
    erased = erasing.describe(
        classifier, session.canvas, lambda ink: preparation.image_of(ink, by_rule)
    )
    if explains:
        explained = moved_digit.explain(classifier, picture, image, erased)
        moved_digit.show(model, classifier, explained)
        return
    with st.container(key="answer"):
        if image is not None:
            answer.show_answer(classifier.probabilities(image[None])[0], image, erased)
        elif session.canvas.upload_error:
            answer.show_hint(answer.REFUSED)
            st.error(session.canvas.upload_error)
        else:
            answer.show_hint(answer.HINT)


page_entry.require()
ready = sample_loader().ready()
st.html(f"<style>{canvas.STYLE}{answer.STYLE}{layout.STYLE}{three_steps.STYLE}"
        f"{number_view.STYLE}</style>")  # fmt: skip
st.html("<h1>Draw a digit. A neural network reads it.</h1>")
board(current_session())
samples.show(current_session())
explanation.show("Draw")
load_in_background(ready)
