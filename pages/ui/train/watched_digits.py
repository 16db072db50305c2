"""Your digit, and ten that must be learned, read by a run's weights of this moment."""

import contextlib
import functools
import html
import math

import numpy as np
import streamlit as st

from mnist_core.data import learning_order, loading
from mnist_core.network.inference import InferenceNetwork, to_input
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.preprocess import mnist_rule
from mnist_core.preprocess.foreground import BlankPictureError
from mnist_core.runs import live_weights
from pages.ui.app import errors, style
from pages.ui.choices.loader import sample_loader
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.widgets import answer, canvas

STYLE = """
.st-key-yours { --pad-side: 11.5rem; gap: .5rem 1rem; }
.st-key-your_pad { gap: .4rem; }
.st-key-your_pad .st-key-pen button { padding: 0 .6rem; min-height: 2rem; }
.your_answer { --row: 1.05rem; min-height: 11.5rem; display: flex; flex-direction: column;
  justify-content: space-between; gap: .4rem; }
.your_answer p { margin: 0; line-height: 1.35; min-height: 2.7em; }
.watched { display: grid; grid-template-columns: repeat(5, 1fr); gap: .4rem; }
.watched figure { margin: 0; text-align: center; line-height: 1.3; }
.watched figcaption { font-size: .85rem; }
.watched img { width: 100%; max-width: 64px; image-rendering: pixelated; border-radius: 6px;
  background: #000; border: 3px solid transparent; }
.watched .right img { border-color: #2f86e0; }
.watched .wrong img { border-color: #e8820c; }
"""
BEFORE = "They are read as soon as the training has begun."
NO_DRAWING = "Draw a digit: it is read here while the network learns."


def show(follower: RunFollower) -> None:
    """The digits, read again about every second as long as the run trains."""
    style.beside(canvas.STYLE + answer.STYLE + STYLE)
    st.markdown("**Your digit while it learns**")
    sample_loader().start()
    follower.watched = True
    interval = None if follower.has_ended() else follower.poll_interval()
    st.fragment(_tick, run_every=interval)(follower)


@errors.guard
def _tick(follower: RunFollower) -> None:
    network, step = current_network(follower)
    with st.container(key="yours", horizontal=True):
        with st.container(key="your_pad", width="content"):
            drawing = _image(canvas.show(current_session(), choose_pen=False))
        with st.container(width="stretch"):
            _show_drawing(follower, network, step, drawing)
    if network is not None:
        _show_ten(network, follower)


def current_network(follower: RunFollower) -> tuple[InferenceNetwork | None, int]:
    """The network of this moment and its steps: while it doesn't train, that of its last epoch."""
    with contextlib.suppress(ValueError, OSError):  # none yet, or none that can be read
        live = live_weights.read(follower.run)
        if live is not None:
            return live
        return Classifier.load(follower.run).network, follower.completed_steps()
    return None, 0


def _image(picture: np.ndarray) -> np.ndarray | None:
    """What the network sees of the canvas: uint8 (28, 28); None where it is empty."""
    try:
        return mnist_rule.to_mnist(picture)
    except BlankPictureError:
        return None


def _show_drawing(follower, network, step, drawing: np.ndarray | None) -> None:
    probabilities, best = np.zeros(10), None
    if drawing is None:
        words = NO_DRAWING
    elif network is None:
        words = BEFORE
    else:
        probabilities, image = network.output(to_input(drawing[None]))[0], drawing.tobytes()
        best = int(np.argmax(probabilities))
        moment = moment_text(step, follower.curves().steps_per_epoch)
        before = follower.mistake[1] if follower.mistake[0] == image else ""
        words, mistake = sentence(probabilities, meant_digit(image), moment, before)
        follower.mistake = image, mistake
    bars = answer.bars_html(np.nan_to_num(probabilities), "Its ten probabilities.", best)
    st.html(f'<div class="your_answer">{bars}<p>{words}</p></div>')


@functools.lru_cache(maxsize=100)
def meant_digit(image: bytes) -> int | None:
    """Which digit a drawing is, as the reader takes it; None where it isn't sure.

    Args:
        image: the bytes of a uint8 (28, 28).
    """
    images = np.frombuffer(image, np.uint8).reshape(1, 28, 28)
    probabilities = Classifier.load().probabilities(images)[0]
    best = int(probabilities.argmax())
    return best if probabilities[best] >= NOT_SURE_BELOW else None


def moment_text(step: int, steps_per_epoch: int) -> str:
    """When this is: "Epoch 1, 12 %", so much of that epoch's steps."""
    epoch = math.ceil(max(1, step) / steps_per_epoch)
    return f"Epoch {epoch}, {100 * (step / steps_per_epoch - epoch + 1):.0f} %"


def sentence(
    probabilities: np.ndarray, meant: int | None, moment: str, before: str = ""
) -> tuple[str, str]:
    """What the network takes a drawing for, as HTML, and what it took it for when last wrong.

    Args:
        probabilities: float (10,).
        meant: the digit that it is; None: not known.
        moment: when this is.
        before: what it took this drawing for when it was last wrong; empty: never.
    """
    if not np.isfinite(probabilities).all():
        return answer.NO_NUMBERS, before
    best = int(np.argmax(probabilities))
    sure = html.escape(answer.percent(probabilities[best]))
    if meant is None:
        return f"{moment}: reads {_a(best)}, {sure} sure.", before
    if best != meant:
        words = "{}: {} your {} for {}."
        past = words.format(moment, "took", meant, _a(best))
        return f"<b>{words.format(moment, 'takes', meant, _a(best))}</b>", past
    if before:
        return f"{before}<br><b>Now {best}, {sure}.</b>", before
    return f"<b>{moment}: reads your {meant}, {sure} sure.</b>", ""


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _show_ten(network: InferenceNetwork, follower: RunFollower) -> None:
    if not sample_loader().ready():
        return
    data = follower.run.experiment().data
    try:
        images, labels = learning_order.ten_digits(data, loading.load(data).test)
    except (ValueError, OSError):  # the training itself says what is wrong with them
        return
    read = network.output(to_input(images)).argmax(1)
    cells = [
        f'<figure class="{"right" if label == answered else "wrong"}">'
        f'<img alt="A {label}" src="{answer.data_url(image)}"><figcaption>'
        f"{f'{label} ✓' if label == answered else f'takes for {answered}'}</figcaption></figure>"
        for image, label, answered in zip(images, labels, read, strict=True)
    ]
    st.markdown(
        f"**Ten it must learn**: {(read == labels).sum()} right", help="Test images: it never"
        " trains on them. Small networks learn them one after the other, from the first to the"
        " last.",
    )  # fmt: skip
    st.html(f'<div class="watched">{"".join(cells)}</div>')
