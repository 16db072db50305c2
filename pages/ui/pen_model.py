"""The pen model under one's fingers: sliders for a hand, and the digit it writes."""

import numpy as np
import streamlit as st

from mnist_core import animation, built_in, forms, hands, handwriting, strokes
from mnist_core.hands import Hand, Writer
from mnist_core.handwriting import Trace
from pages.ui import answer, gallery, hand_form
from pages.ui.gallery import Tile

VIEW = "Pen model"  # what the page calls it
REPEATS = 8
FORM = 56  # pixels: side of the little picture of a form
PLAIN = Writer(Hand(), np.zeros(10, int), np.zeros((10, hands.MOST_CONTROLS, 2)))
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
[class*=st-key-pen_form] button {{ width: {FORM}px; height: {FORM}px; padding: 0;
  border-radius: 6px; margin: 0 .3rem .3rem 0; background: #000 center / 100% 100%; }}
[class*=st-key-pen_form] button * {{ color: transparent; }}
[class*=st-key-pen_form] button[aria-checked=true] {{ outline: 3px solid #2f86e0; }}
"""


def borrow(number: int) -> None:
    """Show the pen model with the hand and the habits of a writer of the built-in set."""
    st.session_state["look"] = VIEW
    st.session_state["pen_habits"] = number
    hand_form.take(hands.writer(built_in.SEED, number).hand)


def _plain() -> None:
    st.session_state["pen_habits"] = None
    hand_form.take(Hand())


def _again() -> None:
    st.session_state["pen_seed"] = st.session_state.get("pen_seed", 0) + REPEATS


@st.fragment
def show() -> None:
    """Digit, form and sliders; the digit being written, the image it becomes, and repeats."""
    digit = st.segmented_control(
        "Digit", range(10), default=4, required=True, key="pen_digit", bind="query-params",
        wrap=True,
    )  # fmt: skip
    st.html(f"<style>{STYLE}</style>")
    choice = _choose_form(digit)
    result, sliders = st.columns([5, 6], gap="large")
    with sliders:
        hand = hand_form.sliders()
        _whose()
    who = PLAIN._replace(hand=hand)
    if st.session_state.get("pen_habits") is not None:
        borrowed = hands.writer(built_in.SEED, st.session_state["pen_habits"])
        who = who._replace(habits=borrowed.habits)
    with result:
        seed = st.session_state.get("pen_seed", 0)
        _written(digit, [_one(digit, choice, who, seed + i) for i in range(REPEATS + 1)])


def _whose() -> None:
    """Where the hand comes from, and the way back to the plain one."""
    number = st.session_state.get("pen_habits")
    if number is not None:
        st.caption(f"With the habits of writer {number}: how they bend each form.")
    st.button("A plain hand", key="plain", icon=":material/restart_alt:", on_click=_plain)


def _choose_form(digit: int) -> int:
    """One of the digit's forms, by its picture."""
    found = forms.forms_of(digit)
    pictures = "".join(
        f"[class*=st-key-pen_form] button:nth-of-type({number}) {{"
        f" background-image: url({answer.png(_form_picture(form))}) }}"
        for number, (form, _) in enumerate(found, 1)
    )
    st.html(f"<style>{FORM_STYLE}{pictures}</style>")
    choice = st.segmented_control(
        "Form", range(len(found)), default=0, required=True, key=f"pen_form_{digit}",
        format_func=lambda number: str(number + 1), wrap=True, persist_state="session",
    )  # fmt: skip
    share = f"{found[choice][1]:.0%}".replace("%", " %")
    st.caption(f"Form {choice + 1} of {len(found)}: {share} of the built-in writers prefer it.")
    return choice


def _form_picture(form) -> np.ndarray:
    placed = strokes.place(np.split(form.curves @ form.controls, form.lifts), 2 * FORM, 0.66)
    return strokes.draw(placed, 2 * FORM, 9)


def _one(digit: int, choice: int, who: Writer, seed: int) -> Trace:
    """The same for the same seed, so that a slider shows what it does, and nothing else."""
    return handwriting.one(digit, choice, who, np.random.default_rng(seed))


def _written(digit: int, several: list[Trace]) -> None:
    """The first one being written and what it becomes; the others beside each other."""
    side = animation.CANVAS
    first, *others = several
    with st.container(horizontal=True, gap="medium", key="written"):
        with st.container(width=side):
            st.markdown("**Being written**")
            moving = animation.gif(animation.frames(*handwriting.placed(first, side)))
            st.image(moving, width=side, alt=f"A {digit} being written.")
        with st.container(width=side):
            st.markdown("**The image it becomes**")
            answer.seen(handwriting.image_of(first))
    st.button("Write it again", key="again", icon=":material/replay:", on_click=_again)
    st.markdown(f"**{REPEATS} more by the same hand**: never twice the same")
    gallery.show(
        [Tile(handwriting.image_of(one), f"Another {digit} by the same hand.") for one in others],
        "eight",
    )
