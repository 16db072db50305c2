"""A line of a run's record is an event that can be counted on, or a damaged one."""

import json

import pytest

from mnist_core.runs import events

START = {"kind": "start", "first_step": 1, "total_steps": 5, "steps_per_epoch": 5}
STEPS = {"kind": "steps", "first": 1, "every": 1, "loss": [2.0], "accuracy": [0]}
EPOCH = {"kind": "epoch", "epoch": 1, "step": 5, "loss": 0.5, "accuracy": 1}


def parse(event):
    return events.parse(json.dumps(event).encode())


@pytest.mark.parametrize(
    "event",
    [
        EPOCH | {"loss": float("inf"), "val_loss": 0.4, "val_accuracy": 0.9, "seconds": 2},
        {"kind": "test", "loss": 0.1, "accuracy": 0.9, "images": 10_000, "new": [{"deep": None}]},
        {"kind": "of a later version", "loss": "any"},
    ],
)
def test_an_event_is_read_as_it_was_written_with_fields_of_later_versions(event):
    assert parse(event) == event


CHECK = {"kind": "check", "step": 0, "mnist_loss": 0.1, "mnist_accuracy": 0.99}


@pytest.mark.parametrize(
    "event",
    [
        CHECK | {"mnist_accuracy": 2},
        CHECK | {"own_loss": 0.1},
        CHECK | {"own_loss": 0.1, "own_accuracy": "all"},
        {"kind": "adapted", "sentence": "It learned.", "drawings": 3},
    ],
)
def test_a_damaged_event_of_learning_a_hand_is_known_as_damaged(event):
    assert parse(CHECK) == CHECK
    assert parse(event) == {"kind": events.DAMAGED}


@pytest.mark.parametrize(
    ("event", "defaults"),
    [
        ({"kind": "status", "state": "training"}, {"sentence": ""}),
        (START, {"first_epoch": 1, "epochs": 1}),
        (STEPS, {"epoch": 1}),
    ],
)
def test_what_earlier_versions_left_out_has_its_default(event, defaults):
    assert parse(event) == event | defaults


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff\xfe" * 5,
        b'{"kind": "epo',
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"kind": 3}',
        b'{"kind": "start"}',
        b'{"kind": "status", "state": 1}',
        b'{"kind": "test", "accuracy": {}, "loss": null, "images": -1}',
        *(
            json.dumps(event).encode()
            for event in (
                START | {"epochs": True},
                STEPS | {"first": "one"},
                STEPS | {"loss": [1, 2]},
                STEPS | {"loss": [None]},
                EPOCH | {"step": float("inf")},
                EPOCH | {"step": 10**15},
                EPOCH | {"seconds": None},
                EPOCH | {"val_loss": 0.5},
            )
        ),
    ],
)
def test_what_can_not_be_counted_on_is_a_damaged_event(line):
    assert events.parse(line) == {"kind": events.DAMAGED}
