"""What the browser is given of the curves on the Train and the Runs page."""

import json
import math

import pytest
from app_pages import live_charts, open_page
from kept_runs import STEPS_PER_EPOCH, add_epoch, training_run

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from pages.ui.state.run_follower import RunFollower

TINY = PRESETS["tiny"].with_values({"data": "built-in", "recipe.epochs": "2"})
START = {"kind": "start", "first_step": 1, "total_steps": 8, "steps_per_epoch": 4}
PLANNED = 2 * TINY.recipe.steps_per_epoch()


def figures(app) -> dict[str, dict]:
    """Plotly's JSON of each curve."""
    return {key: json.loads(chart["figure"]) for key, chart in live_charts(app).items()}


def x_ranges(app) -> list[list[int]]:
    return [figure["layout"]["xaxis"]["range"] for figure in figures(app).values()]


@pytest.fixture
def training(home):
    return training_run(TINY, "mine")


def test_a_curve_keeps_its_key_and_its_axes_from_the_first_epoch_to_the_end(training):
    app = open_page("train")
    app.toggle(key="full_range").set_value(True).run()
    before = figures(app)
    assert list(before) == ["accuracy", "loss"]
    add_epoch(training, 2)
    training.set_status("finished")
    after = figures(app.run())
    assert list(after) == list(before)
    for name, figure in after.items():
        assert figure["layout"] == before[name]["layout"]
        assert len(figure["data"][0]["x"]) == 2 * len(before[name]["data"][0]["x"])


def test_a_chart_says_what_it_shows_and_is_as_high_before_it_is_drawn(training):
    for name, chart in live_charts(open_page("train")).items():
        assert chart["alt"] == f"The {name} of mine over its steps, in training and on new images."
        assert chart["height"] == json.loads(chart["figure"])["layout"]["height"]


def test_a_loss_that_is_no_number_is_a_gap_and_no_error_of_json(training):
    training.append({"kind": "steps", "first": 9, "every": 1, "epoch": 2} | {
        "loss": [math.nan, math.inf], "accuracy": [0.1, 0.1],
    })  # fmt: skip
    loss = figures(open_page("train"))["loss"]
    assert loss["data"][0]["y"][-2:] == [None, None]


def test_a_run_that_waits_has_the_axis_that_it_will_have(home):
    run_store.create(TINY, "waits").set_status("queued")
    assert x_ranges(open_page("train")) == [[0, PLANNED]] * 2


def test_a_run_that_continues_another_has_the_axis_of_both_before_it_begins(training):
    training.set_status("starting")  # so far its events are those of the run before
    assert x_ranges(open_page("train")) == [[0, STEPS_PER_EPOCH + PLANNED]] * 2


def test_the_curves_zoom_to_what_happens_and_a_switch_shows_the_full_range(training):
    app = open_page("train")
    assert figures(app)["accuracy"]["layout"]["yaxis"]["range"][0] == 50
    app.toggle(key="full_range").set_value(True).run()
    assert figures(app)["accuracy"]["layout"]["yaxis"]["range"][0] == 0


def test_plotly_js_comes_from_this_server_and_is_told_apart_by_its_version(training):
    for chart in live_charts(open_page("train")).values():
        assert chart["plotly_js"].startswith("component/")
        assert "plotly.min.js?v=" in chart["plotly_js"]


@pytest.mark.parametrize(
    ("seconds", "interval"), [(8, 0.8), (132, 2.2), (4 * 3600, 3)], ids=["quick", "lenet", "long"]
)
def test_the_longer_a_run_takes_the_rarer_its_page_looks(training, seconds, interval):
    steps = {"kind": "steps", "first": 9, "every": 1, "epoch": 2, "loss": [1.0], "accuracy": [0.1]}
    follower = RunFollower(training)
    training.append({**START, "time": 1000.0})
    training.append(steps | {"time": 1002.0, "seconds_left": seconds - 2})
    follower.update()
    assert follower.poll_interval() == pytest.approx(interval)


def test_a_run_without_a_pace_is_looked_at_often(training):
    follower = RunFollower(training)
    assert follower.poll_interval() == 0.8
    follower.update()  # its events are an earlier version's, without times
    assert follower.poll_interval() == 0.8
