"""How long from pen-up until Inside shows all layers of the new drawing, for LeNet.

    python tests/bench/inside.py [strokes]

Starts the app, draws on Inside with the mouse in a headless Chromium and prints the medians. The
canvas waits after each stroke before it tells the server; what comes after that is ours.
"""

import sys

import pen_times
from pen_times import pen

SHOWS = "() => [...document.querySelectorAll('.layer img')].map(image => image.src).join()"


def main(count: int) -> None:
    with pen_times.fresh_tab("inside?model=classic") as tab:
        pen.draw(tab, pen.SEVEN)
        tab.locator(".layer img").first.wait_for(timeout=120_000)
        tab.wait_for_timeout(5000)  # the rest loads behind the page
        tab.evaluate(pen_times.WATCH, SHOWS)
        times = [stroke(tab, number) for number in range(count)]
    pen_times.report(times, "all layers")


def stroke(tab, number: int) -> dict:
    """A short stroke somewhere else each time."""
    x, y = 0.15 + 0.6 * (0.618 * number % 1), 0.1 + 0.8 * (0.382 * number % 1)
    return pen_times.stroke(tab, [(x, y), (x + 0.1, y + 0.05)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
