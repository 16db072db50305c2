"""Drawings that a person kept: to look at, delete and take along."""

import numpy as np
import streamlit as st

from mnist_core.preprocess import foreground, mnist_rule
from mnist_core.strokes import drawing_store
from mnist_core.strokes.files import NON_DIGIT
from mnist_core.strokes.rasterize import place, rasterize
from mnist_core.strokes.stored_drawing import KeptDrawing, KeptDrawings
from pages.ui.app import errors
from pages.ui.state.session import current_session
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile

WHERE = "They are kept on the computer that runs this app, for you alone, until you delete them."
EXPORTS = {
    drawing_store.TO_LEARN: "my-drawings.jsonl",
    drawing_store.TO_TEST: "my-test.jsonl",
}


def show(kept: KeptDrawings, file: str) -> None:
    """The drawings, the newest first; a click offers to delete one.

    Args:
        file: that they are in, see `drawing_store`.
    """
    if not kept.drawings:
        return
    st.caption(f"{WHERE} Click one to delete it.")
    above = st.container()
    newest_first = kept.drawings[::-1]
    clicked = gallery.show([_tile(one) for one in newest_first], key="my-drawings")
    if clicked is not None and clicked < len(newest_first):
        current_session().kept_chosen = newest_first[clicked].id
    with above:
        _chosen(kept, file)


def _tile(kept: KeptDrawing) -> Tile:
    label = _label(kept)
    read = f"read as {kept.read_as}" if kept.read_as else ""
    by = f" by {kept.model}" if kept.model else ""
    alt = f"{label[1]}{', ' if read else ''}{read}{by if read else ''}."
    return Tile(_image(kept.id, kept.drawing.strokes), alt, label[0], read)


def _label(kept: KeptDrawing) -> tuple[str, str]:
    """What it is, in short and in a sentence."""
    digit = kept.drawing.label
    return ("no digit", "No digit") if digit == NON_DIGIT else (str(digit), f"Your {digit}")


@st.cache_data(max_entries=2000, show_spinner=False)
def _image(drawing_id: str, _strokes: list[np.ndarray]) -> np.ndarray:
    """What a network sees of it: uint8 (28, 28)."""
    try:
        return mnist_rule.to_mnist(rasterize(place(_strokes), width=22))
    except foreground.BlankPictureError:
        return np.zeros((28, 28), np.uint8)


def _chosen(kept: KeptDrawings, file: str) -> None:
    """The drawing that was clicked, and the button that deletes it."""
    wanted = current_session().kept_chosen
    chosen = next((one for one in kept.drawings if one.id == wanted), None)
    if chosen is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="chosen_drawing"):
        st.markdown(f"**{_label(chosen)[1]}**", width="content")
        st.button(
            "Delete it", key="delete_drawing", icon=":material/delete:",
            on_click=errors.attempt, args=(drawing_store.delete, [chosen.id], file),
        )  # fmt: skip


def show_export_and_delete_all(kept: KeptDrawings, file: str) -> None:
    """Two buttons, side by side where their place is; see `show`."""
    count = len(kept.drawings)
    st.download_button(
        "Export", drawing_store.export_bytes(file), EXPORTS[file], "application/jsonl",
        key="export_drawings", icon=":material/download:", on_click="ignore",
        help="A stroke file: Evaluate tests any network on it, and it can be imported elsewhere.",
    )  # fmt: skip
    with st.popover("Delete all", icon=":material/delete:", key="delete_all"):
        st.markdown(f"All {count:,} drawings? There is no way back.")
        st.button("Delete all of them", key="delete_drawings", type="primary",
                  on_click=errors.attempt, args=(drawing_store.delete_all, file))  # fmt: skip
