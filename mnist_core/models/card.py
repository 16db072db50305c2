"""What is known of a model: what it learned from, how well, with what versions."""

import json
import math
import platform
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path

from mnist_core.config import validation
from mnist_core.config.schema import Experiment
from mnist_core.data.types import Dataset
from mnist_core.network import summary

VERSION = "0.1.0"  # of mnist_core, as pyproject.toml has it
MAX_TEXT = 200  # characters of any text in a stranger's card
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
            "source": Path(dataset.source).name,  # cards travel; a folder is nobody's business
        },
        "curves": epochs,
        "test": test,
        "parameters": summary.parameter_count(experiment.network),
        "versions": _versions(),
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "state": state,
    }


def _versions() -> dict[str, str]:
    found = {name: metadata.version(name) for name in ("tensorflow", "keras")}
    return {"python": platform.python_version(), **found, "mnist_core": VERSION}


def validate_card(text: str | bytes, experiment: Experiment) -> dict:
    """A stranger's card with only what a card holds, each value of its kind and size.

    Args:
        experiment: what the card is about; its own word on that isn't taken.

    Raises:
        ValueError: names the field, what was expected and what came.
    """
    try:
        plain = json.loads(text, parse_constant=lambda word: None)
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"card.json must be JSON. Received: {fault}") from None
    plain = _dict_of(_unchecked)("card.json", plain)
    card = {key: check(f"card.json: {key}", plain.get(key)) for key, check in _FIELDS.items()}
    card["experiment"] = validation.to_dict(experiment)
    card["parameters"] = summary.parameter_count(experiment.network)
    return card


def _unchecked(where, value):
    return value


def _text(where, value) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        raise ValueError(f"{where} must be a text of up to {MAX_TEXT} characters.")
    return value


def _number(where, value) -> float | int:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError(f"{where} must be a number. Received: {str(value)[:40]!r}")
    return value


def _dict_of(check: Callable) -> Callable:
    def check_all(where, value):
        if not isinstance(value, dict) or len(value) > 50:
            raise ValueError(f"{where} must be an object with named values, at most 50.")
        return {_text(where, key): check(f"{where}.{key[:40]}", v) for key, v in value.items()}

    return check_all


def _curves(where, value) -> list[dict]:
    if not isinstance(value, list) or len(value) > MAX_EPOCHS:
        raise ValueError(f"{where} must be a list of at most {MAX_EPOCHS} epochs.")
    found = [_dict_of(_number)(f"{where}[{i}]", row) for i, row in enumerate(value)]
    for i, row in enumerate(found):
        _require_keys(f"{where}[{i}]", row, ("epoch", "step", "loss", "accuracy"))
    return found


def _test(where, value) -> dict | None:
    if value is None:
        return None
    found = _dict_of(_number)(where, value)
    _require_keys(where, found, ("loss", "accuracy", "images"))
    return found


def _require_keys(where, found, keys) -> None:
    missing = [key for key in keys if key not in found]
    if missing:
        raise ValueError(f"{where} must hold {missing[0]!r}, and doesn't.")


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
