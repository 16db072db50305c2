"""The Train page in a browser: a run that is long enough to look at, and how far its curves are."""

import shutil
import time

from mnist_core.data import loading
from mnist_core.runs.run import ENDED, Run

DATA = loading.best_available()
# About a minute of training on two cores: enough to do something meanwhile
LONG = {"data": DATA, "network.blocks.0.filters": "8", "recipe.epochs": "60"}
LONG |= {"recipe.train_images": "9000", "recipe.validation_fraction": "0.05"}
FAR = "Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].flatMap("
FAR += "plot => (plot.data ?? []).flatMap(line => line.x ?? [])))"  # the last step in a chart


def start(tab) -> None:
    """Start a run, and wait for the first of its curve."""
    tab.locator(".st-key-start button").click()
    grow(tab)


def grow(tab, beyond=0) -> int:
    """The last step that the curves show, once it is more than `beyond`."""
    tab.wait_for_function(f"{FAR} > {beyond}")
    return tab.evaluate(FAR)


def forget_all(app) -> None:
    """Stop what trains, so that the next test has the machine to itself, and clear the list."""
    going_on = [run for run in runs_of(app) if run.state not in ENDED]
    for run in going_on:
        run.request_stop()
    wait_until(lambda: all(run.state in ENDED for run in going_on))
    shutil.rmtree(app.home / "runs", ignore_errors=True)


def runs_of(app) -> list[Run]:
    return [Run(p) for p in (app.home / "runs").glob("*") if (p / "status.json").exists()]


def wait_until(true, seconds=60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not come about."
        time.sleep(0.05)
