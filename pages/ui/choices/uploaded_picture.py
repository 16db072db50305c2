"""A picture from a file or the camera: the ink found on it, and a person's word on that."""

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.plots import found_ink
from mnist_core.preprocess import canvas_ink, image_files
from mnist_core.preprocess.canvas_ink import Frame
from pages.ui.app import errors
from pages.ui.state.session import Session, UploadedPicture, current_session
from pages.ui.widgets import canvas

SIDE = 640  # pixels, of the copy that is kept to look at
MARGIN = 0.15  # around ink that a person chose, in shares of its larger side
FRAME, REMOVE, RESTORE = "Frame", "Take away", "Bring back"
HELP = {
    FRAME: "Drag a frame around the digit: what is outside doesn't count.",
    REMOVE: "Drag over what is no ink: it is taken away.",
    RESTORE: "Drag over ink that was missed: it comes back.",
}


def use(session: Session, data: bytes, name: str) -> None:
    """Read this picture file: its ink on the canvas, or why there is none.

    Args:
        name: of the file, for the sentence about what is wrong with it.
    """
    canvas.replace_drawing(session, [])  # an answer that stays would seem to be its answer
    try:
        picture = image_files.open_picture(data)
    except (ValueError, OSError) as error:
        session.canvas.upload_error = errors.message(error, f"{name}:")
        return
    upload = UploadedPicture(_copy(picture), name)
    _put(session, upload, lambda: canvas_ink.canvas_from_picture(picture))
    upload.as_found = session.canvas.backdrop


def show(session: Session) -> None:
    """What was taken for ink, laid over the picture, and ways to say it better."""
    upload = session.canvas.upload
    if upload is None:
        return
    with st.expander("What was taken for ink", expanded=bool(session.canvas.upload_error)):
        mode = st.segmented_control("Drag a rectangle", list(HELP), default=FRAME, required=True,
                                    key="ink_mode", label_visibility="collapsed")  # fmt: skip
        st.caption(HELP[mode])
        try:
            levels = _find(upload).levels
        except ValueError:  # said where the answer would be
            levels = None
        figure = found_ink.figure(upload.picture, levels, upload.frame)
        # Another key after each drag: the rectangle would stay otherwise
        st.plotly_chart(figure, key=_chart_key(upload), on_select=_take_drag, theme=None,
                        selection_mode="box", config={"displayModeBar": False})  # fmt: skip
        st.button("As found", key="ink_as_found", icon=":material/restart_alt:",
                  on_click=_reset, disabled=not upload.is_changed())  # fmt: skip


def _chart_key(upload: UploadedPicture) -> str:
    return f"found_ink_{upload.edits}"


def _copy(picture: np.ndarray) -> np.ndarray:
    """At most SIDE pixels wide and high."""
    image = Image.fromarray(picture[..., 0] if picture.shape[2:] == (1,) else picture)
    image.thumbnail((SIDE, SIDE))
    return np.array(image)


def _find(upload: UploadedPicture) -> canvas_ink.FoundInk:
    return canvas_ink.find_ink(upload.picture, upload.frame, upload.removed, upload.restored)


def _chosen_ink(upload: UploadedPicture) -> np.ndarray:
    """The ink as a person would have it, on a canvas: uint8 (280, 280)."""
    found = _find(upload)
    left, top, right, bottom = found.frame
    margin = round(MARGIN * max(right - left, bottom - top))
    part = found.levels[top:bottom, left:right]
    return canvas_ink.on_canvas(np.pad(part, margin))


def _put(session: Session, upload: UploadedPicture, find) -> None:
    """Put the ink that is found on the canvas, or say why there is none."""
    canvas.replace_drawing(session, [])
    try:
        canvas.replace_drawing(session, [], find())
    except ValueError as error:
        session.canvas.upload_error = errors.message(error, f"{upload.name}:")
    session.canvas.upload = upload


def _take_drag() -> None:
    """Do with the dragged rectangle what the mode says."""
    session = current_session()
    upload = session.canvas.upload
    boxes = st.session_state[_chart_key(upload)].selection.box if upload else []
    frame = _frame(boxes[-1], upload.picture.shape) if boxes else None
    if frame is not None:
        edit(session, st.session_state["ink_mode"], frame)


def edit(session: Session, mode: str, frame: Frame) -> None:
    """Have only a frame of the uploaded picture count, or ink in it taken away or brought back.

    Args:
        mode: FRAME, REMOVE or RESTORE.
        frame: left, top, right, bottom in the pixels of the picture that is shown.
    """
    upload = session.canvas.upload
    if mode == FRAME:
        upload.frame = frame
    else:
        (upload.removed if mode == REMOVE else upload.restored).append(frame)
    upload.edits += 1
    _put(session, upload, lambda: _chosen_ink(upload))


def _reset() -> None:
    session = current_session()
    before = session.canvas.upload
    upload = UploadedPicture(before.picture, before.name, before.as_found, edits=before.edits + 1)
    _put(session, upload, lambda: _as_found(upload))


def _as_found(upload: UploadedPicture) -> np.ndarray:
    if upload.as_found is not None:
        return upload.as_found
    return canvas_ink.canvas_from_picture(upload.picture)


def _frame(box, shape) -> Frame | None:
    """A selection of Plotly's as left, top, right, bottom within the picture; None: no area."""
    height, width = shape[:2]
    left, right = (round(min(max(x, 0), width)) for x in sorted(box["x"]))
    top, bottom = (round(min(max(y, 0), height)) for y in sorted(box["y"]))
    return (left, top, right, bottom) if left < right and top < bottom else None
