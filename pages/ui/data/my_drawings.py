"""The drawings that a person kept: to look at, delete, take along, and have a model learn."""

import streamlit as st

from mnist_core.adaptation import examples
from mnist_core.models import index
from mnist_core.models import store as model_store
from mnist_core.runs import run_name
from mnist_core.scheduler import adaptations
from mnist_core.strokes import drawing_store
from mnist_core.strokes.files import NON_DIGIT
from mnist_core.strokes.stored_drawing import KeptDrawings
from pages.ui.app import errors
from pages.ui.data import kept_gallery
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session

VIEW = "My drawings"
NONE = (
    "You have kept no drawings. On **Draw**, *Wrong?* keeps one with the digit that it is. A"
    " network can learn your hand from them: three of each digit are enough."
)


def show() -> None:
    """The drawings, and what can be done with them."""
    try:
        kept = drawing_store.load()
    except OSError as error:
        errors.show(error)
        return
    if kept.damaged:
        st.warning(kept.sentence(), icon=":material/broken_image:")
    if kept.drawings:
        _learn_form(kept)
    else:
        st.info(NONE, icon=":material/draw:")
    with st.container(horizontal=True, vertical_alignment="center"):
        _import_form()
        if kept.drawings:
            kept_gallery.show_export_and_delete_all(kept, drawing_store.TO_LEARN)
    kept_gallery.show(kept, drawing_store.TO_LEARN)


def _import_form() -> None:
    session = current_session()
    with st.popover("Import", icon=":material/upload:", key="import_drawings"):
        file = st.file_uploader(
            "Drawings, one a line", ["jsonl"], key=f"my drawings {session.drawing_imports}"
        )
    if file is None:
        return
    try:
        count = drawing_store.import_bytes(file.getvalue(), file.name)
    except (ValueError, OSError) as error:
        errors.show(error, icon=":material/broken_image:")
        return
    session.drawing_imports += 1  # for an empty uploader
    st.toast(f"{count:,} new drawings." if count != 1 else "A new drawing.")
    st.rerun()


def _learn_form(kept: KeptDrawings) -> None:
    """What learns, what it will be called, and the button."""
    models = index.models()
    with st.container(horizontal=True, vertical_alignment="bottom", key="learn"):
        names = list(models)
        at = names.index(model_store.CLASSIC) if model_store.CLASSIC in names else 0
        name = st.selectbox("Which network learns", names, at, key="learner", width=220)
        new = st.text_input("Name", "my hand", max_chars=50, key="hand_name", width=220)
        pressed = st.button("Learn my hand", key="learn_hand", type="primary",
                            icon=":material/school:")  # fmt: skip
    st.caption(_what_to_expect(kept))
    if pressed:
        _start(models[name], kept, new.strip())


def _what_to_expect(kept: KeptDrawings) -> str:
    drawings = [one.drawing for one in kept.drawings]
    counts = [sum(one.label == digit for one in drawings) for digit in range(10)]
    others = sum(one.label == NON_DIGIT for one in drawings)
    few = [str(digit) for digit, count in enumerate(counts) if count < 3]
    words = f"{len(drawings):,} drawing{'s' * (len(drawings) != 1)}."
    if few:
        words += f" It learns best from three of each; there are fewer of {', '.join(few)}."
    if others:
        words += f" {others:,} of them {'is' if others == 1 else 'are'} no digit: it learns to be"
        words += " unsure of such."
    if not examples.hold_back(drawings, 0):
        words += " With two of a digit, one is held back to see whether it helps."
    return words


def _start(model, kept: KeptDrawings, name: str) -> None:
    """Queue the run and go to where it is followed."""
    try:
        run_name.validate_new(name)
        drawings = [one.drawing for one in kept.drawings]
        run = adaptations.start(model, drawings, name)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    current_session().follower = RunFollower(run)
    st.switch_page("pages/train.py", query_params={})
