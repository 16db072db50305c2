"""Ways in without a pen: sample digits and uploads."""

import numpy as np
import streamlit as st

from mnist_core.data import loading
from mnist_core.preprocess import canvas_ink, image_files
from pages.ui.app import style
from pages.ui.choices import data_set, uploaded_picture
from pages.ui.choices.loader import sample_loader
from pages.ui.state.session import Session
from pages.ui.widgets import answer, canvas

_STYLE = """
[class*=st-key-sample-] button { width: 52px; height: 52px; padding: 0; border-radius: 6px;
  background: #000 center / 100% 100%; image-rendering: pixelated; color: transparent; }
[class*=st-key-sample-] button:hover { outline: 2px solid #2f86e0; color: transparent; }
[class*=st-key-sample-] button * { color: transparent; }"""


def show(session: Session) -> None:
    """A row of digits to click, and a place for a picture."""
    left, right = st.columns([2, 1], gap="large")
    with left:
        digits(session)
    with right:
        _upload(session)


def digits(session: Session) -> None:
    """A row of digits that people wrote, to take with a click."""
    st.markdown("**No pen at hand? Take a digit that someone wrote**")
    if not sample_loader().ready():
        st.caption("They are being loaded.")
        return
    dataset = data_set.load(loading.best_available())
    if dataset is None:
        return
    chosen = ten_digits(dataset.test, session.samples_seed)
    backgrounds = "".join(
        f".st-key-sample-{digit} button {{ background-image: url({answer.data_url(image)}) }}"
        for digit, image in enumerate(chosen)
    )
    style.beside(_STYLE + backgrounds)
    with st.container(horizontal=True, key="samples"):
        for digit, image in enumerate(chosen):
            st.button(
                f"A {digit}", key=f"sample-{digit}", on_click=_use_sample, args=(session, image)
            )
        st.button("Others", key="others", icon=":material/casino:", on_click=_reshuffle,
                  args=(session,))  # fmt: skip


def ten_digits(digits, seed: int) -> list[np.ndarray]:
    """One image of each digit, other ones for another seed: ten uint8 (28, 28)."""
    rng = np.random.default_rng(seed)
    return [digits.images[rng.choice(np.flatnonzero(digits.labels == d))] for d in range(10)]


def _use_sample(session: Session, image: np.ndarray) -> None:
    canvas.replace_drawing(session, [], canvas_ink.on_canvas(image))


def _reshuffle(session: Session) -> None:
    session.samples_seed += 1


def _upload(session: Session) -> None:
    st.file_uploader("Or a picture of one", list(image_files.SUFFIXES),
                     key="upload", on_change=_use_file, args=(session, "upload"))  # fmt: skip
    if st.toggle("Use the camera", key="camera"):
        st.camera_input("A photo of a digit on paper", key="photo", on_change=_use_file,
                        args=(session, "photo"))  # fmt: skip
    uploaded_picture.show(session)


def _use_file(session: Session, key: str) -> None:
    file = st.session_state[key]
    if file is None:
        session.canvas.upload_error = ""
        return
    uploaded_picture.use(session, file.getvalue(), file.name)
