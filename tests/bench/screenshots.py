"""The README's pictures, taken from a running app: Draw, Train while it trains, Inside; and a film.

streamlit run streamlit_app.py &
python tests/bench/screenshots.py http://localhost:8501

The film is the first minute: a 4 is drawn, then a network that learns reads it.
"""

import io
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium
import pen

from mnist_core.presets import PRESETS

FOLDER = ROOT / ".github"
WIDTH = 1440  # pixels
FILM_WIDTH, FRAME, PACE = 900, 400, 250  # pixels; ms between two frames, and of each as shown
REST = 1500  # milliseconds that the drawing with its answer is shown, and the end
QUALITY = 45  # of 100: the film stays below 2 MB
SMALL = {"recipe.epochs": "8", "recipe.precision": "float32"}
TRAINED = PRESETS["quick"].with_values(SMALL)


def draw(tab, url: str) -> None:
    """A 4 on the canvas, read."""
    tab.goto(url)
    pen.wait_for_canvas(tab)
    tab.locator(".st-key-samples").wait_for()
    pen.draw(tab, pen.FOUR)
    pen.wait_for_answer(tab, r"\d")


def train(tab, url: str) -> None:
    """A network in its fourth epoch, and what it makes of the 4."""
    draw(tab, url)
    tab.get_by_role("link", name="Train", exact=True).first.click()
    tab.locator(".st-key-start button").wait_for()
    tab.goto(f"{url}/train?{urllib.parse.urlencode(TRAINED.to_query())}")
    start(tab)
    tab.get_by_text("Epoch 4 of 8").wait_for()
    tab.locator(".st-key-accuracy .xtick").first.wait_for()


def start(tab) -> None:
    """Begin a run, and wait until it is read with."""
    tab.locator(".st-key-start button").first.click()
    tab.mouse.move(0, 0)
    tab.get_by_text("Ten it must learn").wait_for()


def inside(tab, url: str) -> None:
    """The same 4 inside the classic, with the arithmetic of one value."""
    draw(tab, f"{url}/?model=classic")
    tab.locator(".living:not(.dim) .all").click()
    tab.locator(".st-key-arithmetic").wait_for()
    tab.mouse.move(0, 0)


def film(tab, url: str) -> Iterator[tuple[Image.Image, int]]:
    """Pictures of the tab, and for how many milliseconds each is shown."""

    def picture(pause=PACE):
        image = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
        size = (FILM_WIDTH, round(FILM_WIDTH * image.height / image.width))
        return image.resize(size, Image.Resampling.LANCZOS), pause

    tab.goto(url)
    pen.wait_for_canvas(tab)
    tab.locator(".st-key-samples").wait_for()
    yield picture(REST)
    pointer = pen.Pointer(tab)
    for stroke in pen.FOUR:
        first, *rest = pen.along(stroke)
        pointer.begin(first)
        for place in rest:
            pointer.move(place)
            yield picture(PACE // 4)
        pointer.up()
    pen.wait_for_answer(tab, "4")
    tab.wait_for_timeout(FRAME)
    yield picture(REST)
    tab.locator(".st-key-train_own button").click()
    tab.get_by_text("Ten it must learn").wait_for()
    while not tab.locator(".st-key-verdict").count():
        yield picture()
        tab.wait_for_timeout(FRAME)
    tab.wait_for_timeout(REST)
    yield picture(2 * REST)


def main(url: str) -> None:
    """Take all of them, light, and stop the training."""
    url = url.rstrip("/")
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)

        def new_tab(height):
            size = {"width": WIDTH, "height": height}
            tab = browser.new_page(viewport=size, color_scheme="light")
            tab.set_default_timeout(300_000)
            return tab

        images, pauses = zip(*film(new_tab(900), url), strict=True)
        images[0].save(
            FOLDER / "first_minute.webp", save_all=True, append_images=images[1:],
            duration=pauses, loop=0, quality=QUALITY, method=6,
        )  # fmt: skip
        for show, height in ((draw, 900), (inside, 1240), (train, 1180)):
            tab = new_tab(height)
            show(tab, url)
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(1000)  # what is faded in is there
            tab.screenshot(path=FOLDER / f"{show.__name__}.png")
        tab.locator(".st-key-stop button").first.click()
        tab.get_by_text("Stopped in epoch").wait_for()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
