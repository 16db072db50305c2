"""The smallest shift, and the smallest turn, that would change the network's mind."""

import numpy as np
import streamlit as st

from mnist_core.evaluation import cached_predictions
from mnist_core.interpret import smallest_flip
from mnist_core.interpret.smallest_flip import Flip
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from pages.ui.inside.inspection import Inspection
from pages.ui.widgets import answer, gallery
from pages.ui.widgets.gallery import Tile

EXPLANATION = (
    "How far it is from another answer: the image is moved by half pixels and turned by degrees,"
    " the smallest moves first, until the network reads something else. The moves come **after**"
    " the image was made: on the canvas it doesn't matter where you draw."
)


def show(inspection: Inspection, _) -> None:
    """The image as it is, and as it was moved when the answer flipped."""
    image = inspection.image
    fingerprint = cached_predictions.model_fingerprint(inspection.model)
    shift, rotation, before = _find_flips(fingerprint, image.tobytes(), inspection.model)
    st.markdown(EXPLANATION)
    tiles = [Tile(image, "The image as it is", f"Read as {before}", "as it is")]
    tiles += [_tile(flip) for flip in (shift, rotation) if flip]
    gallery.show(tiles, "few")
    if shift is None:
        st.caption(f"No shift of up to {smallest_flip.MAX_SHIFT:g} pixels changes its mind.")
    if rotation is None:
        st.caption(f"No turn of up to {smallest_flip.MAX_ROTATION} degrees changes its mind.")


@st.cache_data(max_entries=50, show_spinner="It is being moved and turned …")
def _find_flips(
    fingerprint: str, image_bytes: bytes, _model: Run
) -> tuple[Flip | None, Flip | None, int]:
    """(smallest shift, smallest rotation, the digit read of the image as it is)."""
    classifier = Classifier.load(_model)
    image = np.frombuffer(image_bytes, np.uint8).reshape(28, 28)
    before = int(classifier.probabilities(image[None])[0].argmax())
    shift = smallest_flip.smallest_shift(classifier, image)
    return shift, smallest_flip.smallest_rotation(classifier, image), before


def _tile(flip: Flip) -> Tile:
    sure, move = answer.percent(flip.probability), describe_flip(flip)
    return Tile(flip.image, f"The image {move}", f"Read as {flip.digit}", f"{sure} sure", move)


def describe_flip(flip: Flip) -> str:
    """What was done to the image."""
    if flip.rotation:
        direction = "clockwise" if flip.rotation > 0 else "anticlockwise"
        return f"turned {abs(flip.rotation):g}° {direction}"
    parts = [
        f"{abs(by):g} pixel{'s' * (abs(by) != 1)} {names[by > 0]}"
        for by, names in ((flip.right, ("left", "right")), (flip.down, ("up", "down")))
        if by
    ]
    return f"moved {' and '.join(parts)}"
