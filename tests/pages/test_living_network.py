"""The strip of the network at work: what the browser is told of it."""

import json

import numpy as np
import pytest
from app_pages import SEVEN, decode_image, open_page, strip_on

from mnist_core.interpret.overview import overview
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.navigation import living_network
from pages.ui.widgets import canvas

IMAGE = mnist_rule.to_mnist(canvas.render_paths([SEVEN]))


@pytest.fixture
def classic():
    """The overview of the classic at work on a 7."""
    return overview(Classifier.load("classic").network, IMAGE)


def test_the_strip_is_dim_and_nothing_flows_before_the_first_stroke(loaded_models, drawn):
    strip = strip_on(open_page("draw"))
    assert strip["dim"]
    assert not any(np.any(gap) for gap in strip["lines"])


def test_the_strip_shows_the_network_that_reads_at_work_on_the_drawing(loaded_models, drawn):
    drawn.append(SEVEN)
    strip = strip_on(open_page("draw", {"model": "classic"}))
    assert not strip["dim"]
    assert np.array_equal(decode_image(strip["image"]), IMAGE)
    assert np.argmax(strip["probabilities"]) == 7
    assert [stage["side"] for stage in strip["stages"]] == [28, 10]
    assert [np.shape(gap) for gap in strip["lines"]] == [(1, 8), (8, 8), (8, 10)]
    assert "strongest output is 7" in strip["label"]


def test_the_strongest_line_of_each_gap_is_of_full_thickness(classic):
    for gap, contributions in zip(
        living_network.strip(classic, IMAGE)["lines"], classic.contributions, strict=True
    ):
        assert np.abs(gap).max() == 1
        assert np.abs(gap).argmax() == np.abs(contributions).argmax()


def test_a_click_on_a_map_leads_to_its_largest_value(classic):
    stage = classic.stages[1]
    name, (row, column, number) = living_network.strongest_value(stage, 2)
    assert name == "block2_conv"
    assert number == stage.maps[2]
    assert stage.values[2][row, column] == stage.values[2].max()


def test_a_network_whose_numbers_are_none_is_shown_without_lines(classic):
    broken = classic._replace(
        probabilities=np.full(10, np.nan), contributions=[c * np.nan for c in classic.contributions]
    )
    strip = living_network.strip(broken, IMAGE)
    assert "NaN" not in json.dumps(strip)
    assert "strongest" not in strip["label"]
