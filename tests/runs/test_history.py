"""The curves of a run, as its events tell them."""

import pytest

from mnist_core.runs import history
from mnist_core.runs.history import Curve
from mnist_core.training import step_recorder
from mnist_core.training.step_recorder import StepRecorder

START = {"kind": "start", "first_step": 1, "total_steps": 40, "steps_per_epoch": 10, "epochs": 4}


def block(first, every, loss):
    accuracy = [1 - value / 3 for value in loss]
    return {"kind": "steps", "first": first, "every": every, "loss": loss, "accuracy": accuracy}


def epoch(step, loss, val_loss=None):
    event = {"kind": "epoch", "step": step, "loss": loss, "accuracy": 1 - loss / 3}
    if val_loss is not None:
        event |= {"val_loss": val_loss, "val_accuracy": 1 - val_loss / 3}
    return event


def test_points_lie_at_the_steps_they_end_at():
    curves = history.from_events([START, block(1, 5, [2.0, 1.5]), block(11, 5, [1.0])])
    assert curves.steps.step == [5, 10, 15]
    assert curves.steps.loss == [2.0, 1.5, 1.0]


@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_the_last_step_is_the_number_of_steps_that_a_training_took(every):
    events = []
    recorder = StepRecorder(events.append, every * step_recorder.MAX_POINTS, 0)
    recorder.start_clock()
    recorder.begin_epoch(1)
    for _ in range(42):
        recorder.add(1.0, 0.5)
    recorder.send()
    assert recorder.every == every
    assert history.last_step(events) == 42
    assert history.from_events([START, *events]).steps.step == list(range(every, 43, every))


def test_an_epoch_that_ends_between_two_points_counts_to_its_end():
    assert history.last_step([START, block(1, 5, [2.0]), epoch(8, 0.9)]) == 8
    assert history.last_step([START]) == 0


def test_epochs_give_training_and_where_there_is_any_validation():
    events = [START, epoch(10, 0.9, 0.6), epoch(20, 0.3, 0.4)]
    curves = history.from_events(events)
    assert curves.train == Curve([10, 20], [0.9, 0.3], [0.7, 0.9])
    assert (curves.validation.step, curves.validation.loss) == ([10, 20], [0.6, 0.4])
    assert history.from_events([START, epoch(10, 0.9)]).validation == Curve([], [], [])


def test_events_of_other_kinds_change_nothing():
    events = [START, block(5, 5, [2.0])]
    more = [*events, {"kind": "test", "loss": 0.1, "accuracy": 0.9, "images": 5}]
    more += [{"kind": "status", "state": "finished", "sentence": ""}]
    assert history.from_events(more) == history.from_events(events)


def test_a_continued_run_goes_on_after_the_steps_before():
    curves = history.from_events([START | {"first_step": 41}, block(41, 5, [0.5])])
    assert curves.total_steps == 80
    assert curves.steps.step == [45]
