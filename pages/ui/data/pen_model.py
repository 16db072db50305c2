"""The pen model: sliders for a writing style, and the digit that it writes."""

import numpy as np
import streamlit as st

from mnist_core.data import animation, glyphs, synthesis, synthetic, writers
from mnist_core.data.synthesis import PenTrace
from mnist_core.data.writers import Writer, WritingStyle
from mnist_core.strokes.rasterize import place, rasterize
from pages.ui.app import style
from pages.ui.data import style_form
from pages.ui.widgets import answer, gallery, run_status
from pages.ui.widgets.gallery import Tile

VIEW = "Pen model"  # what the page calls it
REPEATS = 8
FORM_SIDE = 56  # pixels: of the small picture of a form
PLAIN_WRITER = Writer(WritingStyle(), np.zeros(10, int), np.zeros((10, writers.MAX_CONTROLS, 2)))
# On a phone the digit stays in sight while a thumb moves the sliders under it
STYLE = """
@media (max-width: 640px) {
  .stColumn:has(.st-key-written) { position: sticky; top: 3.5rem; z-index: 5; padding: .5rem 0;
    background: color-mix(in srgb, Canvas 70%, transparent); backdrop-filter: blur(12px); }
  .st-key-written { flex-wrap: nowrap; }
  .st-key-written > div { flex: 1 1 0 !important; min-width: 0; }
  .st-key-written > div * { max-width: 100%; }
  .st-key-written img { max-width: 100%; height: auto; }
}
"""
FORM_STYLE = f"""
[class*=st-key-pen_form] button {{ width: {FORM_SIDE}px; height: {FORM_SIDE}px; padding: 0;
  border-radius: 6px; margin: 0 .3rem .3rem 0; background: #000 center / 100% 100%; }}
[class*=st-key-pen_form] button * {{ color: transparent; }}
[class*=st-key-pen_form] button[aria-checked=true] {{ outline: 3px solid #2f86e0; }}
"""


def use_writer(number: int) -> None:
    """Show the pen model with the style and the habits of a writer of the built-in set."""
    st.session_state["look"] = VIEW
    st.session_state["pen_habits"] = number
    style_form.set_style(writers.writer(synthetic.SEED, number).style)


def _reset_style() -> None:
    st.session_state["pen_habits"] = None
    style_form.set_style(WritingStyle())


def _write_again() -> None:
    st.session_state["pen_seed"] = st.session_state.get("pen_seed", 0) + REPEATS


@st.fragment
def show() -> None:
    """Digit, form and sliders; the digit being written, the image it becomes, and repeats."""
    digit = st.segmented_control(
        "Digit", range(10), default=4, required=True, key="pen_digit", bind="query-params",
        wrap=True,
    )  # fmt: skip
    style.beside(STYLE)
    form = _choose_form(digit)
    result, sliders = st.columns([5, 6], gap="large")
    with sliders:
        author = PLAIN_WRITER._replace(style=style_form.sliders())
        _style_source()
    if st.session_state.get("pen_habits") is not None:
        borrowed = writers.writer(synthetic.SEED, st.session_state["pen_habits"])
        author = author._replace(habits=borrowed.habits)
    with result:
        # The same seeds on every rerun, so that a slider shows what it does, and nothing else
        first_seed = st.session_state.get("pen_seed", 0)
        seeds = range(first_seed, first_seed + REPEATS + 1)
        _written(
            digit,
            [synthesis.write_digit(digit, form, author, np.random.default_rng(i)) for i in seeds],
        )


def _style_source() -> None:
    """Whose habits the digit has, and the way back to the plain style."""
    number = st.session_state.get("pen_habits")
    if number is not None:
        st.caption(f"With the habits of writer {number}: how they bend each form.")
    st.button("A plain hand", key="plain", icon=":material/restart_alt:", on_click=_reset_style)


def _choose_form(digit: int) -> int:
    """One of the digit's forms, by its picture."""
    forms = glyphs.forms_of(digit)
    pictures = "".join(
        f"[class*=st-key-pen_form] button:nth-of-type({number}) {{"
        f" background-image: url({answer.data_url(_form_picture(form))}) }}"
        for number, (form, _) in enumerate(forms, 1)
    )
    style.beside(FORM_STYLE + pictures)
    choice = st.segmented_control(
        "Form", range(len(forms)), default=0, required=True, key=f"pen_form_{digit}",
        format_func=lambda number: str(number + 1), wrap=True, persist_state="session",
    )  # fmt: skip
    share = run_status.format_percent(forms[choice][1], 0)
    st.caption(f"Form {choice + 1} of {len(forms)}: {share} of the built-in writers prefer it.")
    return choice


def _form_picture(form) -> np.ndarray:
    placed = place(np.split(form.curves @ form.controls, form.lifts), 2 * FORM_SIDE, 0.66)
    return rasterize(placed, 2 * FORM_SIDE, 9)


def _written(digit: int, traces: list[PenTrace]) -> None:
    """The first one being written and the image it becomes; the others beside each other."""
    side = animation.CANVAS
    first, *others = traces
    with st.container(horizontal=True, gap="medium", key="written"):
        with st.container(width=side):
            st.markdown("**Being written**")
            moving = animation.gif(animation.frames(*synthesis.place_on_canvas(first, side)))
            st.image(moving, width=side, alt=f"A {digit} being written.")
        with st.container(width=side):
            st.markdown("**The image it becomes**")
            answer.show_image(synthesis.render_image(first))
    st.button("Write it again", key="again", icon=":material/replay:", on_click=_write_again)
    st.markdown(f"**{REPEATS} more by the same hand**: never twice the same")
    alt = f"Another {digit} by the same hand."
    gallery.show([Tile(synthesis.render_image(trace), alt) for trace in others], "eight")
