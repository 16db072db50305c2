"""Draw a digit, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core import models, preprocess
from pages.ui import answer, canvas, entry, explanation, look_inside, model_choice, notice, samples
from pages.ui.readers import load_behind_the_page, readers
from pages.ui.session import session


@st.fragment
@notice.guarded
def board(names: list[str]):
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    memory = session()
    row = st.container(horizontal=True, horizontal_alignment="distribute", gap="medium")
    left, middle, right = (row.container(width=width) for width in (canvas.SIDE, 350, 280))
    with left:
        canvas.board(memory)
    picture = canvas.picture(memory)
    with right:
        image = see(picture)
    with middle:
        read(memory, image, names)
    if st.button("Why? Look inside the network", key="inside", icon=":material/search_insights:",
                 disabled=image is None, help="Its layers at work on this drawing.",
    ):  # fmt: skip
        look_inside.open_drawing(memory.model_name)
    with st.expander("From drawing to image, step by step", icon=":material/transform:"):
        answer.steps(steps_of(picture))


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
    prepare = preprocess.to_mnist if st.session_state.rule else preprocess.shrink
    try:
        image = prepare(picture)
    except preprocess.BlankPictureError:
        image = None
    with place:
        answer.seen(image)
    return image


def steps_of(picture: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """What happens to a picture, in sentences, and what it looks like then."""
    if not picture.any():
        return []
    if not st.session_state.rule:
        return [("The rule is off: all of the canvas is shrunk to 28 × 28.",
                 preprocess.shrink(picture))]  # fmt: skip
    way = preprocess.steps(picture)
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
            classifier = readers().classifier(memory.model_name)
        except (ValueError, OSError) as fault:
            notice.say(fault)
            return
        if classifier is None:
            answer.hint(answer.LOADING if image is not None else answer.HINT)
        elif image is None:
            answer.hint(answer.HINT)
        else:
            answer.reading(classifier.probabilities(image[None])[0])
    compare(memory.model_name, image)


def compare(name: str, image: np.ndarray | None):
    """What another network makes of the same drawing, one click away: that is the lesson."""
    other = models.CLASSIC if name == models.READER else models.READER
    classifier = readers().classifier(other)
    found = None
    if classifier is not None and image is not None:
        found = classifier.probabilities(image[None])[0]
    with st.container(key="compare", horizontal=True, vertical_alignment="center"):
        answer.beside(other, found)
        st.button(
            f"Read by {other}", key="other", icon=":material/compare_arrows:", on_click=_read_by,
            args=(other,), help=f"Let {other} read from now on; the drawing stays.",
        )  # fmt: skip


def _read_by(name):
    st.session_state.model = name


entry.require()
ready = readers().ready()
st.html(f"<style>{canvas.STYLE}{answer.STYLE}</style>")
board(models.names())
samples.show(session())
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link("pages/train.py", label="Train a network of your own", icon=":material/school:")
    explanation.show("Draw")
load_behind_the_page(session().model_name, ready)
