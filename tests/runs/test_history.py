"""The curves of a run, as its events tell them."""

import math

import pytest

from mnist_core.config.schema import Recipe
from mnist_core.runs import history
from mnist_core.runs.history import Curve, History
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


def test_learning_a_hand_has_a_curve_of_the_drawings_held_back_and_one_of_mnist():
    check = {"kind": "check", "step": 0, "mnist_loss": 0.1, "mnist_accuracy": 0.99}
    own = {"own_loss": 0.7, "own_accuracy": 0.8}
    curves = history.from_events([START, check | own, check | {"step": 40}])
    assert curves.own == Curve([0], [0.7], [0.8])
    assert curves.mnist == Curve([0, 40], [0.1, 0.1], [0.99, 0.99])


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


def test_a_history_is_the_same_whether_its_events_come_at_once_or_one_by_one():
    events = [START, *(block(10 * i + 1, 5, [2.0 / (i + 1), 1.0]) for i in range(30))]
    events += [epoch(300, 0.9, 0.6), {"kind": "damaged"}]
    at_once, one_by_one = History().add(events), History()
    for event in events:
        one_by_one.add([event])
    assert at_once.curves() == one_by_one.curves() == history.from_events(events)
    assert (at_once.last_step, at_once.damaged_count) == (300, 1)
    assert at_once.last["epoch"] == events[-2]


def test_curves_stay_as_they_are_while_more_comes():
    so_far = History().add([START, block(1, 5, [2.0]), epoch(5, 0.9, 0.6)])
    curves = so_far.curves()
    so_far.add([block(6, 5, [1.0]), epoch(10, 0.5, 0.4)])
    assert (curves.steps.step, curves.train.step, curves.validation.step) == ([5], [5], [5])


@pytest.mark.parametrize("count", [7, 8, 9, 100, 1001])
def test_a_long_history_holds_few_points_each_the_mean_of_its_steps(count):
    losses = [1 / (i + 1) for i in range(count)]
    long = History(max_points=8).add(block(2 * i + 1, 2, [loss]) for i, loss in enumerate(losses))
    steps = long.curves().steps
    assert min(count, 5) <= len(steps.step) <= 8
    assert steps.step[-1] == long.last_step == 2 * count
    first = 0
    for step, loss, accuracy in zip(*steps, strict=True):
        part = losses[first : step // 2]
        assert loss == pytest.approx(sum(part) / len(part))
        assert accuracy == pytest.approx(1 - loss / 3)
        first = step // 2


def test_a_points_weight_is_its_number_of_steps():
    long = History(max_points=1).add([block(1, 30, [1.0]), block(31, 10, [5.0])])
    assert long.curves().steps.loss == [2.0]


def test_no_point_of_a_long_history_hides_that_a_training_diverged():
    losses = [1.0] * 50 + [math.nan] * 50
    long = History(max_points=4).add(block(i + 1, 1, [loss]) for i, loss in enumerate(losses))
    assert math.isnan(long.curves().steps.loss[-1])
    assert long.curves().steps.loss[0] == 1.0


def test_a_continued_run_goes_on_after_the_steps_before():
    curves = history.from_events([START | {"first_step": 41}, block(41, 5, [0.5])])
    assert curves.total_steps == 80
    assert curves.steps.step == [45]
    assert curves.resumed_at == (40,)
    assert history.from_events([START]).resumed_at == ()


def test_the_newest_figures_are_a_mean_over_about_so_many_steps():
    so_far = History()
    assert so_far.newest(10) is None
    so_far.add([block(1, 5, [9.0, 2.0, 1.0])])
    loss, accuracy = so_far.newest(10)
    assert (loss, accuracy) == pytest.approx((1.5, 0.5))


def test_a_run_that_has_not_begun_is_as_long_as_its_recipe_says():
    recipe = Recipe(train_images=1000, batch_size=100, validation="none", epochs=4)
    curves = History().curves_before_start(recipe)
    assert (curves.total_steps, curves.steps_per_epoch) == (40, 10)
    continued = History().add([START, block(1, 5, [2.0, 1.5])]).curves_before_start(recipe)
    assert continued.total_steps == 10 + 40
    assert continued.steps.step == [5, 10]
