"""Several runs in a real browser: picked, laid over each other, and swept while one looks on."""

import re
import shutil

import pytest
from kept_runs import finished_run
from small_runs import events_of_kind, have_ended, wait_until

from mnist_core.config.schema import Experiment
from mnist_core.runs import store as run_store

FEW = {"data": "built-in", "network.blocks.0.filters": "2", "recipe.train_images": "300"}
FEW |= {"recipe.epochs": "2", "recipe.validation_fraction": "0.2"}
LINES = "[...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot.data ?? [])"


@pytest.fixture
def home(app, monkeypatch):
    """Where the app keeps its runs, empty."""
    shutil.rmtree(app.home / "runs", ignore_errors=True)
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    yield app.home
    for run in run_store.all_runs():
        run.request_stop()
    wait_until(have_ended(), advance=False, timeout=60)
    shutil.rmtree(app.home / "runs", ignore_errors=True)


@pytest.fixture
def sweep(home, tab, app):
    """A function that starts a sweep of the learning rate from a run with these settings."""

    def start(rates, **changes):
        ended("small", 0.3, **changes)
        tab.goto(f"{app.url}/runs?run=small")
        tab.get_by_text("Sweep: try several values").click()
        tab.locator(".st-key-sweep_values input").fill(rates)
        tab.locator(".st-key-sweep_start button").click()
        return tab

    return start


def ended(name, val_accuracy, **changes):
    """A run as if it had trained."""
    experiment = Experiment().with_values(FEW | changes)
    return finished_run(experiment, name, val_accuracy=val_accuracy)


def cells(tab, which):
    """The words of a table, row by row: 0 how the runs did, 1 what differs."""
    table = tab.locator(".st-key-compared [data-testid=stTable] table").nth(which)
    table.locator("tr").nth(1).wait_for()
    return [row.locator("th, td").all_inner_texts() for row in table.locator("tr").all()]


def names(tab):
    """The compared runs, each behind a piece of its line."""
    return [row[0].split(maxsplit=1)[1] for row in cells(tab, 0)[1:]]


def lines(tab):
    return tab.evaluate(f"{LINES}.map(line => [line.name, line.y])")


def wait_for_line(tab, name):
    tab.wait_for_function(f"name => {LINES}.some(line => line.name === name)", arg=name)


def tick(tab, row):
    """The box at the start of a row of the table of runs."""
    table = tab.locator("[data-testid=stDataFrame]")
    table.locator("tbody tr").nth(row).wait_for(state="attached")  # until then nothing is drawn
    table.click(position={"x": 17, "y": 36 + 35 * row + 17})


def test_two_ticked_runs_lie_over_each_other_with_only_what_differs(home, tab, app):
    ended("low", 0.3)
    ended("high", 0.9, **{"recipe.learning_rate": "0.005", "network.dense": "2"})
    tab.goto(f"{app.url}/runs?run=low")
    tab.locator(".st-key-opened h4", has_text="low").wait_for()
    tick(tab, 0)  # the newest comes first: "high"
    tab.locator(".st-key-compared h4").wait_for()
    wait_for_line(tab, "high, validation")
    assert ["low, validation", [0.3, 0.3]] in lines(tab)
    assert ["high, validation", [0.9, 0.9]] in lines(tab)
    differing = [row[0] for row in cells(tab, 1)[1:]]
    second = ["units", "activation", "dropout rate"]
    assert differing == ["Dense layers", *(f"Dense 2: {w}" for w in second), "Learning rate"]
    assert names(tab) == ["low", "high"]
    tab.wait_for_url(re.compile(r"compare=low&compare=high"))


def test_the_link_of_a_comparison_opens_it_for_somebody_else(home, tab, app):
    ended("low", 0.3)
    ended("high", 0.9)
    tab.goto(f"{app.url}/runs?compare=high&compare=low")
    wait_for_line(tab, "low, validation")
    assert names(tab) == ["high", "low"]
    assert "Nothing: the same was asked of them." in tab.locator(".st-key-compared").inner_text()


def test_a_sweep_fills_its_comparison_while_it_trains(sweep):
    tab = sweep("0.001, 0.01")
    swept = [f"small learning rate {rate}" for rate in ("0.001", "0.01")]
    tab.locator(".st-key-compared h4", has_text="Sweep from small: learning rate").wait_for()
    for name in swept:
        wait_for_line(tab, f"{name}, validation")
    tab.wait_for_function("document.querySelectorAll('.st-key-scatter_seconds .point').length > 1")
    tab.locator(".st-key-stop_all").wait_for(state="detached")
    assert names(tab) == swept
    for name, row in zip(swept, cells(tab, 0)[1:], strict=True):
        run = run_store.get(name)
        (test,) = events_of_kind(run, "test")
        assert row[1] == "Finished"
        assert row[2].startswith(f"{test['accuracy']:.2%}")
        accuracies = [event["val_accuracy"] for event in events_of_kind(run, "epoch")]
        assert [f"{name}, validation", accuracies] in lines(tab)
    assert cells(tab, 1)[1:] == [["Learning rate", "0.001", "0.01"]]


def test_stop_all_ends_a_sweep_and_those_that_waited_never_begin(sweep):
    tab = sweep("0.001, 0.01, 0.02", **{"recipe.epochs": "200", "recipe.train_images": "60000"})
    wait_for_line(tab, "small learning rate 0.001, training")
    tab.locator(".st-key-stop_all button").first.click()
    tab.locator(".st-key-stop_all").wait_for(state="detached")
    assert [row[1] for row in cells(tab, 0)[1:]] == ["Stopped"] * 3
    trained = [run for run in run_store.all_runs() if events_of_kind(run, "steps")]
    assert {run.name for run in trained} == {"small", "small learning rate 0.001"}
