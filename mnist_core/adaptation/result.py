"""What came of learning a hand: figures before and after, and whether they are good enough."""

from typing import Any, NamedTuple

from mnist_core.config.labels import format_percent
from mnist_core.prediction import Classifier

MAX_FALL = 0.003  # of MNIST's accuracy: a model that lost more is not kept
FEWEST_TO_JUDGE = 5  # drawings held back, of which at least half must be read right
DIVERGED = "It was not kept: the loss stopped being a number."
NAMES = {"mnist": "MNIST's test set", "built-in": "the built-in test set"}


class Figures(NamedTuple):
    """Accuracies, 0 to 1."""

    drawings: float | None  # on drawings that were held back; None where there were none
    mnist: float  # on MNIST's test set, or the built-in digits' where MNIST is not there


class Adaptation(NamedTuple):
    """What came of learning a hand."""

    classifier: Classifier  # the new one; of a refused adaptation the one there was
    before: Figures
    after: Figures  # on the drawings held back: before these were learned from, too
    outcome: str  # "finished", "stopped", or "failed" where it was refused
    sentence: str  # what came of it, in words
    model: Any  # of Keras, the new weights; a refused one's too
    drawings: int  # that there were
    held_back: int  # of them
    doubtful: tuple[int, ...]  # drawings, by index, that the model was sure were other digits
    data: str  # "mnist" or "built-in": what stood for MNIST
    epoch: dict  # of its steps, for the card's curves
    test: dict  # loss, accuracy and images of MNIST's test set
    learning_seconds: float
    seconds: float  # with the test

    def figures(self) -> dict:
        """What is to be told of it, ready for JSON: no drawing is in it."""
        told = ("drawings", "held_back", "data")
        found = {name: getattr(self, name) for name in told} | {"doubtful": len(self.doubtful)}
        for when, one in (("before", self.before), ("after", self.after)):
            found[f"mnist_{when}"] = one.mnist
            if one.drawings is not None:
                found[f"own_{when}"] = one.drawings
        return found

    def event(self) -> dict:
        """As an event; see `runs.events`."""
        return {"kind": "adapted", "sentence": self.sentence} | self.figures()


def refusal(before: Figures, after: Figures, held_back: int) -> str:
    """Why the new model is not kept, in a sentence; empty where it is."""
    if before.mnist - after.mnist > MAX_FALL:
        return (
            "It was not kept: it would have forgotten"
            f" {100 * (before.mnist - after.mnist):.2f} points of MNIST. Are some of the drawings"
            " labelled wrong, or no digits?"
        )
    if after.drawings is None:
        return ""
    right, at_first = (round(held_back * one.drawings) for one in (after, before))
    if right < at_first:
        return (
            f"It was not kept: of {_held_back(held_back)} it read {at_first} before and only"
            f" {right} after. Are some of the drawings labelled wrong, or no digits?"
        )
    if held_back >= FEWEST_TO_JUDGE and after.drawings < 0.5:
        return (
            f"It was not kept: of {_held_back(held_back)} it read only {right} as labelled, even"
            " after learning the others. Are the labels right?"
        )
    return ""


def summary(before: Figures, after: Figures, drawings: int, held_back: int, data: str) -> str:
    """What came of a model that is kept, in sentences."""
    words = f"It learned from {_count(drawings)}."
    if held_back:
        right, at_first = (round(held_back * one.drawings) for one in (after, before))
        words += (
            f" Of {_held_back(held_back)} at first it read {at_first} before and {right} after."
        )
    else:
        words += " Too few of any digit to hold one back: how it reads others is not known."
    figures = " before, ".join(format_percent(one.mnist) for one in (before, after))
    words += f" {NAMES[data][0].upper()}{NAMES[data][1:]}: {figures} after."
    if data != "mnist":
        words += " MNIST is not on this computer: the built-in digits stood for it."
    return words


def doubt(doubtful: int, drawings: int) -> str:
    """What is to be said of drawings that the model was sure were other digits."""
    if not doubtful:
        return ""
    were = "was one" if doubtful == 1 else f"were {doubtful}"
    return (
        f"Among the {_count(drawings)} {were} that it was sure to be another digit: look whether"
        " the label is right."
    )


def _count(drawings: int) -> str:
    return "one drawing" if drawings == 1 else f"{drawings:,} drawings"


def _held_back(count: int) -> str:
    return "one drawing held back" if count == 1 else f"{count} drawings held back"
