"""What one person of the built-in set wrote, and the hand they have."""

import html

import numpy as np
import streamlit as st

from mnist_core.data import browse, synthetic
from mnist_core.data.writers import writer
from pages.ui.choices import data_set
from pages.ui.data import pen_model, style_form
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile

STYLE = """
.hand { display: grid; gap: 1.1rem 2.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.hand b { font-variant-numeric: tabular-nums; }
.hand p { margin: .1rem 0 0; font-size: .875rem; line-height: 1.4; opacity: .75; }
.hand i { display: block; position: relative; height: .35rem; margin: .45rem 0 .4rem;
  border-radius: 1rem; background: color-mix(in srgb, currentColor 16%, transparent); }
.hand u { position: absolute; top: -.2rem; width: .75rem; height: .75rem; border-radius: 50%;
  margin-left: -.375rem; background: #2f86e0; }
"""
MNIST = (
    "Each of these writers is made up by dice. About 500 people wrote MNIST, but the file that"
    " Keras loads doesn't tell who wrote what: so here are only built-in digits."
)


def show() -> None:
    """The choice of a writer, their digits, and their hand in numbers."""
    st.caption(MNIST)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        number = st.number_input(
            "Writer", 0, synthetic.TEST_WRITERS.stop - 1, step=1, key="writer",
            bind="query-params", width=150,
        )  # fmt: skip
        st.button(
            "Another writer", key="another", icon=":material/casino:", on_click=_random_writer
        )
        st.button("Write with this hand", key="borrow", icon=":material/stylus_note:",
                  on_click=pen_model.use_writer, args=(number,),
                  help="Takes their numbers to the sliders of the pen model.")  # fmt: skip
    dataset = data_set.load("built-in")
    if dataset is None:
        return
    part = "train" if number in synthetic.TRAIN_WRITERS else "test"
    digits = getattr(dataset, part)
    found = np.flatnonzero(_who_wrote(dataset.checksum, part) == number)
    st.markdown(
        f"Writer {number} wrote **{len(found)}** digits of the built-in"
        f" {'training' if part == 'train' else 'test'} set. Compare one column: the same form"
        " comes again and again, and never twice the same."
    )
    columns = browse.group_by_label(digits.labels, found)
    gallery.columns(
        [str(digit) for digit in range(10)],
        [
            [Tile(digits.images[i], f"A {digit} by writer {number}.") for i in column]
            for digit, column in enumerate(columns)
        ],
    )
    _hand(number)


@st.cache_data(max_entries=4, show_spinner=False)
def _who_wrote(checksum: str, part: str) -> np.ndarray:
    """int64 (n,): the writer of each digit."""
    return synthetic.load()[part == "test"].writers


@st.cache_data(show_spinner=False)
def _all_hands(seed: int, count: int) -> np.ndarray:
    return browse.style_table(seed, range(count))


def _random_writer() -> None:
    dice = np.random.default_rng()
    st.session_state["writer"] = int(dice.integers(synthetic.TEST_WRITERS.stop))


def _hand(number: int) -> None:
    """Every number of a hand: where it lies between its limits, and among all writers."""
    hands = _all_hands(synthetic.SEED, synthetic.TEST_WRITERS.stop)
    hand = writer(synthetic.SEED, number).style
    st.markdown(f"**The hand of writer {number}**, in the numbers that the pen model goes by")
    entries = (
        _entry(option, getattr(hand, option.name), hands[:, column])
        for column, option in enumerate(style_form.OPTIONS)
    )
    st.html(f'<style>{STYLE}</style><div class="hand">{"".join(entries)}</div>')


def _entry(option, value: float, values: np.ndarray) -> str:
    low, high = option.limits
    at = 100 * min(max((value - low) / (high - low), 0), 1)
    rank = round(100 * browse.fraction_below(values, value))
    words = f"{option.help} In {rank} of 100 writers it is lower."
    head = f"{style_form.label(option)}: {style_form.format_value(option, value)}"
    return (
        f'<div><b>{html.escape(head)}</b><i aria-hidden="true"><u style="left:{at:.1f}%"></u></i>'
        f"<p>{html.escape(words)}</p></div>"
    )
