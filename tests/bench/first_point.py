"""How long from Start to the first point of the curve, where a prewarmed process waits.

python tests/bench/first_point.py [repeats]
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import chromium

from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import local
from mnist_core.system import machine

LIMIT = 2.0  # seconds
LINK = "/train?data=mnist&recipe.epochs=20&network.blocks.0.filters=8"
FIRST = "[...document.querySelectorAll('.js-plotly-plot')].some(p => p.data?.some(l => l.x.length))"


def wait_for_prewarmed(server: psutil.Process, seconds: float = 90) -> None:
    """Until the server's prewarmed process has loaded TensorFlow and sleeps."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for process in server.children():
            waits = process.cmdline()[-3:-1] == ["mnist_core", "work"]
            if waits and process.cpu_percent(1.0) < 2 and process.memory_info().rss > 3e8:
                return
        time.sleep(0.2)
    raise TimeoutError("The prewarmed process did not get ready.")


def measure(app, tab) -> tuple[float, float]:
    """Seconds from the click to the first point: in events.jsonl, and on the page."""
    time.sleep(local.PREWARM_DELAY + 0.5)  # since the last start: sooner, none is prewarmed
    tab.goto(app.url + LINK)
    tab.locator(".st-key-start button").wait_for()
    wait_for_prewarmed(psutil.Process(app.pid))
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


def main(repeats: int = 7) -> None:
    with chromium.fresh_app() as (app, tab):
        times = [measure(app, tab) for _ in range(repeats)]
    load = psutil.getloadavg()[0]
    print(f"{repeats} starts, load of the machine {load:.1f} on {machine.cpu_count()} cores")
    for name, seconds in zip(("events.jsonl", "page"), zip(*times, strict=True), strict=True):
        median = statistics.median(seconds)
        worse = "" if median <= LIMIT else f", slower than {LIMIT} s"
        print(f"{name:14} median {median:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}){worse}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
