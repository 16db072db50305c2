"""What a run's events may hold, and a line of events.jsonl -> an event.

    status  state, sentence
    start   first_step, total_steps, steps_per_epoch, first_epoch, epochs, parameters
    steps   epoch, first, every; loss, accuracy: a value for each `every` steps from `first` on
    epoch   epoch, step, loss, accuracy, seconds, and val_loss, val_accuracy where it is validated
    test    loss, accuracy, images

A file may be damaged, or written by an older version: what is read here has what those who use it
count on, or else is an event of the kind DAMAGED, without anything.
"""

import json

DAMAGED = "damaged"
MAX_COUNT = 10**15  # of any number that counts something


def parse(line: bytes) -> dict:
    """The event on a line."""
    try:
        event = json.loads(line)
        return _checked(event)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"kind": DAMAGED}


def _checked(event: dict) -> dict:
    kind = event["kind"]
    if not isinstance(kind, str):
        raise ValueError(kind)
    event = _DEFAULTS.get(kind, {}) | event
    for name, fits in _FIELDS.get(kind, {}).items():
        if not fits(event[name]):
            raise ValueError(name)
    if kind == "steps" and len(event["loss"]) != len(event["accuracy"]):
        raise ValueError("loss")
    if kind == "epoch":
        _check_figures(event)
    return event


def _check_figures(event) -> None:
    """The figures that an epoch need not have: numbers if they are there, and both or neither."""
    for name in ("val_loss", "val_accuracy", "seconds", "learning_rate"):
        if name in event and not _is_number(event[name]):
            raise ValueError(name)
    if ("val_loss" in event) != ("val_accuracy" in event):
        raise ValueError("val_loss")


def _is_count(value) -> bool:
    return type(value) is int and 0 <= value < MAX_COUNT


def _is_number(value) -> bool:
    """Also one that is none: the loss of a training that went wrong."""
    return type(value) in (int, float)


def _are_numbers(values) -> bool:
    return isinstance(values, list) and all(map(_is_number, values))


def _is_text(value) -> bool:
    return isinstance(value, str)


_FIELDS = {
    "status": {"state": _is_text, "sentence": _is_text},
    "start": dict.fromkeys(
        ("first_step", "total_steps", "steps_per_epoch", "first_epoch", "epochs"), _is_count
    ),
    "steps": {
        "epoch": _is_count, "first": _is_count, "every": _is_count,
        "loss": _are_numbers, "accuracy": _are_numbers,
    },
    "epoch": {"epoch": _is_count, "step": _is_count, "loss": _is_number, "accuracy": _is_number},
    "test": {"loss": _is_number, "accuracy": _is_number, "images": _is_count},
}  # fmt: skip
_DEFAULTS = {  # what versions before this one left out
    "status": {"sentence": ""},
    "start": {"first_epoch": 1, "epochs": 1},
    "steps": {"epoch": 1},
}
