"""What a network reads, as HTML.

Plain HTML and not charts: it changes with each stroke, and a Plotly chart blinks when it does.
"""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.prediction import NONE_BELOW, NOT_SURE_BELOW, RUNNER_UP_FROM
from mnist_core.preprocess.dot import is_dot

HINT = "Draw a digit, 0 to 9."
REFUSED = "This can't be read."
NONE = "None of the ten"
DOT = "That is a dot. Draw a line with it."
NO_NUMBERS = "This network answers with no numbers: its training went wrong."

STYLE = """
.answer { --row: var(--answer-row, 1.6rem); --size: var(--answer-size, 9rem);
  display: flex; flex-direction: column; gap: .8rem; }
.answer-head { display: flex; align-items: end; gap: .3rem 1.2rem; flex-wrap: wrap;
  min-height: calc(.8 * var(--size)); }
.answer-digit { font-size: var(--size); line-height: .8; font-weight: 700; }
.answer-digit.unsure { opacity: .7; }
.answer-hint { font-size: 1.9rem; line-height: 1.2; font-weight: 600; }
.answer-words { line-height: 1.3; }
.answer-note { line-height: 1.3; font-size: .9rem; max-width: 30ch; }
.beside { display: flex; align-items: center; gap: .6rem; line-height: 1.3; min-height: 2.5rem; }
.beside b { font-size: 1.9rem; line-height: 1; }
.bars { display: grid; grid-template-columns: 1ch 1fr 3.2em; gap: 0 .6rem; width: 100%;
  grid-auto-rows: var(--row); align-items: center; font-variant-numeric: tabular-nums;
  max-width: var(--answer-width, 26rem); font-size: min(1rem, .8 * var(--row)); }
.bars i { display: block; height: calc(.65 * var(--row)); border-radius: 3px;
  background: color-mix(in srgb, currentColor 9%, transparent); }
.bars b { display: block; height: 100%; border-radius: 3px; min-width: 1px;
  background: color-mix(in srgb, currentColor 38%, transparent); }
.bars span { line-height: 1; opacity: .8; }
.bars .best { font-weight: 700; opacity: 1; }
.bars .best b { background: #2f86e0; }
.bars span:nth-child(3n) { text-align: right; font-size: .9em; }
.seen { width: 252px; max-width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  background: #000; border-radius: 6px; display: block; }
.steps { display: grid; gap: .7rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.steps figure { display: flex; align-items: center; gap: .9rem; margin: 0; }
.steps img { width: 112px; height: 112px; object-fit: contain; image-rendering: pixelated;
  background: #000; border-radius: 4px; flex: none; }
@media (max-width: 640px) {
  .answer { --row: 1rem; --size: 7rem; flex-direction: row; align-items: center; gap: 1rem; }
  .answer-head { width: 6.6rem; flex: none; min-height: 10rem; align-content: center; }
  .answer-hint { font-size: 1.35rem; }
}
"""


def show_hint(sentence: str) -> None:
    """A sentence where the digit would be, and empty bars, so that nothing jumps later."""
    bars = bars_html(np.zeros(10), "Ten empty bars, one for each digit.", best=None)
    _show(f'<div class="answer-hint">{sentence}</div>', bars)


def show_answer(probabilities: np.ndarray, image: np.ndarray, note: str = "") -> None:
    """The digit read, how sure the network is, and the ten probabilities.

    Args:
        probabilities: float (10,), sum 1.
        image: uint8 (28, 28), of which they are.
        note: a sentence more.
    """
    if not np.isfinite(probabilities).all():
        show_hint(NO_NUMBERS)
        return
    listed = ", ".join(f"{d}: {percent(p)}" for d, p in enumerate(probabilities))
    digit = digit_read(probabilities, image)
    bars = bars_html(probabilities, html.escape(f"Probability of each digit. {listed}."), digit)
    if digit is None:
        headline = f'<div class="answer-hint">{NONE}</div>'
        words = DOT if is_dot(image) else best_guess(probabilities)
    else:
        sure = probabilities[digit] >= NOT_SURE_BELOW
        headline = f'<div class="answer-digit{"" if sure else " unsure"}">{digit}</div>'
        words = f"{percent(probabilities[digit])} sure" if sure else doubt(probabilities)
    words = f'<div class="answer-words">{html.escape(words)}</div>'
    words += f'<div class="answer-note">{html.escape(note)}</div>' if note else ""
    _show(headline, bars, words, "" if digit is None else str(digit))


def digit_read(probabilities: np.ndarray, image: np.ndarray) -> int | None:
    """The digit that a network reads; None where it is none of the ten."""
    best = int(np.argmax(probabilities))
    return None if probabilities[best] < NONE_BELOW or is_dot(image) else best


def best_guess(probabilities: np.ndarray) -> str:
    """Why it is none of the ten."""
    best = int(np.argmax(probabilities))
    return f"The best guess, {best}, has only {percent(probabilities[best])}."


def doubt(probabilities: np.ndarray) -> str:
    """That the network isn't sure; with its second guess where that is one."""
    second = int(np.argsort(probabilities)[-2])
    runner_up = probabilities[second] >= RUNNER_UP_FROM
    return f"Not sure. Or {second}?" if runner_up else "Not sure."


def second_opinion(name: str, probabilities: np.ndarray, image: np.ndarray) -> None:
    """What another network reads, smaller.

    Args:
        probabilities: float (10,), sum 1.
        image: uint8 (28, 28), of which they are.
    """
    if not np.isfinite(probabilities).all():
        words = f"{name}: {NO_NUMBERS}"
    elif (digit := digit_read(probabilities, image)) is None:
        words = f"{name}: {NONE.lower()}"
    elif probabilities[digit] >= NOT_SURE_BELOW:
        words = f"{name} is {percent(probabilities[digit])} sure"
    else:
        words = f"{name} is not sure"
    number = f"<b>{digit}</b>" if np.isfinite(probabilities).all() and digit is not None else ""
    st.html(f'<div class="beside">{number}<span>{html.escape(words)}</span></div>')


def _show(headline, bars, words="", read="") -> None:
    head = f'<div class="answer-head" data-read="{read}">{headline}{words}</div>'
    st.html(f'<div class="answer">{head}{bars}</div>')


def percent(probability: float) -> str:
    """A share in whole percent, but never 0 % or 100 %: softmax only rounds to them."""
    if probability < 0.005:
        return "<1 %"
    if probability >= 0.995:
        return ">99 %"
    return f"{probability:.0%}".replace("%", " %")


def bars_html(probabilities: np.ndarray, alt: str, best: int | None) -> str:
    """Ten bars, as HTML; without their numbers where all are 0.

    Args:
        probabilities: float (10,). alt: says what they are. best: the digit that is marked.
    """
    rows = []
    for digit, probability in enumerate(probabilities):
        css_class = ' class="best"' if digit == best else ""
        share = html.escape(percent(probability)) if probabilities.any() else ""
        rows.append(
            f"<span{css_class}>{digit}</span>"
            f'<i{css_class}><b style="width:{100 * probability:.1f}%"></b></i>'
            f"<span{css_class}>{share}</span>"
        )
    return f'<div class="bars" role="img" aria-label="{alt}">{"".join(rows)}</div>'


def show_image(image: np.ndarray | None) -> None:
    """What the network sees, each pixel a sharp square. uint8 (28, 28), or None for nothing."""
    alt = "The 28 by 28 image that the network sees." if image is not None else "Nothing yet."
    image = np.zeros((28, 28), np.uint8) if image is None else image
    st.html(f'<img class="seen" alt="{alt}" src="{data_url(image)}">')


def show_steps(steps: list[tuple[str, np.ndarray]]) -> None:
    """How a picture became an image: a sentence and a uint8 (h, w) for each step."""
    cells = [
        f'<figure><img alt="After step {number}" src="{data_url(image)}">'
        f"<figcaption><b>{number}.</b> {sentence}</figcaption></figure>"
        for number, (sentence, image) in enumerate(steps, 1)
    ]
    st.html(f'<div class="steps">{"".join(cells) or "Draw something first."}</div>')


def data_url(image) -> str:
    """An image as a link that holds it: uint8 (h, w) -> data URL."""
    data = io.BytesIO()
    Image.fromarray(image).save(data, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
