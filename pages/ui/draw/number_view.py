"""A number and its digits on the page: one of them is chosen, by a click."""

import html
from collections.abc import Callable

import numpy as np
import streamlit as st

from mnist_core.reading.result import Reading
from mnist_core.runs.run import Run
from pages.ui.draw import number as number_module
from pages.ui.draw.number import Number
from pages.ui.navigation import inside_link
from pages.ui.state.session import CanvasState
from pages.ui.widgets import answer, clickable

KEY = "digits"
STYLE = """
.st-key-answer:has(.number-words) { display: grid; gap: .4rem 1rem; align-items: end;
  --answer-row: calc(.05 * var(--pad-side));
  grid-template: "number words" "digits digits" "bars bars" / max-content minmax(8rem, 1fr); }
.st-key-answer > :has([data-testid="stCode"]) { grid-area: number; min-width: 0; width: auto; }
.st-key-answer > :has(.number-words) { grid-area: words; width: auto; align-self: center; }
.st-key-answer > .st-key-digits { grid-area: digits; width: auto; }
.st-key-answer:has(.number-words) > :has(.bars) { grid-area: bars; width: auto; min-width: 0; }
.st-key-answer [data-testid="stCode"] pre { background: none; padding: 0; }
.st-key-answer [data-testid="stCode"] code { font-size: calc(.17 * var(--pad-side, 26rem));
  line-height: 1.05; font-weight: 700; font-family: "Source Sans", sans-serif; padding: 0; }
.number-words { line-height: 1.3; }
.digits { display: flex; flex-wrap: wrap; gap: .5rem; }
.digits figure { margin: 0; width: 3.2rem; text-align: center; line-height: 1.2;
  font-size: .8rem; font-variant-numeric: tabular-nums; border-radius: 6px; }
.digits img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; background: #000;
  border-radius: 6px; display: block; cursor: pointer; }
.digits b { font-size: 1.1rem; line-height: 1.5; }
.digits .chosen img { outline: 3px solid #2f86e0; outline-offset: 1px; }
.digits img:is(:hover, :focus-visible) { outline: 3px solid #2f86e0; outline-offset: 1px; }
.digits .sign { width: auto; align-self: end; font-size: 1.6rem; font-weight: 700; }
.digits .row { flex-basis: 100%; height: 0; }
.boxes { position: relative; aspect-ratio: var(--sides, 1); }
.boxes i { position: absolute; border: 2px solid #2f86e0; border-radius: 6px; opacity: .55; }
.boxes .chosen { border-width: 3px; opacity: 1; }
@media (max-width: 640px) {
  .stApp .st-key-answer:has(.number-words) { --answer-row: .9rem; align-items: center;
    grid-template: ". bars" 1fr "number bars" max-content "words bars" max-content ". bars" 1fr
      "digits digits" / 2fr 3fr; }
  .st-key-answer [data-testid="stCode"] code { font-size: min(2.6rem, .1 * var(--pad-side)); }
}
"""


def show(state: CanvasState, number: Number) -> None:
    """The number to copy, its digits to choose, and the ten bars of the chosen one."""
    if not number.is_finite:
        answer.show_hint(answer.NO_NUMBERS)
        return

    def choose(click: clickable.Click) -> None:
        state.chosen_digit = int(click.part)

    st.code(number.text, language=None)
    words = html.escape(number_module.words(number))
    read = html.escape(number.text)
    st.html(f'<div class="number-words" data-read="{read}">{words}</div>')
    which = number_module.chosen(state, number.parts)
    clickable.show(_row_html(number, which), KEY, choose)
    probabilities = number.probabilities[which]
    image = number.parts.digits[which].image
    listed = ", ".join(f"{d}: {answer.percent(p)}" for d, p in enumerate(probabilities))
    alt = html.escape(f"Probability of each digit for digit {which + 1}. {listed}.")
    bars = answer.bars_html(probabilities, alt, answer.digit_read(probabilities, image))
    st.html(f'<div class="answer">{bars}</div>')


def _row_html(number: Number, which: int) -> str:
    parts = []
    for one, digit in number.characters():
        if one == "\n":
            parts.append('<span class="row"></span>')
        elif digit is None:
            parts.append(f'<figure class="sign">{one}</figure>')
        else:
            parts.append(_figure_html(number, one, digit, digit == which))
    return f'<div class="digits">{"".join(parts)}</div>'


def _figure_html(number, character, digit, is_chosen) -> str:
    probability = answer.percent(number.probabilities[digit].max())
    name = "no digit" if character == number_module.UNKNOWN else f"a {character}"
    alt = html.escape(f"Digit {digit + 1}: {name}, {probability}", quote=True)
    source = answer.data_url(number.parts.digits[digit].image)
    css_class = ' class="chosen"' if is_chosen else ""
    return (
        f'<figure{css_class}><img data-click="{digit}" alt="{alt}" src="{source}">'
        f"<b>{character}</b> {html.escape(probability)}</figure>"
    )


def show_boxes(parts: Reading, which: int, picture: np.ndarray) -> None:
    """A frame around each digit, over the canvas."""
    height, width = picture.shape
    frames = []
    for digit, part in enumerate(parts.digits):
        left, top, right, bottom = part.box
        place = {"left": left / width, "top": top / height,
                 "width": (right - left) / width, "height": (bottom - top) / height}  # fmt: skip
        css = ";".join(f"{name}:{100 * share:.2f}%" for name, share in place.items())
        frames.append(f'<i style="{css}"{" class=chosen" if digit == which else ""}></i>')
    st.html(f'<div class="boxes" aria-hidden="true">{"".join(frames)}</div>')


def way_inside(state: CanvasState, parts: Reading | None) -> Callable[[Run], None] | None:
    """What goes to Inside with the chosen digit; None where there is no number."""
    if parts is None:
        return None
    which = number_module.chosen(state, parts)
    text = " ".join(parts.text.split("\n"))
    return lambda model: inside_link.open_sent_image(
        model, parts.digits[which].image, f"Digit {which + 1} of the number {text}", None
    )
