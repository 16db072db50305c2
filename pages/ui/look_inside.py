"""The way from a picture on any page to the Inside page."""

import numpy as np

from pages.ui import digit_set, entry
from pages.ui.session import Given, session

PAGE = "pages/inside.py"
DRAWING, OF_A_SET, GIVEN = "My drawing", "A digit of a set", "Sent here"  # as links say it


def open_drawing(model: str) -> None:
    """Go to Inside with what is on the canvas."""
    entry.go(PAGE, {"model": model})


def open_image(model: str, name: str, part: str, number: int) -> None:
    """Go to Inside with an image of a data set.

    Args:
        name: "mnist" or "built-in".
        part: "train" or "test".
        number: which image, from 0.
    """
    where = {"look_at": OF_A_SET, **digit_set.query(name, part), "number": str(number)}
    entry.go(PAGE, {"model": model} | where)


def open_given(model: str, image: np.ndarray, words: str) -> None:
    """Go to Inside with any other image: uint8 (28, 28)."""
    session().given = Given(image, words)
    entry.go(PAGE, {"model": model, "look_at": GIVEN})
