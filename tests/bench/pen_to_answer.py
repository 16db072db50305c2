"""How long from pen-up to the reader's answer on Draw, or to all layers of LeNet on Inside.

    python tests/bench/pen_to_answer.py [draw|inside] [strokes]

Starts the app, draws with the mouse in a headless Chromium and prints the medians; on Draw also how
soon the first visitor of a fresh server can draw and is answered, and what memory the server takes.
The canvas waits after each stroke before it tells the server; that wait ends when the browser
sends, and what comes after it is ours.
"""

import statistics
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import chromium
import pen

from tests.bench import report

# Times are taken in the page, so that Playwright's own round trips don't count.
WATCH = """shows => {
    window.times = {};
    const look = eval(shows), send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (window.times.up && !window.times.sent) window.times.sent = performance.now();
        return send.call(this, data);
    };
    const up = () => { window.times = {up: performance.now()}; };
    addEventListener('pointerup', up, true);
    addEventListener('mouseup', up, true);
    new MutationObserver(() => {
        const now = look();
        if (now !== window.shown && now && window.times.sent) {
            window.times.shown = performance.now();
        }
        window.shown = now;
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
ANSWER = """() => {
    const bars = document.querySelector('.st-key-answer .bars')?.ariaLabel ?? '';
    return bars.startsWith('Prob') && document.querySelector('img.seen')?.src + bars;
}"""
LAYERS = "() => [...document.querySelectorAll('.layer img')].map(image => image.src).join()"


def draw_on_draw(tab, number: int) -> None:
    """The next stroke on Draw: on a new drawing for every fourth."""
    if number % 4 == 0:
        tab.locator(".st-key-clear button").click()
        pen.wait_for_answer(tab, "Draw")
    y = 0.25 + 0.15 * (number % 4)
    pen.draw(tab, [[(0.3, y), (0.7, y + 0.05 * (number % 3))]])


def draw_on_inside(tab, number: int) -> None:
    """The next stroke on Inside: short, and somewhere else each time."""
    x, y = 0.15 + 0.6 * (0.618 * number % 1), 0.1 + 0.8 * (0.382 * number % 1)
    pen.draw(tab, [[(x, y), (x + 0.1, y + 0.05)]])


def time_strokes(tab, shows: str, draw, count: int) -> list[dict]:
    """When the pen went up, the browser sent and the page showed what came: milliseconds."""
    tab.wait_for_timeout(5000)  # the rest loads behind the page
    tab.evaluate(WATCH, shows)
    times = []
    for number in range(count):
        draw(tab, number)
        tab.wait_for_function("window.times.shown")
        tab.wait_for_timeout(300)  # a later change of the same answer would count
        times.append(tab.evaluate("window.times"))
    return times


def medians(times: list[dict], shown: str, goal: str) -> None:
    """Print the medians, and how much of them is the canvas's own delay."""
    waits = [time["sent"] - time["up"] for time in times]
    rest = [time["shown"] - time["sent"] for time in times]
    totals = [time["shown"] - time["up"] for time in times]
    print(f"{len(times)} strokes; medians:")
    print(f"  the canvas's own delay {statistics.median(waits):.0f} ms")
    print(f"  pen-up to {shown} {statistics.median(totals):.0f} ms")
    report.figure(f"{shown} over the canvas's own delay", statistics.median(rest) / 1000, "s", goal)
    report.figure(f"{shown} over the canvas's own delay, the worst", max(rest) / 1000, "s")


def main(page: str = "draw", strokes: str = "24") -> None:
    if page == "inside":
        with chromium.fresh_app("inside?model=classic") as (_, tab):
            tab.locator(pen.CANVAS).wait_for()
            pen.draw(tab, pen.SEVEN)
            tab.locator(".layer img").first.wait_for()
            times = time_strokes(tab, LAYERS, draw_on_inside, int(strokes))
            medians(times, "all layers", "at most 0.15")
        return
    with chromium.fresh_app() as (app, tab):
        tab.locator(pen.CANVAS).wait_for()
        drawable = tab.evaluate("performance.now()") / 1000
        report.figure("a fresh server's canvas can be drawn on", drawable, "s", "at most 2")
        pen.draw(tab, pen.SEVEN)
        up = time.perf_counter()
        pen.wait_for_answer(tab, "7", seconds=120)
        waited = time.perf_counter() - up
        report.figure("a fresh server's first answer after pen-up", waited, "s", "at most 0.5")
        times = time_strokes(tab, ANSWER, draw_on_draw, int(strokes))
        medians(times, "answer", "at most 0.06")
        memory = psutil.Process(app.pid).memory_info().rss / 2**20
        report.figure("the server's memory, one visitor", memory, "MB", "at most 250")


if __name__ == "__main__":
    main(*sys.argv[1:])
