"""The smallest shift, and the smallest turn, that would change the network's mind."""

import numpy as np
import streamlit as st

from mnist_core.interpret import smallest_flip
from mnist_core.interpret.smallest_flip import Flip
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from pages.ui.state.session import session
from pages.ui.widgets import answer, gallery
from pages.ui.widgets.gallery import Tile

WORDS = (
    "How far it is from another answer: the image is moved by half pixels and turned by degrees,"
    " the smallest moves first, until the network reads something else. The moves come **after**"
    " the image was made: on the canvas it doesn't matter where you draw."
)


def show(_, image: np.ndarray, __) -> None:
    """The image as it is, and as it was moved when the answer flipped."""
    name = session().model_name
    weights = model_store.weights_path(name)
    which = (str(weights), weights.stat().st_mtime_ns)
    shift, turn, before = _find_flips(name, which, image.tobytes())
    st.markdown(WORDS)
    tiles = [Tile(image, "The image as it is", f"Read as {before}", "as it is")]
    tiles += [_tile(flip) for flip in (shift, turn) if flip]
    gallery.show(tiles, "few")
    for flip, what in (
        (shift, f"No shift of up to {smallest_flip.MAX_SHIFT:g} pixels"),
        (turn, f"No turn of up to {smallest_flip.MAX_ROTATION} degrees"),
    ):
        if flip is None:
            st.caption(f"{what} changes its mind.")


@st.cache_data(max_entries=50, show_spinner="It is being moved and turned …")
def _find_flips(name: str, which: tuple, image: bytes) -> tuple[Flip | None, Flip | None, int]:
    """Both flips, and what is read as it is. `which` tells a model from others of its name."""
    classifier = Classifier.load(name)
    held = np.frombuffer(image, np.uint8).reshape(28, 28)
    before = int(classifier.probabilities(held[None])[0].argmax())
    return (
        smallest_flip.smallest_shift(classifier, held),
        smallest_flip.smallest_rotation(classifier, held),
        before,
    )


def _tile(flip: Flip) -> Tile:
    sure = answer.percent(flip.probability)
    moved = describe_flip(flip)
    return Tile(flip.image, f"The image {moved}", f"Read as {flip.digit}", f"{sure} sure", moved)


def describe_flip(flip: Flip) -> str:
    """What was done to the image."""
    if flip.rotation:
        way = "clockwise" if flip.rotation > 0 else "anticlockwise"
        return f"turned {abs(flip.rotation):g}° {way}"
    parts = [
        f"{abs(by):g} pixel{'s' * (abs(by) != 1)} {names[by > 0]}"
        for by, names in ((flip.right, ("left", "right")), (flip.down, ("up", "down")))
        if by
    ]
    return f"moved {' and '.join(parts)}"
