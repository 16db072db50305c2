"""What a run's events may hold, and a line of events.jsonl -> an event.

    status  state, sentence
    start   first_step, total_steps, steps_per_epoch, first_epoch, epochs, parameters, time
    steps   epoch, first, every; loss, accuracy: a value for each `every` steps from `first` on;
            time, and seconds_left, None while there is no pace yet
    epoch   epoch, step, loss, accuracy, seconds, and val_loss, val_accuracy where it is validated
    check   while a network learns a hand: step, mnist_loss, mnist_accuracy, and where some of that
            person's drawings are held back, own_loss and own_accuracy on these
    adapted what came of that: sentence, drawings, held_back, doubtful, data, mnist_before,
            mnist_after, and where drawings were held back, own_before and own_after
    test    loss, accuracy, images, and constant_layer (a name or "") where it only guesses

A file may be damaged, or written by an older version. What `parse` returns has at least these
fields, each of its type, or it is an event of the kind DAMAGED without any.
"""

import json
import math

DAMAGED = "damaged"
MAX_COUNT = 10**12  # of any number that counts something
MAX_LOSS = 3.5e38  # a little above float32's largest number


def parse(line: bytes) -> dict:
    """The event on a line."""
    try:
        return _validated(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"kind": DAMAGED}


def _validated(event: dict) -> dict:
    kind = event["kind"]
    if not isinstance(kind, str):
        raise ValueError(kind)
    event = _DEFAULTS.get(kind, {}) | event
    checks = _REQUIRED.get(kind, {})
    optional = _OPTIONAL.get(kind, {})
    checks = checks | {name: check for name, check in optional.items() if name in event}
    for name, is_valid in checks.items():
        if not is_valid(event[name]):
            raise ValueError(name)
    if kind == "steps" and len(event["loss"]) != len(event["accuracy"]):
        raise ValueError("loss")
    if kind == "epoch" and ("val_loss" in event) != ("val_accuracy" in event):
        raise ValueError("val_loss")
    if kind == "check" and ("own_loss" in event) != ("own_accuracy" in event):
        raise ValueError("own_loss")
    return event


def _is_count(value) -> bool:
    return type(value) is int and 0 <= value < MAX_COUNT


def _is_number(value) -> bool:
    """NaN and infinities too: the loss of a training that diverged."""
    if type(value) is float:
        return abs(value) < MAX_LOSS or not math.isfinite(value)
    return type(value) is int and abs(value) < MAX_COUNT


def _is_accuracy(value) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def _is_time_left(value) -> bool:
    return value is None or (_is_number(value) and math.isfinite(value))


def _are(is_valid):
    return lambda values: isinstance(values, list) and all(map(is_valid, values))


def _is_text(value) -> bool:
    return isinstance(value, str)


_REQUIRED = {
    "status": {"state": _is_text, "sentence": _is_text},
    "start": dict.fromkeys(
        ("first_step", "total_steps", "steps_per_epoch", "first_epoch", "epochs"), _is_count
    ),
    "steps": {
        "epoch": _is_count, "first": _is_count, "every": _is_count,
        "loss": _are(_is_number), "accuracy": _are(_is_accuracy),
    },
    "epoch": {"epoch": _is_count, "step": _is_count, "loss": _is_number, "accuracy": _is_accuracy},
    "check": {"step": _is_count, "mnist_loss": _is_number, "mnist_accuracy": _is_accuracy},
    "adapted": {
        "sentence": _is_text, "data": _is_text,
        **dict.fromkeys(("drawings", "held_back", "doubtful"), _is_count),
        **dict.fromkeys(("mnist_before", "mnist_after"), _is_accuracy),
    },
    "test": {"loss": _is_number, "accuracy": _is_accuracy, "images": _is_count},
}  # fmt: skip
_OPTIONAL = {
    "start": {"time": _is_number},
    "steps": {"time": _is_number, "seconds_left": _is_time_left},
    "epoch": {
        "val_loss": _is_number,
        "val_accuracy": _is_accuracy,
        "seconds": _is_number,
        "learning_rate": _is_number,
    },
    "check": {"own_loss": _is_number, "own_accuracy": _is_accuracy},
    "adapted": {"own_before": _is_accuracy, "own_after": _is_accuracy},
    "test": {"constant_layer": _is_text},
}
_DEFAULTS = {  # what earlier versions left out
    "status": {"sentence": ""},
    "start": {"first_epoch": 1, "epochs": 1},
    "steps": {"epoch": 1},
}
