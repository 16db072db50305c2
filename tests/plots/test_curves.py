"""The learning curves of a run, on axes that stay."""

import math

import pytest

from mnist_core.plots import curves as curve_plots
from mnist_core.runs.history import Curve, Curves

EMPTY = Curve([], [], [])


def run(steps, epochs=0):
    """A run that has done so many steps of 100 epochs' worth of 1000 steps."""
    loss = [2.3 * math.exp(-i / 500) for i in range(steps)]
    done = Curve(list(range(1, steps + 1)), loss, [1 - value / 3 for value in loss])
    by_epoch = Curve([1000 * (i + 1) for i in range(epochs)], [0.5] * epochs, [0.8] * epochs)
    return Curves(done, by_epoch, by_epoch, 100_000, 1000)


@pytest.mark.parametrize(
    ("curves", "names"),
    [
        (run(0), []),
        (run(50), ["training"]),
        (
            run(5000, 5)._replace(validation=EMPTY),
            ["training", "mean of an epoch"],
        ),
    ],
    ids=["not begun", "first epoch", "without validation"],
)
def test_only_what_there_is_has_a_line_and_backgrounds_let_the_page_through(curves, names):
    for figure in curve_plots.learning_curves(curves):
        assert [line.name for line in figure.data] == names
        assert all(line.type == "scatter" for line in figure.data)
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_the_full_range_does_not_move_while_a_run_goes_on():
    early, late = (curve_plots.learning_curves(run(n, n // 1000), True) for n in (50, 90_000))
    for before, after in zip(early, late, strict=True):
        assert before.layout.xaxis.range == after.layout.xaxis.range == (0, 100_000)
        assert before.layout.yaxis.range == after.layout.yaxis.range
        assert before.layout.height == after.layout.height
    assert early[1].layout.yaxis.range[0] == 0


def test_the_axes_zoom_to_the_newest_part_and_time_goes_on_to_the_planned_end():
    (loss, accuracy), (early_loss, early) = (
        curve_plots.learning_curves(run(steps)) for steps in (3000, 50)
    )
    assert early.layout.yaxis.range[0] == 0
    assert early_loss.layout.yaxis.range[1] == 2.4
    assert accuracy.layout.yaxis.range[0] == 80
    assert loss.layout.yaxis.range[1] == 0.5
    assert accuracy.layout.xaxis.range == early.layout.xaxis.range == (0, 100_000)


def test_zoomed_axes_move_a_few_times_in_a_whole_run():
    seen = [curve_plots.zoom([run(steps).steps]) for steps in range(50, 4000, 50)]
    assert len(set(seen)) <= 10
    assert seen == sorted(seen, key=lambda ends: (-ends[0], ends[1])), "only ever closer"


def test_a_zoomed_accuracy_shows_all_of_the_newest_part_of_each_line():
    far_below = Curve([1000, 2000, 3000], [1.0] * 3, [0.62] * 3)
    assert curve_plots.zoom([run(3000).steps, far_below]) == (1.0, 0.5)


def test_a_smoothed_curve_keeps_a_constant_and_halves_the_noise():
    steps, noisy = list(range(200)), [1.0 + 0.1 * (-1) ** i for i in range(200)]
    smoothed = curve_plots.smooth(Curve(steps, noisy, [0.5] * 200))
    assert smoothed.accuracy == pytest.approx([0.5] * 200)
    assert max(abs(value - 1) for value in smoothed.loss[20:]) < 0.05


def test_a_value_that_is_no_number_is_a_gap_in_the_smoothed_curve_alone():
    smoothed = curve_plots.smooth(Curve([1, 2, 3], [1.0, math.nan, 1.0], [0.5] * 3))
    assert [math.isnan(value) for value in smoothed.loss] == [False, True, False]


def test_where_a_run_was_continued_both_charts_have_a_line():
    for figure in curve_plots.learning_curves(run(50)._replace(resumed_at=(20, 30))):
        assert [shape.x0 for shape in figure.layout.shapes] == [20, 30]
        assert {note.text for note in figure.layout.annotations} == {"continued"}
    assert not curve_plots.learning_curves(run(50))[0].layout.shapes


@pytest.mark.parametrize("count", [0, 1, 399, 400, 401, 999, 90_000])
def test_a_line_has_at_most_400_points_and_ends_where_the_run_is(count):
    curve = run(count).steps
    fewer = curve_plots.decimate(curve)
    assert len(fewer.step) <= 400
    assert len(fewer.step) == len(fewer.loss) == len(fewer.accuracy)
    assert fewer.step[-1:] == curve.step[-1:]


def test_decimating_keeps_the_mean():
    curve = run(800).steps
    fewer = curve_plots.decimate(curve)
    assert sum(fewer.loss) / 400 == pytest.approx(sum(curve.loss) / 800)


def test_an_exploding_loss_stays_in_sight_and_nan_breaks_nothing():
    curve = Curve([1, 2, 3], [2.3, 900.0, math.nan], [0.1, 0.1, 0.1])
    loss, _ = curve_plots.learning_curves(Curves(curve, EMPTY, EMPTY, 10, 10), full_range=True)
    assert loss.layout.yaxis.range[1] > 900


@pytest.mark.parametrize("epochs", [1, 100, 1201, 10**12])
def test_a_run_of_any_length_has_about_a_dozen_ticks(epochs):
    curves = Curves(EMPTY, EMPTY, EMPTY, 3 * epochs, 3)
    assert 2 <= len(curve_plots.learning_curves(curves)[0].layout.xaxis.tickvals) <= 13


@pytest.mark.parametrize("highest", [1e30, 3.4e38])
def test_a_loss_beyond_all_bounds_has_an_axis_that_a_browser_can_read(highest):
    curve = Curve([1, 2], [2.3, highest], [0.1, 0.1])
    loss, _ = curve_plots.learning_curves(Curves(curve, EMPTY, EMPTY, 10, 10), full_range=True)
    assert isinstance(loss.layout.yaxis.range[1], float)
    assert loss.layout.yaxis.range[1] >= highest


def test_ticks_are_whole_epochs_at_their_steps():
    axis = curve_plots.learning_curves(run(50))[0].layout.xaxis
    assert list(axis.tickvals) == [1000 * int(text) for text in axis.ticktext]
    assert 2 <= len(axis.tickvals) <= 13


def test_of_learning_a_hand_both_its_curves_are_shown_from_the_beginning():
    own = Curve([0, 50, 100], [1.0, 0.1, 0.05], [0.82, 0.9, 1.0])
    mnist = Curve([0, 50, 100, 150], [0.04] * 4, [0.992] * 4)
    learned = Curve(list(range(1, 151)), [0.3] * 150, [0.9] * 150)
    curves = Curves(learned, Curve([150], [0.3], [0.9]), EMPTY, 150, 150, (), own, mnist)
    loss, accuracy = curve_plots.learning_curves(curves)
    assert [line.name for line in accuracy.data] == ["training", "your drawings", "MNIST"]
    assert accuracy.layout.yaxis.range[0] == 80
    assert loss.layout.yaxis.range[1] == 1.0
    assert (accuracy.layout.xaxis.title.text, accuracy.layout.xaxis.range) == ("Step", (0, 150))
