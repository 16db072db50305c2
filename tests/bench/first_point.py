"""Seconds from the click on Start to the first point of the curve, with a prewarmed process.

python tests/bench/first_point.py [repeats]
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
from app import App
from conftest import FLAGS, NAMES

from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import local

LIMIT = 2.0  # seconds
LINK = "/train?data=mnist&recipe.epochs=20&network.blocks.0.filters=8"
FIRST = "[...document.querySelectorAll('.js-plotly-plot')].some(p => p.data?.some(l => l.x.length))"


def wait_for_spare(seconds=90):
    """Until the server's spare process has loaded TensorFlow and sleeps."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            mine = command[-3:-1] == ["mnist_core", "work"] and is_child(process)
            if mine and process.cpu_percent(1.0) < 2 and process.memory_info().rss > 3e8:
                return
        time.sleep(0.2)
    raise TimeoutError("The spare process did not get ready.")


def is_child(process) -> bool:
    return psutil.Process() in process.parents()


def measure(tab, app) -> tuple[float, float]:
    """Seconds from the click to the first point: in events.jsonl, and on the page."""
    time.sleep(local.PREWARM_DELAY + 0.5)  # since the last start: sooner, none is prewarmed
    tab.goto(app.url + LINK)
    tab.locator(".st-key-start button").wait_for()
    wait_for_spare()
    clicked = time.time()
    tab.locator(".st-key-start button").click()
    tab.wait_for_function(FIRST)
    seen = time.time() - clicked
    (folder,) = (app.home / "runs").iterdir()
    run = Run(folder)
    first = next(event["time"] for event in run.events()[0] if event["kind"] == "steps")
    run.request_stop()
    while run.state not in ENDED:
        time.sleep(0.1)
    shutil.rmtree(folder)
    return first - clicked, seen


def main(repeats=7):
    app = App(Path(tempfile.mkdtemp(prefix="first-point-")))
    program = next(filter(None, map(shutil.which, NAMES)))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.set_default_timeout(90_000)
            found = [measure(tab, app) for _ in range(repeats)]
            browser.close()
    finally:
        app.stop()
        shutil.rmtree(app.home, ignore_errors=True)
    load = psutil.getloadavg()[0]
    print(f"{repeats} starts, load of the machine {load:.1f} on {psutil.cpu_count()} cores")
    for name, seconds in zip(("events.jsonl", "page"), zip(*found, strict=True), strict=True):
        middle = statistics.median(seconds)
        worse = "" if middle <= LIMIT else f", slower than {LIMIT} s"
        print(f"{name:14} median {middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}){worse}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
