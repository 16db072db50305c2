"""One bad file of a run breaks no page: everything else is there, and what is wrong is said."""

import math

import pytest
from app_pages import chart_specs, choose_runs, open_page, texts
from damages import EVENTS, EXTREMES, FILES, NO_FILE, VALUES, with_events, with_value
from kept_models import keep

pytestmark = pytest.mark.slow

KEPT_FILES = ("card.json", "status.json", "experiment.json", "events.jsonl", "model.keras")
MODEL_FILES = ("card.json", "model.keras")
CARD_FIELDS = ("test", "test.accuracy", "seconds", "looks", "made", "curves", "experiment")
STATUS_FIELDS = ("sentence", "created", "seconds", "continues", "sweep")


def damage_runs(files):
    """Runs whose files are each damaged in one of the ways there are, and a good one."""
    for file in files:
        for damage in FILES:
            FILES[damage](keep(f"{file} {damage}").folder / file)
    keep("good")


def names(app):
    return list(app.dataframe[0].value["Name"])


def open_each(app, expected):
    """Open every run there is on the Runs page, one after the other."""
    shown = names(app)
    assert set(shown) == {*expected, "reader", "classic"}
    for name in shown:
        choose_runs(app, name)
        assert not app.exception, name


@pytest.mark.parametrize("file", KEPT_FILES)
def test_the_runs_page_lists_all_and_opens_each(home, file):
    damage_runs([file])
    open_each(open_page("runs"), ["good", *(f"{file} {damage}" for damage in FILES)])


@pytest.mark.parametrize("page", ["draw", "inside", "evaluate"])
def test_a_page_that_needs_a_damaged_model_offers_the_others(home, page):
    damage_runs(MODEL_FILES)
    app = open_page(page)
    for file in MODEL_FILES:
        for damage in FILES:
            name = f"{file} {damage}"
            if damage in NO_FILE:  # not in the list, but a link may name it
                app = open_page(page, {"model": name})
            else:
                app.selectbox(key="model").set_value(name).run()
            assert not app.exception, name
            assert "good" in app.selectbox(key="model").options, name


@pytest.mark.parametrize(
    "file, field",
    [("card.json", field) for field in CARD_FIELDS]
    + [("status.json", field) for field in STATUS_FIELDS],
)
def test_no_value_in_a_card_or_a_status_breaks_the_runs_page(home, file, field):
    for number, value in enumerate(VALUES):
        with_value(keep(f"{field} {number}").folder / file, field, value)
    open_each(open_page("runs"), [f"{field} {number}" for number in range(len(VALUES))])


def test_what_is_wrong_with_a_card_is_said_on_the_page(home):
    with_value(keep("mine").folder / "card.json", "test.accuracy", 5)
    app = open_page("runs")
    choose_runs(app, "mine")
    assert "accuracy must be a number from 0 to 1" in texts(app)


@pytest.mark.parametrize("page", ["runs", "train"])
def test_figures_that_no_training_has_are_counted_and_not_shown(home, page):
    with_events(keep("mine"), EVENTS.values())
    app = open_page(page)
    assert f"{len(EVENTS)} lines of its record can't be read" in texts(app)
    assert not any("500" in metric.value for metric in app.metric)


@pytest.mark.parametrize("page", ["runs", "train"])
def test_the_largest_figures_of_a_record_are_drawn_on_axes_with_an_end(home, page):
    with_events(keep("mine"), EXTREMES)
    app = open_page(page)
    assert "can't be read" not in texts(app)
    axes = [chart["layout"][axis] for chart in chart_specs(app) for axis in ("xaxis", "yaxis")]
    assert len(axes) == 4
    assert all(math.isfinite(end) for axis in axes for end in axis["range"])
