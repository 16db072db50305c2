"""How long from pen-up to the answer on the page, and how much of it is the canvas's own delay.

    python tests/bench/pen_to_answer.py [strokes]

Starts the app, draws with the mouse in a headless Chromium and prints the medians. The canvas
waits after each stroke before it tells the server; that wait ends when the browser sends.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import pen
from conftest import FLAGS, App

# Times are taken in the page, so that Playwright's own round trips don't count.
WATCH = """() => {
    window.times = {};
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (window.times.up && !window.times.sent) window.times.sent = performance.now();
        return send.call(this, data);
    };
    addEventListener('pointerup', () => { window.times = {up: performance.now()}; }, true);
    addEventListener('mouseup', () => { window.times = {up: performance.now()}; }, true);
    new MutationObserver(() => {
        const image = document.querySelector('img.seen')?.src;
        const bars = document.querySelector('.st-key-answer .bars')?.ariaLabel;
        const now = image + bars;
        if (now !== window.shown && window.times.sent && bars.startsWith('Prob')) {
            window.times.answered = performance.now();
        }
        window.shown = now;
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


def main(count: int) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app = App(Path(home))
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(app.url)
            tab.locator(pen.CANVAS).wait_for()
            drawable = tab.evaluate("performance.now()")
            pen.draw(tab, pen.SEVEN)
            pen.wait_for_answer(tab, "7", seconds=120)
            tab.wait_for_timeout(5000)  # the rest loads behind the page
            tab.evaluate(WATCH)
            times = [stroke(tab, number) for number in range(count)]
        finally:
            browser.close()
            app.stop()
    report(drawable, times)


def stroke(tab, number) -> tuple[float, float]:
    """Milliseconds from pen-up to sending, and from pen-up to the answer, of one stroke."""
    if number % 4 == 0:
        tab.locator(".st-key-clear button").click()
        pen.wait_for_answer(tab, "Draw")
    y = 0.25 + 0.15 * (number % 4)
    pen.draw(tab, [[(0.3, y), (0.7, y + 0.05 * (number % 3))]])
    tab.wait_for_function("window.times.answered")
    tab.wait_for_timeout(300)  # a later change of the same answer would count
    times = tab.evaluate("window.times")
    return times["sent"] - times["up"], times["answered"] - times["up"]


def report(drawable, times) -> None:
    waits, totals = zip(*times, strict=True)
    print(f"the first visitor could draw after {drawable / 1000:.2f} s")
    print(f"{len(times)} strokes; medians:")
    print(f"  the canvas's own delay {statistics.median(waits):.0f} ms")
    print(f"  pen-up to answer       {statistics.median(totals):.0f} ms")
    rest = [total - wait for wait, total in times]
    print(f"  of that ours           {statistics.median(rest):.0f} ms, worst {max(rest):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
