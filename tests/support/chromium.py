"""The browser that is installed here, without a window."""

import shutil

FLAGS = ["--no-sandbox", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMEOUT = 120_000  # milliseconds: the built-in digits may be written, TensorFlow be loaded first


def find() -> str | None:
    """The path of the first of NAMES that there is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright):
    """A headless browser, as Playwright's object."""
    return playwright.chromium.launch(executable_path=find(), args=FLAGS)
