"""Ten digits as a recipe's augmentation changes them."""

import contextlib
import functools

import numpy as np
import streamlit as st

from mnist_core.config.schema import Augmentation
from mnist_core.data import loading, synthesis
from mnist_core.training.augmented_digits import augmented_digits
from pages.ui.choices import samples
from pages.ui.choices.loader import sample_loader
from pages.ui.widgets import answer

SEED = 0
STYLE = """
.augmented { display: grid; grid-template-columns: repeat(5, 1fr); gap: .3rem; }
.augmented img { width: 100%; image-rendering: pixelated; border-radius: 4px; background: #000; }
"""


def show(augmentation: Augmentation) -> None:
    """The digits, and what they are."""
    changed = augmented_digits(_digits(), augmentation, SEED)
    pictures = "".join(
        f'<img alt="A {digit}, changed" src="{answer.data_url(image)}">'
        for digit, image in enumerate(changed)
    )
    st.caption(
        "As they are: nothing is changed yet."
        if augmentation == Augmentation()
        else "One way in which it may see them; each time it is another."
    )
    st.html(f'<style>{STYLE}</style><div class="augmented">{pictures}</div>')


def _digits() -> np.ndarray:
    """One of each digit: people's if they are loaded, else written by the program."""
    if sample_loader().ready():
        with contextlib.suppress(ValueError, OSError):  # Start says what is wrong with them
            digits = loading.load(loading.best_available()).train
            return np.stack(samples.ten_digits(digits, SEED))
    return _written_digits()


@functools.cache
def _written_digits() -> np.ndarray:
    images, labels, _ = synthesis.synthesize(10, SEED)
    return images[np.argsort(labels)]
