"""Thirty people on one server, drawing every two seconds while a run trains.

    python tests/bench/class_at_once.py [minutes] [people]

Minutes: 2 unless told; people: 30. Prints, for the class without a training and then for the given
time with one: how long an answer took (median, 95th percentile, worst), answers a second, errors,
answers lost or mixed up; then the server's memory each half minute and what the processor did.

A digit is three requests or more: Clear, the emptied canvas that says so, and each stroke; once a
minute everybody loads the page anew, so that the server has sessions to forget.

An answer's time begins when the stroke is sent. In a browser the canvas itself waits 202 ms after
pen-up before it sends, so the second line adds those. The visitors are real websocket sessions in
this one process; its own share of the processor is printed too, because it takes that from the
server.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import classroom
from app import App

from mnist_core.data import loading
from tests.bench import report

PEN_UP = 0.202  # seconds from pen-up until the canvas sends
ALONE = 30.0  # seconds without a training
EACH = 30.0  # seconds between two looks at the memory
HEAD = "  minute  server MB  workers MB  server CPU %  workers CPU %  this process CPU %"
ROW = "  {:6.1f}  {:9.0f}  {:10.0f}  {:12.0f}  {:13.0f}  {:18.0f}"


class Watch(threading.Thread):
    """Looks at the server, the workers and this process every half minute, until told to stop."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._server = psutil.Process(pid)
        self._done = threading.Event()
        self.rows: list[tuple] = []  # minute, server's MB, workers' MB, their shares of a core

    def run(self):
        began, before = time.perf_counter(), self._times()
        last = began
        while not self._done.wait(EACH):
            now, times = time.perf_counter(), self._times()
            shares = [100 * (b - a) / (now - last) for a, b in zip(before, times, strict=True)]
            workers = sum(child.memory_info().rss for child in self._workers())
            memory = self._server.memory_info().rss
            self.rows.append(((now - began) / 60, memory / 2**20, workers / 2**20, *shares))
            print(ROW.format(*self.rows[-1]), flush=True)  # a long wait: show that it goes on
            before, last = times, now

    def stop(self):
        self._done.set()
        self.join()

    def _workers(self):
        return self._server.children(recursive=True)

    def _times(self) -> list[float]:
        """Seconds of a processor so far: server, workers, this process."""
        groups = [self._server], self._workers(), [psutil.Process(os.getpid())]
        return [sum(sum(one.cpu_times()[:2]) for one in group) for group in groups]


def summarize(lesson: classroom.ClassResult, seconds: float, what: str) -> float:
    """Print what a lesson was like; returns the median of its waits."""
    waits = lesson.waits()
    median, late = np.percentile(waits, [50, 95])
    print(f"{what}: {len(waits)} answers in {seconds:.0f} s, {len(waits) / seconds:.1f} a second")
    print(f"  sent to answer: median {median:.3f} s, 95th {late:.3f} s, worst {waits.max():.3f} s")
    up = [f"{number + PEN_UP:.3f} s" for number in (median, late, waits.max())]
    print(f"  pen-up to answer: median {up[0]}, 95th {up[1]}, worst {up[2]}")
    report.figure(f"class of thirty: pen-up to answer, {what.lower()}", median + PEN_UP, "s")
    report.figure("the same, 95th percentile", late + PEN_UP, "s")
    lost, mixed = lesson.find_lost(), classroom.find_mixed_up(lesson)
    print(f"  errors {len(lesson.errors)}, lost {len(lost)}, mixed up {len(mixed)}")
    for line in [*lesson.errors, *lost, *mixed][:10]:
        print(f"    {line}")
    return median


def growth(rows: list[tuple]) -> None:
    """Print how fast the memory grows, once all has been used for the first time."""
    if len(rows) > 3:
        minutes, memory = np.array(rows)[len(rows) // 4 :, :2].T
        slope = np.polyfit(minutes, memory, 1)[0]
        print(f"  after the first quarter the server grows by {slope:+.2f} MB a minute")


def main(minutes: float = 2, people: float = 30) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        app = App(Path(home), MNIST_CORE_PEOPLE="many", MNIST_CORE_MINUTES="0")
        try:
            print(f"{int(people)} people, a digit every {classroom.DIGIT_INTERVAL:.0f} s each")
            visitors = classroom.open_visitors(app.url, int(people))
            alone = classroom.draw_all(visitors, ALONE)
            quiet = summarize(alone, ALONE, "Without a training")
            classroom.start_run(visitors[0], loading.best_available())
            print(HEAD)
            watch = Watch(app.pid)
            watch.start()
            busy = classroom.draw_all(visitors, 60 * minutes, first_turn=1000)
            watch.stop()
            growth(watch.rows)
            memory, processor = (max(row[column] for row in watch.rows) for column in (1, 3))
            report.figure("the server's memory, a class of thirty", memory, "MB", "at most 400")
            report.figure(
                "the server's processor time, a class of thirty", processor, "% of a core"
            )
            median = summarize(busy, 60 * minutes, "While a run trains")
            print(f"  the training makes the median {median / quiet:.2f} times as long")
            classroom.stop_run(visitors[0])  # it would outlive the server
        finally:
            app.stop()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
