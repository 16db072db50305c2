"""Why, on Draw: the ink coloured, and the digit moved and turned by hand."""

import json
import math
import re

import numpy as np
import pytest
from app_pages import ONE, SEVEN, decode_image, html_bodies, open_page

from mnist_core.evaluation import perturbations
from mnist_core.interpret import smallest_flip
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.draw import moved_digit
from pages.ui.draw.moved_digit import AXES, Move
from pages.ui.widgets import canvas

pytestmark = pytest.mark.slow  # thousands of readings each

IMAGE = mnist_rule.to_mnist(canvas.render_paths([SEVEN]))
READER = Classifier.load()


class Hand:
    """What stands for the browser's part: what it is told, and what it says."""

    def __init__(self, monkeypatch):
        self.told, self._said = {}, {}
        monkeypatch.setattr(moved_digit, "_component", lambda: self._show)
        monkeypatch.setattr(moved_digit, "_message", lambda name: self._said.get(name))

    def _show(self, data, **_):
        self.told = json.loads(data["state"])
        self._said.pop("smallest", None)

    def put(self, app, *move, rests=True):
        """Put the digit there, and let go."""
        of, number = self.told["of"], self.told["acknowledged"] + 1
        self._said["move"] = {"of": of, "move": move, "number": number, "rests": rests}
        app.run()

    def ask(self, app, kind):
        """Ask for the smallest shift or turn."""
        self._said["smallest"] = kind
        app.run()


@pytest.fixture
def hand(monkeypatch):
    return Hand(monkeypatch)


@pytest.fixture
def explained(loaded_models, drawn, hand):
    """The Draw page with a 7 on it, and why."""
    drawn.append(SEVEN)
    app = open_page("draw")
    app.toggle(key="why").set_value(True).run()
    assert not app.exception
    return app


def data_read(app) -> str:
    (body,) = [body for body in html_bodies(app) if "data-read" in body]
    return re.search(r'data-read="(.*?)"', body)[1]


def test_one_tap_colours_the_ink_itself_and_says_what_the_colours_mean(explained, hand):
    colours, ink = decode_image(hand.told["ink"]), canvas.render_paths([SEVEN])
    assert colours.shape == (*ink.shape, 4)
    assert np.array_equal(colours[..., 3] > 0, ink > 0)
    red, _, blue = colours[ink == 255][:, :3].astype(int).T
    assert (red > blue + 50).any()
    assert re.search(r"made it a 7 and not a \d", hand.told["words"])
    explained.toggle(key="why").set_value(False).run()
    assert data_read(explained) == "7"


def test_a_moved_digit_is_read_where_it_was_put(explained, hand):
    flip = smallest_flip.smallest_rotation(READER, IMAGE)
    hand.put(explained, 0, 0, flip.rotation)
    assert f"the 7 became a {flip.digit}" in hand.told["words"]
    assert hand.told["acknowledged"] == 1
    hand.put(explained, 0.5, -1, 0)
    assert hand.told["words"] == "Moved 0.5 pixels right and 1 pixel up: still a 7."
    assert data_read(explained) == "7"


def test_the_smallest_of_each_kind_is_put_where_it_is(explained, hand):
    for kind, search in moved_digit.SEARCHES.items():
        hand.ask(explained, kind)
        flip = search(READER, IMAGE)
        assert hand.told["flip"] == [flip.right, flip.down, flip.rotation]
        hand.put(explained, *hand.told["flip"])
        assert f"the 7 became a {flip.digit}" in hand.told["words"]
        assert hand.told["flip"] is None


def test_where_nothing_flips_it_is_said(explained, hand, monkeypatch):
    monkeypatch.setitem(moved_digit.SEARCHES, "turn", lambda classifier, image: None)
    moved_digit._smallest.clear()
    hand.ask(explained, "turn")
    assert hand.told["words"] == "No turn of up to 90° changes the answer."
    moved_digit._smallest.clear()


def test_the_answers_along_each_axis_are_those_at_its_places_and_only_at_rest(explained, hand):
    move = Move(2.0, -1.0, 12.0)
    hand.put(explained, *move)
    for axis, digits in zip(AXES, hand.told["strips"], strict=True):
        places = np.linspace(-axis.limit, axis.limit, len(digits))
        for place in (0, len(digits) // 3, len(digits) - 1):
            moved = moved_digit.move_image(IMAGE, move._replace(**{axis.name: places[place]}))
            assert digits[place] == READER.probabilities(moved[None])[0].argmax()
    hand.put(explained, *move, rests=False)
    assert hand.told["strips"] is None


def test_another_drawing_begins_where_the_rule_puts_it(explained, hand, drawn):
    hand.put(explained, 3, 3, 30)
    drawn[:] = [ONE]
    explained.button(key="clear").click().run()
    assert "made it a 1" in hand.told["words"]
    assert data_read(explained) == "1"


def test_what_the_browser_says_is_held_to_the_limits(explained, hand):
    hand.put(explained, 1e9, -1e9, 720)
    assert hand.told["words"].startswith("Moved 8 pixels right and 8 pixels up, turned 90° clock")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [(7, "still a 7."), (1, "the 7 became a 1."), (None, "the 7 became none of the ten.")],
)
def test_a_move_is_told_with_what_it_made_of_the_answer(now, verdict):
    assert moved_digit.describe(Move(right=1), 7, now) == f"Moved 1 pixel right: {verdict}"
    assert moved_digit.describe(Move(), 7, now) == ""


@pytest.mark.parametrize("move", [Move(), Move(2.5, -1, 0), Move(0, 0, -35), Move(-2, 1, 20)])
def test_a_move_is_a_turn_about_the_middle_and_then_a_shift(move):
    moved = moved_digit.move_image(IMAGE, move)
    if not move.turn:
        assert np.array_equal(moved, perturbations.translate(IMAGE[None], *move[:2])[0])
    elif not (move.right or move.down):
        assert np.array_equal(moved, perturbations.rotate(IMAGE[None], move.turn)[0])
    centre = centre_of_mass(IMAGE) - 13.5
    angle = math.radians(move.turn)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    expected = turn @ centre + 13.5 + np.array(move[:2])
    assert centre_of_mass(moved) == pytest.approx(expected, abs=0.2)


def centre_of_mass(image) -> np.ndarray:
    """(x, y), in pixels."""
    rows, columns = np.indices(image.shape)
    return np.array([(columns * image).sum(), (rows * image).sum()]) / image.sum()
