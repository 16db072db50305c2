"""What may have become of a small file that a run keeps, its fields and a record's events."""

import json
import os

DEEP = "[" * 100_000
VALUES = [None, True, -1, 5, 10**400, 1e400, float("nan"), "x", "", [], [1], {}, {"loss": 1}]
_STEPS = {"kind": "steps", "epoch": 1, "first": 1, "every": 1, "loss": [2.0], "accuracy": [0.1]}
_EPOCH = {"kind": "epoch", "epoch": 1, "step": 1, "loss": 2.0, "accuracy": 0.1}
_START = {"kind": "start", "first_step": 1, "total_steps": 9, "steps_per_epoch": 3}
_TEST = {"kind": "test", "loss": 2.0, "accuracy": 0.1, "images": 10}
EVENTS = {  # figures that no training has
    "a loss above all of float32": _EPOCH | {"loss": 1e308},
    "a step's loss above all of float32": _STEPS | {"loss": [-1e308]},
    "a whole number for a loss, without end": _TEST | {"loss": 10**400},
    "an accuracy of 5": _EPOCH | {"accuracy": 5},
    "a step's accuracy of 5": _STEPS | {"accuracy": [5.0]},
    "a test's accuracy below 0": _TEST | {"accuracy": -0.1},
    "an accuracy that is no number": _TEST | {"accuracy": float("nan")},
    "a validation's accuracy of 5": _EPOCH | {"val_loss": 0.1, "val_accuracy": 5},
    "epoch -3": _EPOCH | {"epoch": -3},
    "step 10**30": _EPOCH | {"step": 10**30},
    "points 10**13 steps apart": _STEPS | {"every": 10**13},
    "10**30 steps to come": _START | {"total_steps": 10**30},
    "a time left in words": _STEPS | {"seconds_left": "soon"},
    "a time left without end": _STEPS | {"seconds_left": float("inf")},
}
EXTREMES = (  # the largest that a record may hold
    _START | {"total_steps": 10**12 - 1, "steps_per_epoch": 1},
    _STEPS | {"loss": [3.4e38] * 3, "accuracy": [1] * 3, "every": 10**12 - 1},
    _EPOCH | {"step": 10**12 - 1, "epoch": 10**12 - 1, "loss": -3.4e38, "seconds": 3e38},
    _TEST | {"loss": float("inf"), "images": 10**12 - 1},
)


def _in_place(damage):
    """A damage that replaces the file's content by these bytes."""
    return lambda path: path.write_bytes(damage)


def _as_folder(path):
    path.unlink()
    path.mkdir()


def _as_link_to(target):
    """A damage that leaves a symbolic link in the file's place."""

    def link(path):
        path.unlink()
        path.symlink_to(target or path)

    return link


def _as_pipe(path):
    path.unlink()
    os.mkfifo(path)


FILES = {
    "missing": lambda path: path.unlink(),
    "empty": _in_place(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "not JSON": _in_place(b"{'a': 1}"),
    "not UTF-8": _in_place(b'{"state": "\xff\xfe"}'),
    "deep": _in_place(DEEP.encode()),
    "a list": _in_place(b"[1, 2]"),
    "a number": _in_place(b"5"),
    "null": _in_place(b"null"),
    "an empty object": _in_place(b"{}"),
    "zeros": _in_place(bytes(500)),
    "a folder": _as_folder,
    "a broken link": _as_link_to("nowhere"),
    "a link to itself": _as_link_to(None),
    "a file without end": _as_link_to("/dev/zero"),
    "a pipe": _as_pipe,
}
NO_FILE = ("missing", *list(FILES)[-5:])  # with these there is none


def with_events(run, events):
    """Add events to a run's record."""
    for event in events:
        run.append(event)


def with_value(path, field, value):
    """Put a value into a field of a JSON file, "test.accuracy" being one within another."""
    content = json.loads(path.read_text())
    *parents, last = field.split(".")
    inner = content
    for name in parents:
        inner = inner[name]
    inner[last] = value
    path.write_text(json.dumps(content))


def without(path, field):
    """Remove a field of a JSON file."""
    content = json.loads(path.read_text())
    del content[field]
    path.write_text(json.dumps(content))
