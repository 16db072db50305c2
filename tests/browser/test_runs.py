"""The Runs page in a real browser: see runs, name, export, delete, compare and sweep them."""

import re
import shutil
from pathlib import Path

import pytest
from kept_runs import finished_run
from small_runs import events_of_kind, have_ended, small_experiment, wait_until

from mnist_core.config.schema import Experiment
from mnist_core.runs import store as run_store
from mnist_core.scheduler import job

FEW = {"data": "built-in", "network.blocks.0.filters": "2", "recipe.train_images": "300"}
FEW |= {"recipe.epochs": "2", "recipe.validation_fraction": "0.2"}
TITLE = "[class*=st-key-opened] :is(h2, h3)"
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
    """In the charts in sight: out of it they aren't redrawn."""
    look = "document.querySelector('.st-key-accuracy')?.scrollIntoView({ block: 'nearest' })"
    has_it = f"{LINES}.some(line => line.name === name)"
    tab.wait_for_function(f"name => {{ {look}; return {has_it}; }}", arg=name)


def tick(tab, row):
    """The box at the start of a row of the table of runs."""
    table = tab.locator("[data-testid=stDataFrame]")
    table.locator("tbody tr").nth(row).wait_for(state="attached")  # until then nothing is drawn
    table.click(position={"x": 17, "y": 36 + 35 * row + 17})


def wait_for_title(tab, name):
    tab.locator(TITLE, has_text=re.compile(f"^{re.escape(name)}$")).wait_for()


def test_a_run_can_be_renamed_exported_and_deleted(home, tab, app):
    job.train_run(run_store.create(small_experiment(), "small"))
    tab.goto(f"{app.url}/runs?run=small")
    wait_for_title(tab, "small")

    tab.locator("[class*=st-key-rename] button").first.click()
    tab.get_by_label("New name").fill("better")
    tab.get_by_label("New name").press("Enter")
    wait_for_title(tab, "better")
    names = {run.name for run in run_store.all_runs()}
    assert "better" in names and "small" not in names

    tab.locator(".st-key-export button").first.click()
    with tab.expect_download() as download:
        tab.locator(".st-key-export_script button").first.click()
    assert download.value.suggested_filename == "train_better.py"
    script = Path(download.value.path()).read_text()
    compile(script, "train_better.py", "exec")
    assert "keras.Sequential" in script

    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Delete", exact=True).click()
    tab.locator(TITLE, has_text="better").wait_for(state="detached")
    assert "better" not in {run.name for run in run_store.all_runs()}
    tab.get_by_role("button", name="Undo").click()
    wait_for_title(tab, "better")
    assert "better" in {run.name for run in run_store.all_runs()}


def test_a_click_on_a_row_opens_that_run(home, tab, app):
    run_store.create(small_experiment(), "small").set_status("finished")
    tab.goto(f"{app.url}/runs")
    tab.locator(TITLE).wait_for()
    # The table's twin for a screen reader
    rows = tab.locator("[data-testid=stDataFrame] tbody tr")
    rows.first.wait_for(state="attached")
    row = min(rows.count(), 8) - 1
    name = rows.nth(row).locator("td").first.text_content()
    tab.locator("[data-testid=stDataFrame]").click(position={"x": 120, "y": 36 + 35 * row + 17})
    wait_for_title(tab, name)


def test_two_ticked_runs_lie_over_each_other_with_only_what_differs(home, tab, app):
    ended("low", 0.3)
    ended("high", 0.9, **{"recipe.learning_rate": "0.005", "network.dense": "2"})
    tab.goto(f"{app.url}/runs?run=low")
    tab.locator(".st-key-opened :is(h2, h3)", has_text="low").wait_for()
    tick(tab, 0)  # the newest comes first: "high"
    tab.locator(".st-key-compared :is(h2, h3)").first.wait_for()
    wait_for_line(tab, "high, on new images")
    assert ["low, on new images", [30, 30]] in lines(tab)
    assert ["high, on new images", [90, 90]] in lines(tab)
    differing = [row[0] for row in cells(tab, 1)[1:]]
    second = ["units", "activation", "dropout rate"]
    assert differing == ["Dense layers", *(f"Dense 2: {w}" for w in second), "Learning rate"]
    assert names(tab) == ["low", "high"]
    tab.wait_for_url(re.compile(r"compare=low&compare=high"))


def test_the_link_of_a_comparison_opens_it_for_somebody_else(home, tab, app):
    ended("low", 0.3)
    ended("high", 0.9)
    tab.goto(f"{app.url}/runs?compare=high&compare=low")
    wait_for_line(tab, "low, on new images")
    assert names(tab) == ["high", "low"]
    same = tab.locator(".st-key-compared").get_by_text("Nothing: the same was asked of them.")
    same.wait_for()


def test_a_sweep_fills_its_comparison_while_it_trains(sweep):
    tab = sweep("0.001, 0.01")
    swept = [f"small learning rate {rate}" for rate in ("0.001", "0.01")]
    tab.locator(
        ".st-key-compared :is(h2, h3)", has_text="Sweep from small: learning rate"
    ).wait_for()
    for name in swept:
        wait_for_line(tab, f"{name}, on new images")
    tab.wait_for_function("document.querySelectorAll('.st-key-scatter_seconds .point').length > 1")
    tab.locator(".st-key-stop_all").wait_for(state="detached")
    assert names(tab) == swept
    for name, row in zip(swept, cells(tab, 0)[1:], strict=True):
        run = run_store.get(name)
        (test,) = events_of_kind(run, "test")
        assert row[1] == "Finished"
        assert row[2].startswith(f"{100 * test['accuracy']:.2f} %")
        accuracies = [100 * event["val_accuracy"] for event in events_of_kind(run, "epoch")]
        assert [f"{name}, on new images", accuracies] in lines(tab)
    assert cells(tab, 1)[1:] == [["Learning rate", "0.001", "0.01"]]


def test_stop_all_ends_a_sweep_and_those_that_waited_never_begin(sweep):
    tab = sweep("0.001, 0.01, 0.02", **{"recipe.epochs": "200", "recipe.train_images": "60000"})
    wait_for_line(tab, "small learning rate 0.001, training")
    tab.locator(".st-key-stop_all button").first.click()
    tab.locator(".st-key-stop_all").wait_for(state="detached")
    assert [row[1] for row in cells(tab, 0)[1:]] == ["Stopped"] * 3
    trained = [run for run in run_store.all_runs() if events_of_kind(run, "steps")]
    assert {run.name for run in trained} == {"small", "small learning rate 0.001"}
