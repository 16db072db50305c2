"""Draw a digit, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core.models import store as model_store
from mnist_core.preprocess import foreground, mnist_rule
from mnist_core.runs.run import Run
from pages.ui.app import errors, explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import samples
from pages.ui.choices.loader import load_in_background, model_loader
from pages.ui.navigation import inside_link, page_entry
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
def board(session: Session, models: list[Run]) -> None:
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    row = st.container(horizontal=True, horizontal_alignment="distribute", gap="medium")
    left, middle, right = (row.container(width=width) for width in (canvas.SIDE, 350, 280))
    with left:
        picture = canvas.show(session)
    with right:
        steps = show_image(picture)
    image = steps[-1][1] if steps else None
    with middle:
        model = show_answer(session, image, models)
    if st.button("Why? Look inside the network", key="inside", icon=":material/search_insights:",
                 disabled=image is None, help="Its layers at work on this drawing.",
    ):  # fmt: skip
        inside_link.open_drawing(model)
    with st.expander("From drawing to image, step by step", icon=":material/transform:"):
        answer.show_steps(steps)


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


def show_answer(session: Session, image: np.ndarray | None, models: list[Run]) -> Run:
    """The answer of the chosen model, and another's beside it; the chosen one."""
    place = st.container(key="answer")
    model = model_choice.choose(session, models)
    with place:
        try:
            classifier = model_loader().classifier(model)
        except (ValueError, OSError) as error:
            model_choice.show_error(model, error)
            return model
        if image is None:
            answer.show_hint(answer.HINT)
        elif classifier is None:
            answer.show_hint(answer.LOADING)
        else:
            answer.show_answer(classifier.probabilities(image[None])[0])
    compare(model, image)
    return model


def compare(model: Run, image: np.ndarray | None) -> None:
    """What another network makes of the same drawing, and the button that lets it read."""
    other = model_store.CLASSIC if model.name == model_store.READER else model_store.READER
    classifier = model_loader().classifier(other)
    probabilities = None
    if classifier is not None and image is not None:
        probabilities = classifier.probabilities(image[None])[0]
    with st.container(key="compare", horizontal=True, vertical_alignment="center"):
        answer.second_opinion(other, probabilities)
        st.button(
            f"Read by {other}", key="other", icon=":material/compare_arrows:",
            on_click=model_choice.set_model, args=(other,),
            help=f"Let {other} read from now on; the drawing stays.",
        )  # fmt: skip


page_entry.require()
ready = model_loader().ready()
st.html(f"<style>{canvas.STYLE}{answer.STYLE}</style>")
board(current_session(), model_store.all_models())
samples.show(current_session())
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link("pages/train.py", label="Train a network of your own", icon=":material/school:")
    explanation.show("Draw")
load_in_background(current_session().model, ready)
