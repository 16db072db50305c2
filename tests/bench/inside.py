"""How long from pen-up until Inside shows all layers of the new drawing, for LeNet.

    python tests/bench/inside.py [strokes]

Starts the app, draws on Inside with the mouse in a headless Chromium and prints the medians. The
canvas waits after each stroke before it tells the server; that wait ends when the browser sends,
and what comes after it is ours.
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
    addEventListener('mouseup', () => { window.times = {up: performance.now()}; }, true);
    new MutationObserver(() => {
        const maps = [...document.querySelectorAll('.layer img')].map(i => i.src).join();
        if (maps !== window.shown && window.times.sent) window.times.drawn = performance.now();
        window.shown = maps;
    }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


def main(count: int) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app = App(Path(home))
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(f"{app.url}/inside?model=classic")
            tab.locator(pen.CANVAS).wait_for()
            pen.draw(tab, pen.SEVEN)
            tab.locator(".layer img").first.wait_for(timeout=120_000)
            tab.wait_for_timeout(5000)  # the rest loads behind the page
            tab.evaluate(WATCH)
            times = [stroke(tab, number) for number in range(count)]
        finally:
            browser.close()
            app.stop()
    for name, start, end in (
        ("canvas's own delay", "up", "sent"),
        ("ours, until all layers are shown", "sent", "drawn"),
        ("pen-up to all layers", "up", "drawn"),
    ):
        found = [time[end] - time[start] for time in times]
        print(f"{name}: median {statistics.median(found):.0f} ms, worst {max(found):.0f} ms")


def stroke(tab, number: int) -> dict:
    """Draw a short stroke somewhere, and wait until the layers have followed."""
    x, y = 0.15 + 0.6 * (0.618 * number % 1), 0.1 + 0.8 * (0.382 * number % 1)
    pen.draw(tab, [[(x, y), (x + 0.1, y + 0.05)]])
    tab.wait_for_function("window.times.drawn")
    tab.wait_for_timeout(300)
    return tab.evaluate("window.times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
