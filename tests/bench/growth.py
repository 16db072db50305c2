"""How time and memory grow with what there is more of.

    python tests/bench/growth.py runs|steps|images|batch|people [NUMBER ...]

    runs    kept by one person: to open a page, and a tick of a run that trains
    kept    the same pages as a person opens them, in a browser
    steps   of one run of 200 epochs: to open its page, and a tick while it trains
    images  that a model reads at once
    batch   size: an epoch of the preset `quick` on 6,000 images, in a process of its own
    people  who draw on one server, a digit every two seconds each

Prints a row for each number, and draws them for `python -m tests.bench`. What a page costs is
measured on the real server over a websocket, as the processor's time of the server too: other work
on the machine lengthens that less. The numbers take turns, so that other work meets all alike.
"""

import argparse
import contextlib
import itertools
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import chromium
import classroom
import many_runs
from app import App
from streamlit_tab import Rerun
from visitor import Visitor

from mnist_core.runs.run import Run
from tests.bench import report

OPENINGS = 7  # of each page, and ticks; the median counts
PAGES = {"Draw": "/?model=reader", "Train": "/train", "Runs": "/runs?run=run%200"}
EPOCHS, BATCH_IMAGES, SECONDS_DRAWN = 200, 6000, 20.0
DEFAULTS = {
    "runs": (5, 50, 500, 5000),
    "kept": (5, 5000),
    "steps": (1000, 10_000, 100_000, 1_000_000),
    "images": (1, 10, 100, 1000, 10_000),
    "batch": (16, 64, 256, 1024),
    "people": (1, 5, 15, 30),
}
READY = {"Draw": "canvas.upper-canvas", "Train": ".st-key-start", "Runs": ".st-key-run_actions"}
GOALS = {("kept", f"{page} s"): "at most 1.2" for page in PAGES}
GOALS |= {("runs", "tick s"): "at most 1.2"}
Row = dict[str, float]


class Server:
    """The app over a home with runs, the newest of which seems to train, and a visitor."""

    def __init__(self, home: Path, runs: int, steps: int = 0):
        many_runs.keep_runs(home / "runs", runs)
        live = Run(home / "runs" / f"run {runs - 1}")
        if steps:
            for run in (live, Run(home / "runs" / "run 0")):
                events = many_runs.make_events(EPOCHS, steps // EPOCHS, max(1, steps // 20_000))
                lines = "".join(json.dumps(event) + "\n" for event in events)
                (run.folder / "events.jsonl").write_text(lines)
        token = secrets.token_hex(8)
        command = [sys.executable, "-c", "import time; time.sleep(3600)", token]
        self.training = subprocess.Popen(command)
        many_runs.have_train(live, self.training.pid, token)
        self.app = App(home, MNIST_CORE_CACHE=str(home / "cache"))
        self.process, self.visitor = psutil.Process(self.app.pid), Visitor(self.app.url)

    def close(self) -> None:
        self.visitor.close()
        self.app.stop()
        self.training.kill()
        self.training.wait()

    def measure(self, action: Callable) -> tuple[float, float]:
        """(seconds, of the processor's time) that an action takes the server."""
        before, began = sum(self.process.cpu_times()[:2]), time.perf_counter()
        action()
        took = time.perf_counter() - began
        return took, sum(self.process.cpu_times()[:2]) - before

    def open(self, page: str) -> tuple[float, float]:
        return self.measure(lambda: self.visitor.open(PAGES[page]))

    def tick(self) -> tuple[float, float]:
        """One of the run that trains, on the Train page."""
        fragment = self.visitor.node("stop").fragment
        return self.measure(lambda: self.visitor.rerun(Rerun(fragment)))


def pages(numbers: list[int], make: Callable[[Path, int], Server]) -> Iterator[tuple[int, Row]]:
    """Opening each page and a tick, for servers that take turns."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for number in numbers:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            servers[number] = make(Path(folder), number)
            stack.callback(servers[number].close)
        firsts = {n: server.open("Runs")[0] for n, server in servers.items()}
        taken = {number: {what: [] for what in [*PAGES, "tick"]} for number in numbers}
        for server in servers.values():
            for page in PAGES:
                server.open(page)
        for _ in range(OPENINGS):
            for page in PAGES:
                for number, server in servers.items():
                    taken[number][page].append(server.open(page))
                    if page == "Train":
                        taken[number]["tick"].append(server.tick())
        for number, server in servers.items():
            assert not server.visitor.failures, server.visitor.failures
            row = {"first s": firsts[number]}
            for what, times in taken[number].items():
                for unit, values in zip(("s", "CPU s"), zip(*times, strict=True), strict=True):
                    row[f"{what} {unit}"] = statistics.median(values)
            yield number, row | {"server MB": server.process.memory_info().rss / 2**20}


def runs(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """Pages and ticks, by runs kept."""
    yield from pages(numbers, Server)


def kept(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """Until the browser shows what a page is for, by runs kept."""
    from playwright.sync_api import sync_playwright

    with contextlib.ExitStack() as stack:
        browser = chromium.launch(stack.enter_context(sync_playwright()))
        servers, taken = {}, {number: {page: [] for page in PAGES} for number in numbers}
        for number in numbers:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            servers[number] = Server(Path(folder), number)
            stack.callback(servers[number].close)
            servers[number].open("Runs")
        for _, page, number in itertools.product(range(OPENINGS), PAGES, numbers):
            tab, began = browser.new_page(**chromium.DESK), time.perf_counter()
            tab.goto(servers[number].app.url + PAGES[page])
            tab.locator(READY[page]).first.wait_for()
            taken[number][page].append(time.perf_counter() - began)
            tab.close()
        for number, times in taken.items():
            yield number, {f"{page} s": statistics.median(all) for page, all in times.items()}


def steps(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """Pages and ticks, by the steps of the runs that they show."""
    yield from pages(numbers, lambda home, steps: Server(home, 2, steps))


def images(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """The classic model reads so many images at once."""
    import numpy as np

    from mnist_core.prediction import Classifier

    classifier, process = Classifier.load("classic"), psutil.Process()
    for number in numbers:
        digits = np.random.default_rng(0).integers(0, 256, (number, 28, 28), np.uint8)
        taken = []
        for _ in range(OPENINGS):
            began = time.perf_counter()
            classifier.probabilities(digits)
            taken.append(time.perf_counter() - began)
        yield number, {"s": statistics.median(taken), "MB": process.memory_info().rss / 2**20}


def batch(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """A training on the command line: its one epoch, and the memory at its highest."""
    from mnist_core.data import loading

    fields = [f"recipe.train_images={BATCH_IMAGES}", "recipe.epochs=1"]
    fields.append(f"data={loading.best_available()}")
    for number in numbers:
        with tempfile.TemporaryDirectory() as home:
            chosen = [f"--set={field}" for field in [*fields, f"recipe.batch_size={number}"]]
            command = [sys.executable, "-m", "mnist_core", "train", "--preset", "quick", "--json"]
            process = subprocess.Popen(
                [*command, *chosen], cwd=ROOT, stdout=subprocess.DEVNULL,
                env=os.environ | {"MNIST_CORE_HOME": home, "MNIST_CORE_CACHE": home},
            )  # fmt: skip
            highest = 0
            while process.poll() is None:
                with contextlib.suppress(psutil.Error):
                    tree = [parent := psutil.Process(process.pid), *parent.children(recursive=True)]
                    highest = max(highest, *(one.memory_info().rss for one in tree))
                time.sleep(0.05)
            assert process.returncode == 0, command
            (run,) = [Run(path.parent) for path in Path(home).glob("runs/*/experiment.json")]
            (epoch,) = [event for event in run.events()[0] if event["kind"] == "epoch"]
            yield number, {"epoch s": epoch["seconds"], "MB": highest / 2**20}


def people(numbers: list[int]) -> Iterator[tuple[int, Row]]:
    """From sending a stroke to its answer, and the server's memory; a server for each number."""
    import numpy as np

    for number in numbers:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            app = App(Path(home), MNIST_CORE_PEOPLE="many")
            try:
                visitors = classroom.open_visitors(app.url, number)
                waits = classroom.draw_all(visitors, SECONDS_DRAWN).waits()
                median, late = np.percentile(waits, [50, 95])
                memory = psutil.Process(app.pid).memory_info().rss
                yield number, {"median s": median, "95th s": late, "server MB": memory / 2**20}
            finally:
                app.stop()


def plot(what: str, rows: list[tuple[int, Row]]):
    """Seconds and megabytes against the numbers, as a page with a Plotly figure."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, subplot_titles=("seconds", "MB"))
    for name in rows[0][1]:
        column = 2 if name.endswith("MB") else 1
        x, y = [number for number, _ in rows], [row[name] for _, row in rows]
        figure.add_trace(go.Scatter(x=x, y=y, name=name, mode="lines+markers"), 1, column)
    figure.update_xaxes(type="log", title=what)
    figure.update_yaxes(rangemode="tozero")
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=DEFAULTS)
    parser.add_argument("numbers", nargs="*", type=int)
    options = parser.parse_args()
    rows = []
    for number, row in globals()[options.what](options.numbers or DEFAULTS[options.what]):
        if not rows:
            print(f"{options.what:>9}", *(f"{name:>11}" for name in row))
        print(f"{number:>9,}", *(f"{value:>11,.3f}" for value in row.values()), flush=True)
        rows.append((number, row))
    (few, first), (many, last) = rows[0], rows[-1]
    for name, value in last.items():
        title = f"{name}: {many:,} {options.what}, to {few:,}"
        report.figure(title, value / first[name], "ratio", GOALS.get((options.what, name), ""))
    report.picture(f"growth_{options.what}", plot(options.what, rows))


if __name__ == "__main__":
    main()
