"""One bad file of a run breaks no page: everything else is there, and what is wrong is said."""

import pytest
from app_pages import open_page, texts
from damages import FILES, VALUES, with_value
from kept_models import keep

KEPT_FILES = ("card.json", "status.json", "experiment.json", "events.jsonl", "model.keras")
CARD_FIELDS = ("test", "test.accuracy", "seconds", "looks", "made", "curves", "experiment")
STATUS_FIELDS = ("sentence", "created", "seconds", "continues", "sweep")


@pytest.fixture
def damaged_runs(home):
    """Runs whose files are each damaged in one of the ways there are, and a good one."""
    for file in KEPT_FILES:
        for number, damage in enumerate(FILES):
            FILES[damage](keep(f"{file} {number}").folder / file)
    keep("good")


def names(app):
    return list(app.dataframe[0].value["Name"])


@pytest.mark.slow
def test_the_runs_page_lists_all_and_opens_each(damaged_runs):
    app = open_page("runs")
    shown = names(app)
    assert {"good", "reader", "classic"} < set(shown)
    assert len(shown) > len(KEPT_FILES) * (len(FILES) - 3)  # without experiment.json it is no run
    for name in shown:
        app.selectbox(key="run").set_value(name).run()
        assert not app.exception, name


@pytest.mark.slow
@pytest.mark.parametrize("page", ["draw", "inside", "evaluate"])
def test_a_page_that_needs_a_damaged_model_offers_the_others(damaged_runs, page):
    for file in ("card.json", "model.keras"):
        for number in range(len(FILES)):
            name = f"{file} {number}"
            app = open_page(page, {"model": name})
            assert "good" in app.selectbox(key="model").options, name


@pytest.mark.slow
@pytest.mark.parametrize(
    "file, fields", [("card.json", CARD_FIELDS), ("status.json", STATUS_FIELDS)]
)
def test_no_value_in_a_card_or_a_status_breaks_the_runs_page(home, file, fields):
    for field in fields:
        for number, value in enumerate(VALUES):
            with_value(keep(f"{field} {number}").folder / file, field, value)
    app = open_page("runs")
    assert len(names(app)) == len(fields) * len(VALUES) + 2
    for name in names(app):
        app.selectbox(key="run").set_value(name).run()
        assert not app.exception, name


def test_what_is_wrong_with_a_card_is_said_on_the_page(home):
    with_value(keep("mine").folder / "card.json", "test.accuracy", 5)
    app = open_page("runs")
    app.selectbox(key="run").set_value("mine").run()
    assert "accuracy must be a number from 0 to 1" in texts(app)
