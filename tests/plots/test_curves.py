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
        (run(50), ["training, by step"]),
        (run(5000, 5)._replace(validation=EMPTY), ["training, by step", "training, by epoch"]),
    ],
    ids=["not begun", "first epoch", "without validation"],
)
def test_only_what_there_is_has_a_line_and_backgrounds_let_the_page_through(curves, names):
    for figure in curve_plots.learning_curves(curves):
        assert [line.name for line in figure.data] == names
        assert all(line.type == "scatter" for line in figure.data)
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize(("zoomed", "lowest"), [(False, 0), (True, 0.9)])
def test_axes_do_not_move_while_a_run_goes_on(zoomed, lowest):
    early, late = (curve_plots.learning_curves(run(n, n // 1000), zoomed) for n in (50, 90_000))
    for before, after in zip(early, late, strict=True):
        assert before.layout.xaxis.range == after.layout.xaxis.range == (0, 100_000)
        assert before.layout.yaxis.range == after.layout.yaxis.range
        assert before.layout.height == after.layout.height
    assert early[1].layout.yaxis.range[0] == lowest


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
    loss, _ = curve_plots.learning_curves(Curves(curve, EMPTY, EMPTY, 10, 10))
    assert loss.layout.yaxis.range[1] > 900


def test_ticks_are_whole_epochs_at_their_steps():
    axis = curve_plots.learning_curves(run(50))[0].layout.xaxis
    assert list(axis.tickvals) == [1000 * int(text) for text in axis.ticktext]
    assert 2 <= len(axis.tickvals) <= 13
