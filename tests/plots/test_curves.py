"""The curves of a run: what its events say, on axes that stay."""

import math

import pytest

from mnist_core.plots import curves as curve_plots
from mnist_core.runs import history
from mnist_core.runs.history import Curve, Curves
from mnist_core.training import loop

START = {"kind": "start", "first_step": 1, "total_steps": 40, "steps_per_epoch": 10, "epochs": 4}


def block(first, every, loss):
    accuracy = [1 - value / 3 for value in loss]
    return {"kind": "steps", "first": first, "every": every, "loss": loss, "accuracy": accuracy}


def epoch(step, loss, val_loss=None):
    event = {"kind": "epoch", "step": step, "loss": loss, "accuracy": 1 - loss / 3}
    if val_loss is not None:
        event |= {"val_loss": val_loss, "val_accuracy": 1 - val_loss / 3}
    return event


def run(steps, epochs):
    """A run that has done so many steps of 100 epochs' worth of 1000 steps."""
    loss = [2.3 * math.exp(-i / 500) for i in range(steps)]
    done = Curve(list(range(1, steps + 1)), loss, [1 - value / 3 for value in loss])
    by_epoch = Curve([1000 * (i + 1) for i in range(epochs)], [0.5] * epochs, [0.8] * epochs)
    return Curves(done, by_epoch, by_epoch, 100_000, 1000)


def test_points_lie_at_the_steps_they_end_at():
    found = history.from_events([START, block(1, 5, [2.0, 1.5]), block(11, 5, [1.0])])
    assert found.steps.step == [5, 10, 15]
    assert found.steps.loss == [2.0, 1.5, 1.0]


@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_the_last_step_is_the_number_of_steps_that_a_training_took(every):
    told = []
    curve = loop._StepCurve(told.append, every * loop.MAX_POINTS, 0)
    curve.start_clock()
    curve.begin_epoch(1)
    for _ in range(42):
        curve.add(1.0, 0.5)
    curve.tell()
    assert curve.every == every
    assert history.last_step(told) == 42
    assert history.from_events([START, *told]).steps.step == list(range(every, 43, every))


def test_an_epoch_that_ends_between_two_points_counts_to_its_end():
    assert history.last_step([START, block(1, 5, [2.0]), epoch(8, 0.9)]) == 8
    assert history.last_step([START]) == 0


def test_epochs_give_training_and_validation():
    found = history.from_events([START, epoch(10, 0.9, 0.6), epoch(20, 0.3, 0.4)])
    assert found.train == Curve([10, 20], [0.9, 0.3], [0.7, 0.9])
    assert found.validation.step == [10, 20]
    assert found.validation.loss == [0.6, 0.4]


def test_a_run_without_validation_has_no_such_line():
    loss, accuracy = curve_plots.learning_curves(history.from_events([START, epoch(10, 0.9)]))
    assert not any("validation" in line.name for line in [*loss.data, *accuracy.data])


def test_events_of_other_kinds_change_nothing():
    plain = [START, block(5, 5, [2.0])]
    more = [*plain, {"kind": "test", "loss": 0.1, "accuracy": 0.9, "images": 5}]
    more += [{"kind": "status", "state": "finished", "sentence": ""}]
    assert history.from_events(more) == history.from_events(plain)


def test_a_continued_run_goes_on_to_the_right_of_what_was():
    found = history.from_events([START | {"first_step": 41}, block(41, 5, [0.5])])
    assert found.total_steps == 80
    assert found.steps.step == [45]


def test_a_run_that_has_not_begun_gives_two_empty_figures():
    loss, accuracy = curve_plots.learning_curves(history.from_events([]))
    assert not loss.data
    assert not accuracy.data


@pytest.mark.parametrize("zoomed", [False, True])
def test_axes_do_not_move_while_a_run_goes_on(zoomed):
    early, late = (curve_plots.learning_curves(run(n, n // 1000), zoomed) for n in (50, 90_000))
    for before, after in zip(early, late, strict=True):
        assert before.layout.xaxis.range == after.layout.xaxis.range
        assert before.layout.yaxis.range == after.layout.yaxis.range
        assert before.layout.height == after.layout.height
    assert early[0].layout.xaxis.range == (0, 100_000)


def test_accuracy_goes_from_0_to_1_or_from_90_percent():
    assert curve_plots.learning_curves(run(50, 0))[1].layout.yaxis.range[0] == 0
    assert curve_plots.learning_curves(run(50, 0), zoomed=True)[1].layout.yaxis.range[0] == 0.9


@pytest.mark.parametrize("count", [0, 1, 399, 400, 401, 999, 90_000])
def test_a_line_has_at_most_400_points_and_ends_where_the_run_is(count):
    curve = run(count, 0).steps
    fewer = curve_plots.decimate(curve)
    assert len(fewer.step) <= 400
    assert len(fewer.step) == len(fewer.loss) == len(fewer.accuracy)
    assert fewer.step[-1:] == curve.step[-1:]


def test_decimating_keeps_the_mean():
    curve = run(800, 0).steps
    fewer = curve_plots.decimate(curve)
    assert sum(fewer.loss) / 400 == pytest.approx(sum(curve.loss) / 800)


def test_an_exploding_loss_stays_in_sight_and_nan_breaks_nothing():
    curve = Curve([1, 2, 3], [2.3, 900.0, math.nan], [0.1, 0.1, 0.1])
    found = Curves(curve, Curve([], [], []), Curve([], [], []), 10, 10)
    assert curve_plots.learning_curves(found)[0].layout.yaxis.range[1] > 900


def test_ticks_are_whole_epochs_at_their_steps():
    axis = curve_plots.learning_curves(run(50, 0))[0].layout.xaxis
    assert list(axis.tickvals) == [1000 * int(word) for word in axis.ticktext]
    assert 2 <= len(axis.tickvals) <= 13


def test_lines_are_plain_scatter_and_backgrounds_let_the_page_through():
    for figure in curve_plots.learning_curves(run(5000, 5)):
        assert {line.type for line in figure.data} == {"scatter"}
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
