"""Who writes the built-in digits: writers with a random style."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from mnist_core.config.options import option
from mnist_core.data.glyphs import forms_of

MAX_CONTROLS = 30  # of any form
USUAL_FORM_SHARE = 0.85  # how often people write their usual form


@dataclass(frozen=True)
class WritingStyle:
    """What stays the same in all that one person writes. Lengths are in digit heights."""

    slant: float = option(0.15, "Leaning to the right; below 0, to the left.", limits=(-1.0, 1.2))
    aspect: float = option(0.72, "Width through height.", limits=(0.3, 1.6))
    turn: float = option(0.0, "The whole digit turned.", limits=(-0.5, 0.5), unit="radians")
    top: float = option(
        0.0, "Below 0 the upper half is large, above 0 the lower half.", limits=(-0.6, 0.6)
    )
    side: float = option(
        0.0, "Below 0 the left half is wide, above 0 the right half.", limits=(-0.6, 0.6)
    )
    roundness: float = option(0.3, "How far corners are cut.", limits=(0.0, 1.0))
    speed: float = option(
        0.3, "Fast strokes run past their end and bend on the way.", limits=(0.0, 1.0)
    )
    tremor: float = option(0.004, "How much the hand shakes.", limits=(0.0, 0.04))
    joins: float = option(0.02, "How far strokes miss each other.", limits=(0.0, 0.12))
    pen: float = option(0.115, "Width of the line.", limits=(0.034, 0.3))
    wildness: float = option(
        1.0, "How much one digit differs from the next by the same hand.", limits=(0.0, 3.0)
    )


STYLE_FIELDS = tuple(WritingStyle.__dataclass_fields__)


class Writer(NamedTuple):
    """A person: a style, the form they prefer of each digit, and how they always bend it."""

    style: WritingStyle
    usual_forms: np.ndarray  # int (10,)
    habits: np.ndarray  # float64 (10, MAX_CONTROLS, 2): how control points always stray


@lru_cache(maxsize=4000)
def writer(seed: int, number: int) -> Writer:
    """A random person: the same seed and number give the same one."""
    rng = np.random.default_rng([seed, 0, number])
    normal = rng.normal
    style = WritingStyle(
        slant=float(np.clip(normal(0.16, 0.24), -0.6, 1.0)),
        aspect=float(np.clip(0.74 * np.exp(normal(0, 0.26)), 0.38, 1.5)),
        turn=float(normal(0, 0.07)),
        top=float(np.clip(normal(0, 0.18), -0.5, 0.5)),
        side=float(np.clip(normal(0, 0.12), -0.5, 0.5)),
        roundness=float(rng.beta(1.2, 1.8)),
        speed=float(rng.beta(1.2, 2.5)),
        tremor=float(np.clip(0.004 * np.exp(normal(0, 0.7)), 0, 0.04)),
        joins=float(np.clip(0.025 * np.exp(normal(0, 0.5)), 0, 0.12)),
        pen=float(np.clip(0.12 * np.exp(normal(0, 0.38)), 0.036, 0.29)),
        wildness=float(np.clip(np.exp(normal(0, 0.3)), 0, 3)),
    )
    usual_forms = np.array([_random_form(digit, rng) for digit in range(10)])
    return Writer(style, usual_forms, normal(0, 0.05, (10, MAX_CONTROLS, 2)))


def style_values(style: WritingStyle) -> list[float]:
    """The numbers of a style, in the order of STYLE_FIELDS."""
    return [getattr(style, name) for name in STYLE_FIELDS]


def choose_form(author: Writer, digit: int, rng: np.random.Generator) -> int:
    """Which form of a digit they write this time: nearly always their usual one."""
    if rng.random() < USUAL_FORM_SHARE:
        return int(author.usual_forms[digit])
    return _random_form(digit, rng)


def _random_form(digit, rng) -> int:
    return int(np.searchsorted(_cumulative_shares(int(digit)), rng.random()))


@cache
def _cumulative_shares(digit):
    return np.cumsum([share for _, share in forms_of(digit)])[:-1]
