"""A person's own test set: digits that they are asked to draw, of which nothing is learned."""

import streamlit as st

from mnist_core.strokes import drawing_store, fabric_paths, prompts
from mnist_core.strokes.stored_drawing import KeptDrawings
from pages.ui.app import errors
from pages.ui.app.style import beside
from pages.ui.choices import drawn_sets
from pages.ui.data import kept_gallery
from pages.ui.state.session import PromptedDrawing, current_session
from pages.ui.widgets import canvas

VIEW = drawn_sets.MY_TEST
FILE = drawing_store.TO_TEST
EACH = {"1": 1, "3": 3, "10": 10}
INTRO = (
    "How well is **your** hand read? Draw as you always write. These drawings are for tests alone:"
    " **nothing ever learns from them**."
)
STYLE = """
.st-key-prompt { max-width: 420px; gap: .5rem; }
.st-key-prompt button { padding-inline: .7rem; }
.st-key-prompt h2 { padding: .2rem 0 .6rem !important; }
.st-key-prompt .st-key-pad { --pad-side: min(420px, 100vw - 2rem, 100vh - 25rem); }
@media (max-width: 640px) { .st-key-prompt { max-width: none; } }
@media (min-width: 641px) {  /* Next is in sight without scrolling */
  .st-key-prompt .st-key-pad { --pad-side: min(420px, max(18rem, 100vh - 36.5rem)); }
}
"""


def show() -> None:
    """The digit that is asked for, the canvas, and what has been drawn so far."""
    beside(canvas.STYLE + STYLE)
    st.markdown(INTRO)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Of each digit", width="content")
        st.segmented_control("Of each digit", list(EACH), default="3", required=True, key="each",
                             bind="query-params", label_visibility="collapsed")  # fmt: skip
    _board()


@st.fragment
@errors.guard
def _board() -> None:
    """All that a stroke or a digit more changes."""
    prompted = current_session().prompted
    kept = drawing_store.load(FILE)
    if kept.damaged:
        st.warning(kept.sentence(), icon=":material/broken_image:")
    each, drawn = EACH[st.session_state["each"]], _counts(kept)
    digit = prompts.next_digit(drawn, prompted.skipped, each)
    with st.container(key="prompt"):
        if digit is None:
            _finished(prompted, drawn, each)
            _take_back_button(prompted, kept)
        else:
            _ask(prompted, kept, digit, 10 * each)
    if kept.drawings:
        with st.container(horizontal=True):
            _evaluate_button(is_next=digit is None)
            kept_gallery.show_export_and_delete_all(kept, FILE)
    kept_gallery.show(kept, FILE)


def _counts(kept: KeptDrawings) -> list[int]:
    """How many drawings there are of each digit."""
    labels = [one.drawing.label for one in kept.drawings]
    return [labels.count(digit) for digit in range(10)]


def _ask(prompted: PromptedDrawing, kept: KeptDrawings, digit: int, total: int) -> None:
    st.markdown(f"## Draw {'an' if digit == 8 else 'a'} {digit}")
    done = sum(min(count, total // 10) for count in _counts(kept))
    st.progress(done / total, f"{done} of {total} drawn")
    if not prompted.canvas.first_paths:
        canvas.replace_drawing(prompted, [])
    canvas.show(prompted, choose_pen=False)
    with st.container(horizontal=True, gap="small"):
        # Not by callbacks: those come before what has been drawn last is taken in
        goes_on = st.button("Next", key="next", type="primary", icon=":material/arrow_forward:")
        skips = st.button("Skip", key="skip", help="You can draw it in the end.")
        _take_back_button(prompted, kept)
    if skips:
        prompted.skipped[digit] += 1
        _begin_next(prompted)
    if goes_on:
        _keep(prompted, digit)


def _keep(prompted: PromptedDrawing, digit: int) -> None:
    strokes = [fabric_paths.path_points(path) for path in prompted.canvas.paths]
    paths = []
    try:
        if not strokes:
            raise ValueError(f"Draw the {digit} first, or skip it.")
        drawing_store.keep(digit, strokes, file=FILE)
    except (ValueError, OSError) as error:
        errors.toast(error)
        paths = prompted.canvas.paths
    _begin_next(prompted, paths)


def _begin_next(prompted: PromptedDrawing, paths: list[dict] | None = None) -> None:
    """An empty canvas, or one with these paths: the browser waits for it with the next strokes."""
    canvas.replace_drawing(prompted, paths or [])
    st.rerun()


def _take_back_button(prompted: PromptedDrawing, kept: KeptDrawings) -> None:
    if not kept.drawings:
        return
    last = kept.drawings[-1]
    st.button(f"Take back the {last.drawing.label}", key="take_back", icon=":material/undo:",
              on_click=errors.attempt, args=(_take_back, prompted, last.id),
              help="Deletes what you drew last, and asks for it again.")  # fmt: skip


def _take_back(prompted: PromptedDrawing, drawing_id: str) -> None:
    canvas.replace_drawing(prompted, [])  # whatever comes: the browser waits for it
    drawing_store.delete([drawing_id], FILE)


def _finished(prompted: PromptedDrawing, drawn: list[int], each: int) -> None:
    missing = sum(max(0, each - count) for count in drawn)
    if not missing:
        st.markdown(f"## All {10 * each} are drawn")
        st.markdown("Now see which network reads them best.")
        return
    st.markdown(f"## {missing} skipped")
    st.button("Draw those", key="draw_skipped", on_click=_ask_again, args=(prompted,))


def _ask_again(prompted: PromptedDrawing) -> None:
    prompted.skipped = [0] * 10


def _evaluate_button(is_next: bool) -> None:
    kind = "primary" if is_next else "secondary"
    if st.button("Test a network", key="to_evaluate", type=kind, icon=":material/grading:"):
        st.switch_page("pages/evaluate.py", query_params={"exam": drawn_sets.MY_TEST})
