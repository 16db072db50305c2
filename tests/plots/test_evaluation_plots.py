"""What a test says, as Plotly figures: the numbers shown are the numbers there are."""

import numpy as np
import pytest

from mnist_core.evaluation import metrics
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.plots import evaluation as evaluation_plots


@pytest.fixture
def matrix():
    found = np.random.default_rng(3).integers(0, 4, (10, 10))
    found[np.arange(10), np.arange(10)] = 990
    found[4, 9], found[7, 2] = 25, 0
    return found


@pytest.fixture
def curve():
    dice = np.random.default_rng(0)
    return metrics.compute_reliability(
        dice.dirichlet(np.full(10, 0.1), 500), dice.integers(0, 10, 500)
    )


def points(trace):
    return {(y, x): (text, count) for x, y, text, count in
            zip(trace.x, trace.y, trace.text, trace.customdata, strict=True)}  # fmt: skip


def test_every_cell_shows_its_count_and_can_be_clicked(matrix):
    cells = points(evaluation_plots.confusion_heatmap(matrix).data[1])
    assert len(cells) == 100
    for (row, column), (text, count) in cells.items():
        assert count == matrix[row, column]
        assert text == (f"{count:,}" if count else "")
    assert cells[4, 9] == ("25", 25) and cells[7, 2] == ("", 0)


def test_the_diagonal_does_not_drown_the_mistakes(matrix):
    heat = evaluation_plots.confusion_heatmap(matrix).data[0]
    assert heat.type == "heatmap"
    colours = np.array(heat.z)
    assert (colours.diagonal() == 0).all()
    assert colours.max() == colours[4, 9] == heat.zmax
    assert colours[4, 9] == pytest.approx(5)  # the root of its count: a single mistake is seen too


def test_who_makes_no_mistakes_has_a_matrix_too():
    figure = evaluation_plots.confusion_heatmap(np.diag(np.full(10, 7)))
    assert figure.data[0].zmax > 0 and not np.array(figure.data[0].z).any()


def test_the_chosen_cell_is_framed(matrix):
    frames = [shape for shape in evaluation_plots.confusion_heatmap(matrix, 1, (4, 9)).layout.shapes
              if shape.line.width]  # fmt: skip
    (frame,) = frames
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (8.5, 9.5, 3.5, 4.5)
    assert frame.line.color == evaluation_plots.COLOURS[1]


def test_zero_is_at_the_top_left(matrix):
    layout = evaluation_plots.confusion_heatmap(matrix).layout
    assert layout.yaxis.range == (9.5, -0.5) and layout.xaxis.range == (-0.5, 9.5)


def test_the_commonest_mistakes_are_said_the_first_first(matrix):
    assert metrics.describe_confusions(matrix)[0] == "4 read as 9 (25 times)"
    assert metrics.describe_confusions(np.diag(np.full(10, 7))) == []
    one = np.zeros((10, 10), int)
    one[1, 7] = 1
    assert metrics.describe_confusions(one) == ["1 read as 7 (1 time)"]


def test_a_calibration_curve_shows_every_bin_with_images_and_its_interval(curve):
    line = next(
        t for t in evaluation_plots.reliability_diagram({"mine": curve}).data if t.name == "mine"
    )
    filled = np.flatnonzero(curve.counts)
    assert list(line.x) == pytest.approx(curve.confidence[filled])
    assert list(line.y) == pytest.approx(curve.accuracy[filled])
    for i, at in enumerate(filled):
        low, high = metrics.wilson_interval(int(curve.correct[at]), int(curve.counts[at]))
        assert line.y[i] + line.error_y.array[i] == pytest.approx(high)
        assert line.y[i] - line.error_y.arrayminus[i] == pytest.approx(low)


def test_the_bars_below_it_are_the_counts_of_all_bins(curve):
    data = evaluation_plots.reliability_diagram({"mine": curve, "yours": curve}).data
    bars = [trace for trace in data if trace.type == "bar"]
    assert [list(bar.y) for bar in bars] == [curve.counts.tolist()] * 2
    assert bars[0].marker.color != bars[1].marker.color


def test_a_curve_has_the_share_read_right_at_each_amount_in_order():
    move = PERTURBATIONS["rotation"]
    found = {"mine": {0: 90, 30: 50, -30: 60}, "yours": {0: 95}}
    mine, yours = evaluation_plots.robustness_chart(move, found, 100).data
    assert (list(mine.x), list(mine.y)) == ([-30, 0, 30], [0.6, 0.9, 0.5])
    assert (list(yours.x), list(yours.y)) == ([0], [0.95])
    assert mine.line.color != yours.line.color
    assert list(mine.customdata[1]) == pytest.approx(metrics.wilson_interval(90, 100))


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_axes_of_a_curve_do_not_depend_on_what_is_known(name):
    move = PERTURBATIONS[name]
    few = evaluation_plots.robustness_chart(move, {"mine": {move.identity: 9}}, 10).layout
    every = dict.fromkeys(move.amounts, 5)
    many = evaluation_plots.robustness_chart(move, {"mine": every}, 10).layout
    assert few.xaxis.range == many.xaxis.range and few.yaxis.range == many.yaxis.range
    assert few.xaxis.range[0] < move.amounts[0] and few.xaxis.range[1] > move.amounts[-1]


def test_backgrounds_let_the_page_through_and_heights_are_fixed(matrix, curve):
    for figure in (
        evaluation_plots.confusion_heatmap(matrix),
        evaluation_plots.reliability_diagram({"mine": curve}),
        evaluation_plots.robustness_chart(PERTURBATIONS["pen"], {"mine": {0: 1}}, 1),
    ):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.height
