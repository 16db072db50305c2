"""What measurements of strokes share: a fresh app with a browser's tab, a clock in the page."""

import contextlib
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import pen
from app import App
from conftest import FLAGS

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


@contextlib.contextmanager
def fresh_tab(path: str = ""):
    """The first visitor's tab on a fresh server, as soon as there is a canvas to draw on."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app = App(Path(home))
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(f"{app.url}/{path}")
            tab.locator(pen.CANVAS).wait_for()
            yield tab
        finally:
            browser.close()
            app.stop()


def stroke(tab, points) -> dict:
    """When the pen went up, the browser sent, and the page showed what came: milliseconds."""
    pen.draw(tab, [points])
    tab.wait_for_function("window.times.shown")
    tab.wait_for_timeout(300)  # a later change of the same answer would count
    return tab.evaluate("window.times")


def report(times: list[dict], what: str) -> None:
    """The medians, and how much of them is the canvas's own delay."""
    waits = [time["sent"] - time["up"] for time in times]
    rest = [time["shown"] - time["sent"] for time in times]
    totals = [time["shown"] - time["up"] for time in times]
    print(f"{len(times)} strokes; medians:")
    print(f"  the canvas's own delay {statistics.median(waits):.0f} ms")
    print(f"  pen-up to {what} {statistics.median(totals):.0f} ms")
    print(f"  of that ours {statistics.median(rest):.0f} ms, worst {max(rest):.0f} ms")
