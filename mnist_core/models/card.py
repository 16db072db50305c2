"""What is known of a model: what it learned from, how well, with what versions."""

import json
import math
import platform
import reprlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path

from mnist_core.config import validation
from mnist_core.config.schema import Experiment
from mnist_core.data.types import Dataset
from mnist_core.network import summary

VERSION = "0.1.0"  # of mnist_core, as pyproject.toml has it
MAX_TEXT = 200  # characters of any text in a stranger's card
MAX_NUMBER = 1e15
MAX_FIELDS = 50  # of an object in it, or entries of a list
MAX_NOTE = 1000  # characters of a text in what it says about its training
MAX_EPOCHS = 10_000  # rows of a stranger's curves; a run has 200, a continued one more


def make_card(
    name: str,
    experiment: Experiment,
    dataset: Dataset,
    epochs: list[dict],
    test: dict | None,
    seconds: float,
    state: str,
) -> dict:
    """The card of a model, ready for JSON.

    Args:
        epochs: a dict of figures per full epoch.
        test: {"loss", "accuracy", "images"}, or None before it is tested.
        seconds: it took to train.
        state: of its run.
    """
    return {
        "name": name,
        "experiment": validation.to_dict(experiment),
        "data": {
            "name": dataset.name,
            "checksum": dataset.checksum,
            "source": _source(dataset),
        },
        "curves": epochs,
        "test": test,
        "parameters": summary.parameter_count(experiment.network),
        "versions": _versions(),
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "state": state,
    }


def _source(dataset: Dataset) -> str:
    """The data's file; a card travels, so the folder stays private."""
    return "".join(filter(str.isprintable, Path(dataset.source).name))[:MAX_TEXT]


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in ("tensorflow", "keras")}
    return {"python": platform.python_version(), **packages, "mnist_core": VERSION}


def learned_from_drawings(card: dict) -> bool:
    """Whether a model learned from more than its experiment's data set, as the reader did."""
    about = card.get("about")
    return isinstance(about, dict) and bool(about.get("sources"))


def read_card(text: str | bytes) -> dict:
    """A kept card, each field of its type and size; what it lacks, as earlier versions', is empty.

    Its experiment is not looked at, nor what that decides.

    Raises:
        ValueError: names the field, what was expected and what came.
    """
    plain = _parse(text)
    return _EMPTY | plain | _checked(plain, plain.keys() & (_FIELDS | _OPTIONAL).keys())


def validate_card(text: str | bytes, experiment: Experiment) -> dict:
    """A stranger's card with only the fields of a card, each of its type and size.

    Args:
        experiment: that of the model; what the card says of it is left out.

    Raises:
        ValueError: names the field, what was expected and what came.
    """
    plain = _parse(text)
    return _checked(plain, [*_FIELDS, *(plain.keys() & _OPTIONAL.keys())]) | {
        "experiment": validation.to_dict(experiment),
        "parameters": summary.parameter_count(experiment.network),
    }


def _parse(text) -> dict:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"card.json must be JSON, and can't be read: {error}.") from None
    return _dict_of(lambda where, value: value)("card.json", plain)


def _checked(plain, keys) -> dict:
    checks = _FIELDS | _OPTIONAL
    return {key: checks[key](f"card.json: {key}", plain.get(key)) for key in keys}


def _text(where, value, most: int = MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise ValueError(f"{where} must be a text of up to {most} characters.")
    return value


def _number(where, value, least=0, most=MAX_NUMBER, kinds=(int, float)) -> float | int:
    if type(value) not in kinds or not least <= value <= most:  # nor NaN
        limits = f"from {least:g}" + f" to {most:g}" * (most < MAX_NUMBER)
        whole = "whole " * (kinds == (int,))
        raise ValueError(f"{where} must be a {whole}number {limits}. Received: {_shortened(value)}")
    return value


def _figure(where, value) -> float | int:
    """A number; a loss may also be NaN or infinite, as a training that diverged leaves it."""
    if type(value) is float and not math.isfinite(value) and where.endswith("loss"):
        return value
    if where.endswith("accuracy"):
        return _number(where, value, most=1)
    if where.endswith((".epoch", ".step", ".images")):
        return _number(where, value, kinds=(int,))
    return _number(where, value)


def _shortened(value) -> str:
    """The beginning of what came; not by `str`: an integer may have too many digits for it."""
    return reprlib.repr(value)[:60]


def _looks(where, value) -> int:
    if type(value) is not int or value not in (1, 2):
        raise ValueError(f"{where} must be 1 or 2. Received: {_shortened(value)}")
    return value


def _about(where, value, depth: int = 4):
    """What is told of a training: objects and lists, a few deep, of texts and numbers."""
    if isinstance(value, dict) and depth:
        return _dict_of(partial(_about, depth=depth - 1))(where, value)
    if isinstance(value, list) and depth and len(value) <= MAX_FIELDS:
        return [_about(f"{where}[{i}]", entry, depth - 1) for i, entry in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return _text(where, value, MAX_NOTE)
    return _number(where, value, -MAX_NUMBER)


def _dict_of(check: Callable, required=()) -> Callable:
    def check_dict(where, value):
        if not isinstance(value, dict) or len(value) > MAX_FIELDS:
            raise ValueError(f"{where} must be an object with named values, at most {MAX_FIELDS}.")
        fields = {_text(where, key): check(f"{where}.{key[:40]}", v) for key, v in value.items()}
        missing = [key for key in required if key not in fields]
        if missing:
            raise ValueError(f"{where} must hold {missing[0]!r}, and doesn't.")
        return fields

    return check_dict


def _curves(where, value) -> list[dict]:
    if not isinstance(value, list) or len(value) > MAX_EPOCHS:
        raise ValueError(f"{where} must be a list of at most {MAX_EPOCHS} epochs.")
    check = _dict_of(_figure, required=("epoch", "step", "loss", "accuracy"))
    return [check(f"{where}[{i}]", epoch) for i, epoch in enumerate(value)]


def _test(where, value) -> dict | None:
    check = _dict_of(_figure, required=("loss", "accuracy", "images"))
    return None if value is None else check(where, value)


_FIELDS = {
    "name": _text,
    "data": _dict_of(_text),
    "curves": _curves,
    "test": _test,
    "versions": _dict_of(_text),
    "made": _text,
    "seconds": _number,
    "state": _text,
}
_EMPTY = {"curves": [], "test": None, "made": "", "seconds": None}
_OPTIONAL = {
    "looks": _looks,  # test-time views; see `prediction.Classifier`
    "about": _about,  # the reader's; see `pretrained.reader_card`
}
