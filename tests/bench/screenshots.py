"""The README's three pictures, taken from a running app: Draw, Train while it trains, Inside.

streamlit run streamlit_app.py &
python tests/bench/screenshots.py http://localhost:8501
"""

import sys
import urllib.parse
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium
import pen

from mnist_core.presets import PRESETS

FOLDER = ROOT / ".github"
WIDTH = 1440  # pixels
TRAINED = PRESETS["quick"].with_values({"recipe.epochs": "8"})


def draw(tab, url: str) -> None:
    """A 4 on the canvas, read."""
    tab.goto(url)
    tab.locator(pen.CANVAS).wait_for()
    tab.locator(".st-key-samples").wait_for()
    pen.draw(tab, pen.FOUR)
    pen.wait_for_answer(tab, r"\d")


def train(tab, url: str) -> None:
    """A network in its fourth epoch."""
    tab.goto(f"{url}/train?{urllib.parse.urlencode(TRAINED.to_query())}")
    tab.locator(".st-key-start button").first.click()
    tab.get_by_text("Epoch 4 of 8").wait_for()
    tab.locator(".st-key-accuracy .xtick").first.wait_for()


def inside(tab, url: str) -> None:
    """The same 4 inside the classic, with the arithmetic of one value."""
    draw(tab, f"{url}/?model=classic")
    tab.locator(".st-key-inside button").first.click()
    tab.locator(".st-key-arithmetic").wait_for()
    tab.mouse.move(0, 0)


def main(url: str) -> None:
    """Take all three, light, and stop the training."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for show, height in ((draw, 880), (inside, 1240), (train, 1180)):
            size = {"width": WIDTH, "height": height}
            tab = browser.new_page(viewport=size, color_scheme="light")
            tab.set_default_timeout(300_000)
            show(tab, url.rstrip("/"))
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(1000)  # what is faded in is there
            tab.screenshot(path=FOLDER / f"{show.__name__}.png")
        tab.locator(".st-key-stop button").first.click()
        tab.get_by_text("Stopped in epoch").wait_for()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
