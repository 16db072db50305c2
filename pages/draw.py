"""Draw a digit, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.preprocess import foreground, mnist_rule
from mnist_core.runs.run import Run
from pages.ui.app import errors, explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import samples
from pages.ui.choices.loader import load_in_background, sample_loader
from pages.ui.draw import erasing, layout, moved_digit, three_steps
from pages.ui.navigation import living_network, page_entry
from pages.ui.state.session import Session, current_session
from pages.ui.widgets import answer, canvas

RULE_STEPS = (
    "Cut out the ink, as tightly as it goes.",
    "Widen it to a square. Nothing is stretched.",
    "Shrink it to 20 × 20 and make the brightest pixel white.",
    "Lay it in 28 × 28, with its centre of mass in the middle.",
)
RULE_OFF = "The rule is off: all of the canvas is shrunk to 28 × 28."


@st.fragment
@errors.guard
def board(session: Session) -> None:
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    with st.container(key="board"):
        picture = canvas.show(session)
        place = st.container(key="reading")
        with st.container(key="sight"):
            steps = show_image(picture)
            model = model_choice.choose(session)
            model_choice.training_note(model)
            beneath = st.popover("From drawing to image", icon=":material/transform:",
                                 width="stretch")  # fmt: skip
        image = steps[-1][1] if steps else None
        explains = bool(st.session_state.get(three_steps.WHY) and st.session_state["rule"])
        with place:
            classifier = show_answer(session, model, picture, image, explains)
        with beneath:  # what takes a moment comes after the answer
            answer.show_steps(steps)
        # It is there before it is filled: what comes after it would else be made anew
        beside = st.container(key="compare", horizontal=True, vertical_alignment="center")
        if classifier and image is not None and not explains:
            with beside:
                compare(model, image)
        if classifier:
            with st.container(border=True, key="living"):
                living_network.show(session, classifier.network, image, model)
        three_steps.show(bool(classifier and st.session_state["rule"] and image is not None))


def show_image(picture: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """The image that the network sees, and the switch of MNIST's rule; the steps to the image."""
    st.markdown("**What the network sees**")
    place = st.container()
    by_rule = st.toggle(
        "Prepare it as MNIST does",
        value=True,
        key="rule",
        help="Off: the whole canvas is just shrunk to 28 × 28. Draw small, or in a corner, "
        "and see how much that costs.",
    )
    steps = preprocess(picture, by_rule)
    with place:
        answer.show_image(steps[-1][1] if steps else None)
    return steps


def preprocess(picture: np.ndarray, by_rule: bool) -> list[tuple[str, np.ndarray]]:
    """What happens to a picture, and what it looks like then.

    Returns:
        A sentence and a uint8 (h, w) for each step; the last is the image. Of an empty canvas
        nothing.
    """
    try:
        if not by_rule:
            return [(RULE_OFF, mnist_rule.resize_whole(picture))]
        _, *pictures = mnist_rule.preprocessing_steps(picture)
    except foreground.BlankPictureError:
        return []
    return list(zip(RULE_STEPS, pictures, strict=True))


def image_of(picture: np.ndarray, by_rule: bool) -> np.ndarray | None:
    """The last of the steps: uint8 (28, 28), or None."""
    steps = preprocess(picture, by_rule)
    return steps[-1][1] if steps else None


def show_answer(
    session: Session, model: Run, picture: np.ndarray, image: np.ndarray | None, explains: bool
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
    by_rule = st.session_state["rule"]
    erased = erasing.describe(classifier, session.canvas, lambda ink: image_of(ink, by_rule))
    if explains and image is not None:
        explained = moved_digit.explain(classifier, picture, image, erased)
        moved_digit.show(model, classifier, explained)
        return classifier
    with st.container(key="answer"):
        if image is not None:
            answer.show_answer(classifier.probabilities(image[None])[0], image, erased)
        elif session.canvas.upload_error:
            answer.show_hint(answer.REFUSED)
            st.error(session.canvas.upload_error)
        else:
            answer.show_hint(answer.HINT)
    return classifier


def compare(model: Run, image: np.ndarray) -> None:
    """What another network makes of the same drawing, and the button that lets it read."""
    other = model_store.CLASSIC if model.name == model_store.READER else model_store.READER
    probabilities = Classifier.load(other).probabilities(image[None])[0]
    answer.second_opinion(other, probabilities, image)
    st.button(
        f"Read by {other}", key="other", icon=":material/compare_arrows:",
        on_click=model_choice.set_model, args=(other,),
        help=f"Let {other} read from now on; the drawing stays.",
    )  # fmt: skip


page_entry.require()
ready = sample_loader().ready()
st.html(f"<style>{canvas.STYLE}{answer.STYLE}{layout.STYLE}{three_steps.STYLE}</style>")
st.html("<h1>Draw a digit. A neural network reads it.</h1>")
board(current_session())
samples.show(current_session())
explanation.show("Draw")
load_in_background(ready)
