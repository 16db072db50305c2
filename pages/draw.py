"""Draw a digit, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core.models import store as model_store
from mnist_core.preprocess import foreground, mnist_rule
from pages.ui.app import errors, explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import samples
from pages.ui.choices.loader import load_in_background, model_loader
from pages.ui.navigation import inside_link, page_entry
from pages.ui.state.session import session
from pages.ui.widgets import answer, canvas


@st.fragment
@errors.guard
def board(names: list[str]):
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    memory = session()
    row = st.container(horizontal=True, horizontal_alignment="distribute", gap="medium")
    left, middle, right = (row.container(width=width) for width in (canvas.SIDE, 350, 280))
    with left:
        canvas.canvas_with_tools(memory)
    picture = canvas.picture(memory)
    with right:
        image = see(picture)
    with middle:
        read(memory, image, names)
    if st.button("Why? Look inside the network", key="inside", icon=":material/search_insights:",
                 disabled=image is None, help="Its layers at work on this drawing.",
    ):  # fmt: skip
        inside_link.open_drawing(memory.model_name)
    with st.expander("From drawing to image, step by step", icon=":material/transform:"):
        answer.show_steps(steps_of(picture))


def see(picture: np.ndarray) -> np.ndarray | None:
    """Picture -> image, shown as the network sees it; None for an empty canvas."""
    st.markdown("**What the network sees**")
    place = st.container()
    st.toggle(
        "Prepare it as MNIST does",
        value=True,
        key="rule",
        help="Off: the whole canvas is just shrunk to 28 × 28. Draw small, or in a corner, "
        "and see how much that costs.",
    )
    prepare = mnist_rule.to_mnist if st.session_state.rule else mnist_rule.resize_whole
    try:
        image = prepare(picture)
    except foreground.BlankPictureError:
        image = None
    with place:
        answer.show_image(image)
    return image


def steps_of(picture: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """What happens to a picture, in sentences, and what it looks like then."""
    if not picture.any():
        return []
    if not st.session_state.rule:
        return [("The rule is off: all of the canvas is shrunk to 28 × 28.",
                 mnist_rule.resize_whole(picture))]  # fmt: skip
    way = mnist_rule.preprocessing_steps(picture)
    return [
        ("Cut out the ink, as tightly as it goes.", way.crop),
        ("Widen it to a square. Nothing is stretched.", way.square),
        ("Shrink it to 20 × 20 and make the brightest pixel white.", way.small),
        ("Lay it in 28 × 28, with its centre of mass in the middle.", way.image),
    ]


def read(memory, image: np.ndarray | None, names: list[str]):
    """The answer of the chosen model."""
    place = st.container(key="answer")
    model_choice.choose(memory, names)
    with place:
        try:
            classifier = model_loader().classifier(memory.model_name)
        except (ValueError, OSError) as error:
            if memory.model_name not in model_store.names():  # somebody deleted it just now
                st.rerun()
            errors.show(error)
            return
        if classifier is None:
            answer.show_hint(answer.LOADING if image is not None else answer.HINT)
        elif image is None:
            answer.show_hint(answer.HINT)
        else:
            answer.show_answer(classifier.probabilities(image[None])[0])
    compare(memory.model_name, image)


def compare(name: str, image: np.ndarray | None):
    """What another network makes of the same drawing, one click away: that is the lesson."""
    other = model_store.CLASSIC if name == model_store.READER else model_store.READER
    classifier = model_loader().classifier(other)
    found = None
    if classifier is not None and image is not None:
        found = classifier.probabilities(image[None])[0]
    with st.container(key="compare", horizontal=True, vertical_alignment="center"):
        answer.second_opinion(other, found)
        st.button(
            f"Read by {other}", key="other", icon=":material/compare_arrows:", on_click=_read_by,
            args=(other,), help=f"Let {other} read from now on; the drawing stays.",
        )  # fmt: skip


def _read_by(name):
    st.session_state.model = name


page_entry.require()
ready = model_loader().ready()
st.html(f"<style>{canvas.STYLE}{answer.STYLE}</style>")
board(model_store.names())
samples.show(session())
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link("pages/train.py", label="Train a network of your own", icon=":material/school:")
    explanation.show("Draw")
load_in_background(session().model_name, ready)
