"""What it costs a training that somebody watches it: LeNet with the Train page open, and without.

python tests/bench/watching.py [TURNS]

In each turn a visitor looks at a run from its second epoch on, then is away for as long. Prints
the ratio of the speeds, how much of a core the browser and the server took, and their processor
time for each tick of the page, which other load on the machine disturbs least.
"""

import statistics
import sys
import time
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import chromium

from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.runs import history
from mnist_core.runs.run import ENDED, Run
from tests.bench import report

SECONDS = 20  # a look lasts, and an absence: about two epochs
LENET = PRESETS["lenet"].with_values({"data": loading.best_available()})


class Look(NamedTuple):
    """What was measured in one look or absence."""

    speed: float  # steps a second
    browser: float  # cores
    server: float  # cores
    ticks: float  # a second: how often the page asks for what is new


def processor_seconds(processes) -> float:
    """What they have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())


def browser_processes() -> list[psutil.Process]:
    """All of the browser that this process has started."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "chrom" in child.name()]


def steps_so_far(run: Run) -> tuple[int, float]:
    """The last step that the run has noted, and when."""
    event = next(e for e in reversed(run.events()[0]) if e["kind"] == "steps" and e["loss"])
    return history.point_steps(event)[-1], event["time"]


def measure(run: Run, tab, server: psutil.Process, asked: list) -> Look:
    """What happens from now on, for SECONDS.

    Args:
        asked: what the page has sent to the server; it grows.
    """
    groups, sent = (browser_processes(), [server]), len(asked)
    before, (first, began) = [processor_seconds(g) for g in groups], steps_so_far(run)
    tab.wait_for_timeout(SECONDS * 1000)  # it notes meanwhile what is sent
    after, (last, ended) = [processor_seconds(g) for g in groups], steps_so_far(run)
    used = [(b - a) / SECONDS for a, b in zip(before, after, strict=True)]
    return Look((last - first) / (ended - began), *used, (len(asked) - sent) / SECONDS)


def start(app, tab) -> Run:
    """A run of LeNet in its second epoch, and the tab that looks at it."""
    tab.goto(f"{app.url}/train?{urllib.parse.urlencode(LENET.to_query())}")
    tab.locator(".st-key-start button").first.click()
    tab.get_by_text("Epoch 2 of").wait_for()
    return next(run for run in map(Run, (app.home / "runs").iterdir()) if run.state not in ENDED)


def stop(run: Run) -> None:
    """Wait until it has ended."""
    run.request_stop()
    while run.state not in ENDED:
        time.sleep(0.1)


def main(turns: int = 3) -> None:
    """Print the turns and their medians."""
    ratios, looks, asked = [], [], []
    with chromium.fresh_app() as (app, tab):
        server = psutil.Process(app.pid)
        tab.on(
            "websocket",
            lambda socket: socket.on("framesent", lambda sent: asked.append(sent)),
        )
        print(
            "turn  ratio  browser  server (cores)  ticks/s  browser  server (ms/tick)", flush=True
        )
        for turn in range(turns):
            run = start(app, tab)
            look = measure(run, tab, server, asked)
            tab.goto("about:blank")
            ratios.append(look.speed / measure(run, tab, server, asked).speed)
            looks.append(look)
            print(f"{turn + 1:4} {row(ratios[-1], look)}", flush=True)
            stop(run)
    middle = Look(*map(statistics.median, zip(*looks, strict=True)))
    print(f"     {row(statistics.median(ratios), middle)}: medians")
    speed = statistics.median(ratios)
    report.figure("speed of a training that is watched, to bare", speed, "ratio", "at least 0.95")
    print(f"load of the machine {psutil.getloadavg()[0]:.1f}")


def row(ratio: float, look: Look) -> str:
    """The figures of a turn."""
    per_tick = [1000 * cores / look.ticks for cores in (look.browser, look.server)]
    cores = f"{ratio:6.2f} {look.browser:8.2f} {look.server:7.2f} {look.ticks:16.2f}"
    return cores + f" {per_tick[0]:8.0f} {per_tick[1]:7.0f}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
