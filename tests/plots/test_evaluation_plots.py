"""Evaluation as Plotly figures: the numbers shown are the numbers there are."""

import numpy as np
import pytest

from mnist_core.evaluation import metrics
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.plots import evaluation as evaluation_plots


@pytest.fixture
def matrix():
    counts = np.random.default_rng(3).integers(0, 4, (10, 10))
    counts[np.arange(10), np.arange(10)] = 990
    counts[4, 9], counts[7, 2] = 25, 0
    return counts


@pytest.fixture
def curve():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(10, 0.1), 500)
    return metrics.compute_reliability(probabilities, rng.integers(0, 10, 500))


def test_every_cell_shows_its_count_and_can_be_clicked_from_zero_at_the_top_left(matrix):
    figure = evaluation_plots.confusion_heatmap(matrix)
    cells = figure.data[1]
    assert len(cells.x) == 100
    for column, row, text, count in zip(
        cells.x, cells.y, cells.text, cells.customdata, strict=True
    ):
        assert count == matrix[row, column]
        assert text == (f"{count:,}" if count else "")
    assert figure.layout.yaxis.range == (9.5, -0.5) and figure.layout.xaxis.range == (-0.5, 9.5)


def test_only_mistakes_are_coloured_by_the_root_of_their_count(matrix):
    heat = evaluation_plots.confusion_heatmap(matrix).data[0]
    assert heat.type == "heatmap"
    colours = np.array(heat.z)
    assert (colours.diagonal() == 0).all()
    assert colours.max() == colours[4, 9] == heat.zmax == pytest.approx(5)


def test_a_model_without_mistakes_has_a_matrix_too():
    heat = evaluation_plots.confusion_heatmap(np.diag(np.full(10, 7))).data[0]
    assert heat.zmax > 0 and not np.array(heat.z).any()


def test_the_chosen_cell_is_framed(matrix):
    shapes = evaluation_plots.confusion_heatmap(matrix, 1, (4, 9)).layout.shapes
    (frame,) = [shape for shape in shapes if shape.line.width]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (8.5, 9.5, 3.5, 4.5)
    assert frame.line.color == evaluation_plots.COLOURS[1]


def test_a_reliability_diagram_shows_every_bin_with_images_and_its_interval(curve):
    data = evaluation_plots.reliability_diagram({"mine": curve}).data
    line = next(trace for trace in data if trace.name == "mine")
    filled = np.flatnonzero(curve.counts)
    assert list(line.x) == pytest.approx(100 * curve.confidence[filled])
    assert list(line.y) == pytest.approx(100 * curve.accuracy[filled])
    for i, bin_of in enumerate(filled):
        low, high = metrics.wilson_interval(int(curve.correct[bin_of]), int(curve.counts[bin_of]))
        assert line.y[i] + line.error_y.array[i] == pytest.approx(100 * high)
        assert line.y[i] - line.error_y.arrayminus[i] == pytest.approx(100 * low)


def test_the_bars_below_it_are_the_counts_of_all_bins(curve):
    data = evaluation_plots.reliability_diagram({"mine": curve, "yours": curve}).data
    bars = [trace for trace in data if trace.type == "bar"]
    assert [list(bar.y) for bar in bars] == [curve.counts.tolist()] * 2
    assert bars[0].marker.color != bars[1].marker.color


def test_a_robustness_chart_has_the_accuracy_at_each_amount_in_order():
    curves = {"mine": {0: 90, 30: 50, -30: 60}, "yours": {0: 95}}
    mine, yours = evaluation_plots.robustness_chart(PERTURBATIONS["rotation"], curves, 100).data
    assert (list(mine.x), list(mine.y)) == ([-30, 0, 30], [60, 90, 50])
    assert (list(yours.x), list(yours.y)) == ([0], [95])
    assert mine.line.color != yours.line.color
    assert list(mine.customdata[1]) == pytest.approx(
        [100 * end for end in metrics.wilson_interval(90, 100)]
    )


@pytest.mark.parametrize("perturbation", PERTURBATIONS.values(), ids=PERTURBATIONS)
def test_the_axes_of_a_robustness_chart_do_not_depend_on_the_points_known(perturbation):
    few, all_points = (
        evaluation_plots.robustness_chart(perturbation, {"mine": curve}, 10).layout
        for curve in ({perturbation.identity: 9}, dict.fromkeys(perturbation.amounts, 5))
    )
    assert few.xaxis.range == all_points.xaxis.range and few.yaxis.range == all_points.yaxis.range
    first, *_, last = perturbation.amounts
    assert few.xaxis.range[0] < first and last < few.xaxis.range[1]


def test_backgrounds_let_the_page_through_and_heights_are_fixed(matrix, curve):
    for figure in (
        evaluation_plots.confusion_heatmap(matrix),
        evaluation_plots.reliability_diagram({"mine": curve}),
        evaluation_plots.robustness_chart(PERTURBATIONS["pen"], {"mine": {0: 1}}, 1),
    ):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.height
