"""How long from pen-up to the answer on the page, and how much of it is the canvas's own delay.

    python tests/bench/pen_to_answer.py [strokes]

Starts the app, draws with the mouse in a headless Chromium and prints the medians. The canvas
waits after each stroke before it tells the server; that wait ends when the browser sends.
"""

import sys

import pen_times
from pen_times import pen

SHOWS = """() => {
    const bars = document.querySelector('.st-key-answer .bars')?.ariaLabel ?? '';
    return bars.startsWith('Prob') && document.querySelector('img.seen')?.src + bars;
}"""


def main(count: int) -> None:
    with pen_times.fresh_tab() as tab:
        drawable = tab.evaluate("performance.now()")
        pen.draw(tab, pen.SEVEN)
        pen.wait_for_answer(tab, "7", seconds=120)
        tab.wait_for_timeout(5000)  # the rest loads behind the page
        tab.evaluate(pen_times.WATCH, SHOWS)
        times = [stroke(tab, number) for number in range(count)]
    print(f"the first visitor could draw after {drawable / 1000:.2f} s")
    pen_times.report(times, "answer")


def stroke(tab, number) -> dict:
    if number % 4 == 0:
        tab.locator(".st-key-clear button").click()
        pen.wait_for_answer(tab, "Draw")
    y = 0.25 + 0.15 * (number % 4)
    return pen_times.stroke(tab, [(0.3, y), (0.7, y + 0.05 * (number % 3))])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
