"""The README's picture: draw a digit on the running app and keep what the page shows.

streamlit run streamlit_app.py &
python tests/bench/screenshot.py http://localhost:8501
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import pen

PLACE = ROOT / ".github" / "draw.png"


def take(url: str, place: Path = PLACE) -> None:
    """Draw a 4 and take the picture, light, 1280 wide."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 880}, color_scheme="light")
        tab.goto(url)
        tab.wait_for_selector(pen.CANVAS)
        tab.wait_for_selector(".st-key-samples", timeout=120_000)
        pen.draw(tab, pen.FOUR)
        pen.wait_for_answer(tab, r"\d")
        tab.wait_for_timeout(500)
        tab.screenshot(path=place)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1])
