"""What a network reads, as HTML.

Plain HTML and not charts: it changes with each stroke, and a Plotly chart blinks when it does.
"""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.prediction import NOT_SURE_BELOW

HINT = "Draw a digit, 0 to 9."
NO_NUMBERS = "This network answers with no numbers: its training went wrong."
LOADING = "Loading the network… keep drawing."

STYLE = """
.answer { display: flex; flex-direction: column; gap: .9rem; }
.answer-digit { font-size: 10rem; line-height: .85; font-weight: 700; }
.answer-digit.unsure { opacity: .45; }
.answer-hint { font-size: 1.9rem; line-height: 1.2; font-weight: 600; }
.answer-words { margin-top: .7rem; min-height: 1.6em; }
.answer-head { min-height: 11.5rem; display: flex; flex-direction: column;
  justify-content: end; }
.beside { display: flex; align-items: center; gap: .8rem; line-height: 1.3; min-height: 3.4rem; }
.beside b { font-size: 3rem; line-height: 1; min-width: .65em; }
.beside b.unsure { opacity: .45; }
.bars { display: grid; grid-template-columns: 1ch 1fr 3.2em; gap: .28rem .6rem; width: 100%;
  align-items: center; font-variant-numeric: tabular-nums; max-width: 26rem; }
.bars i { display: block; height: 1.05rem; border-radius: 3px;
  background: color-mix(in srgb, currentColor 9%, transparent); }
.bars b { display: block; height: 100%; border-radius: 3px; min-width: 1px;
  background: color-mix(in srgb, currentColor 38%, transparent); }
.bars span { line-height: 1.3; opacity: .75; }
.bars .best { font-weight: 700; opacity: 1; }
.bars .best b { background: #2f86e0; }
.bars span:nth-child(3n) { text-align: right; font-size: .85rem; }
.seen { width: 252px; max-width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  background: #000; border-radius: 6px; display: block; }
.steps { display: grid; gap: .7rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.steps figure { display: flex; align-items: center; gap: .9rem; margin: 0; }
.steps img { width: 112px; height: 112px; object-fit: contain; image-rendering: pixelated;
  background: #000; border-radius: 4px; flex: none; }
@media (max-width: 640px) {
  .answer { flex-direction: row; align-items: center; gap: 1rem; }
  .answer-head { width: 6.6rem; flex: none; min-height: 12rem; justify-content: center; }
  .answer-digit { font-size: 8rem; }
  .answer-hint { font-size: 1.35rem; }
  .bars { gap: .1rem .5rem; }
  .bars i { height: .8rem; }
}
"""


def show_hint(sentence: str) -> None:
    """A sentence where the digit would be, and empty bars, so that nothing jumps later."""
    bars = _bars(np.zeros(10), "Ten empty bars, one for each digit.")
    _show(f'<div class="answer-hint">{sentence}</div>', bars)


def show_answer(probabilities: np.ndarray) -> None:
    """The digit read, how sure the network is, and the ten probabilities.

    Args:
        probabilities: float (10,), sum 1.
    """
    if not np.isfinite(probabilities).all():
        show_hint(NO_NUMBERS)
        return
    first, second = np.argsort(probabilities)[:-3:-1]
    sure = probabilities[first] >= NOT_SURE_BELOW
    confidence = f"{percent(probabilities[first])} sure" if sure else f"Not sure. Or {second}?"
    listed = ", ".join(f"{d}: {percent(p)}" for d, p in enumerate(probabilities))
    _show(
        f'<div class="answer-digit{"" if sure else " unsure"}">{first}</div>',
        _bars(probabilities, html.escape(f"Probability of each digit. {listed}.")),
        f'<div class="answer-words">{html.escape(confidence)}</div>',
    )


def second_opinion(name: str, probabilities: np.ndarray | None) -> None:
    """What another network reads, smaller; None while there is nothing to read.

    Args:
        probabilities: float (10,), sum 1.
    """
    if probabilities is None or not np.isfinite(probabilities).all():
        st.html(f'<div class="beside"><b>–</b><span>{name} reads it too</span></div>')
        return
    best = int(np.argmax(probabilities))
    sure = probabilities[best] >= NOT_SURE_BELOW
    confidence = f"{name} is {percent(probabilities[best])} sure" if sure else f"{name} is not sure"
    digit = f"<b{'' if sure else ' class=unsure'}>{best}</b>"
    st.html(f'<div class="beside">{digit}<span>{html.escape(confidence)}</span></div>')


def _show(headline, bars, confidence="") -> None:
    head = f'<div class="answer-head" aria-live="polite">{headline}{confidence}</div>'
    st.html(f'<div class="answer">{head}{bars}</div>')


def percent(probability: float) -> str:
    """A share in whole percent, but never 0 % or 100 %: softmax only rounds to them."""
    if probability < 0.005:
        return "<1 %"
    if probability >= 0.995:
        return ">99 %"
    return f"{probability:.0%}".replace("%", " %")


def _bars(probabilities, alt) -> str:
    best = int(np.argmax(probabilities)) if probabilities.any() else None
    rows = []
    for digit, probability in enumerate(probabilities):
        css_class = ' class="best"' if digit == best else ""
        share = html.escape(percent(probability))
        rows.append(
            f"<span{css_class}>{digit}</span>"
            f'<i{css_class}><b style="width:{100 * probability:.1f}%"></b></i>'
            f"<span{css_class}>{share if best is not None else ''}</span>"
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
