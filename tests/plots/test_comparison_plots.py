"""Several runs in one figure: the same axes, a style each, all within sight."""

import math
import re

import pytest
from compared_runs import compared_run, queued_run

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.evaluation.comparison import scatter_points
from mnist_core.plots import comparison as comparison_plots
from mnist_core.plots.comparison import EPOCHS, STEPS


@pytest.mark.parametrize(
    ("x_axis", "end", "markers"),
    [(EPOCHS, 4, [[1, 2], [1, 2]]), (STEPS, 200, [[10, 20], [100, 200]])],
)
def test_curves_of_several_runs_lie_on_the_same_axes(x_axis, end, markers):
    runs = [compared_run(0, per_epoch=10, epochs=4), compared_run(1, per_epoch=100, epochs=2)]
    for figure in comparison_plots.overlaid_curves(runs, x_axis):
        assert tuple(figure.layout.xaxis.range) == (0, end)
        assert len(figure.data) == 4
        assert [list(line.x) for line in figure.data if "markers" in line.mode] == markers


@pytest.mark.parametrize("x_axis", [EPOCHS, STEPS])
def test_the_axes_do_not_move_while_the_runs_begin_and_go_on(x_axis):
    experiment = Experiment(recipe=Recipe(train_images=1000, batch_size=100, validation="none"))
    before = [queued_run(experiment), queued_run(experiment)]
    after = [compared_run(index, per_epoch=10, epochs=3, done=index) for index in range(2)]
    for old, new in zip(
        comparison_plots.overlaid_curves(before, x_axis),
        comparison_plots.overlaid_curves(after, x_axis),
        strict=True,
    ):
        assert old.layout.xaxis.range == new.layout.xaxis.range
        assert old.layout.yaxis.range == new.layout.yaxis.range
        assert old.layout.height == new.layout.height


def test_validation_is_solid_and_training_faint_in_the_colour_of_the_run():
    loss, _ = comparison_plots.overlaid_curves([compared_run(0), compared_run(1)])
    for index in range(2):
        lines = [line for line in loss.data if line.name.startswith(f"run {index}")]
        assert {line.line.color for line in lines} == {comparison_plots.run_style(index).colour}
        faint, solid = sorted(lines, key=lambda line: line.opacity)
        assert faint.name.endswith("training") and solid.name.endswith("on new images")
        assert faint.opacity < 0.5 and solid.opacity == 1


def test_twelve_runs_have_twelve_styles():
    styles = {comparison_plots.run_style(i) for i in range(comparison_plots.MAX_RUNS)}
    assert len(styles) == comparison_plots.MAX_RUNS == 12


def luminance(colour):
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(p * weight for p, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("page", ["#ffffff", "#0e1117"])
def test_every_colour_can_be_seen_on_light_and_dark_pages(page):
    for colour in comparison_plots.COLOURS:
        low, high = sorted((luminance(colour), luminance(page)))
        assert (high + 0.05) / (low + 0.05) > 2.2, colour


@pytest.mark.parametrize("count", [0, 1, 2, 12])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_every_point_of_a_scatter_plot_is_within_its_axes_and_named(count, logarithmic):
    runs = [compared_run(index % 6, accuracy=0.11 + 0.08 * index) for index in range(count)]
    points = scatter_points(runs, "parameters")
    figure = comparison_plots.accuracy_scatter(points, "Parameters", logarithmic)
    (x_low, x_high), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    for point, marker in zip(points, figure.data, strict=True):
        x = math.log10(marker.x[0]) if logarithmic else marker.x[0]
        assert x_low < x < x_high and low < 100 * point.low <= 100 * point.high < high
        assert marker.text == (point.short_name,)


def test_long_names_keep_the_end_that_tells_them_apart():
    runs = [compared_run(0, name="a network of mine with very long words, take A"), compared_run(1)]
    figure = comparison_plots.accuracy_scatter(scatter_points(runs, "parameters"), "Parameters")
    assert re.fullmatch("a networ….{20}", figure.data[0].text[0])
    assert figure.data[0].text[0].endswith("take A")


def test_the_name_of_a_run_is_text_to_plotly_and_neither_html_nor_a_template():
    run = compared_run(0, name="<b>a</b> & %{y}")
    scatter = comparison_plots.accuracy_scatter(scatter_points([run], "parameters"), "Parameters")
    safe = "&lt;b&gt;a&lt;/b&gt; &amp; %&#123;y}"
    for figure in (*comparison_plots.overlaid_curves([run]), scatter):
        for line in figure.data:
            assert line.name.startswith(safe)
            assert line.hovertemplate.startswith(f"{safe}<br>")
    assert list(scatter.data[0].text) == [safe]
