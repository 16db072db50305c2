"""Strokes that something comes between: a palm, another button, Clear, another page."""

import pen
import pytest

DOWN, ACROSS = pen.ONE[0], [(0.2, 0.85), (0.8, 0.8)]


@pytest.fixture
def down_and_across(phone):
    """The images of two strokes: of the first, and of both. The canvas is empty again."""
    first = draw_by_finger(phone, DOWN, shown=pen.image_url(phone))
    both = draw_by_finger(phone, ACROSS, shown=first)
    clear(phone)
    return first, both


def draw_by_finger(tab, stroke, shown):
    pen.touch(tab, [stroke])
    return pen.wait_for_another_image(tab, shown)


def clear(tab):
    tab.locator(".st-key-clear button").click()
    pen.wait_for_answer(tab, "Draw")


def begin(fingers, stroke):
    first, *rest = pen.along(stroke)
    fingers.down(first)
    fingers.move(*rest)


def test_a_cancelled_stroke_ends_where_it_was_and_the_next_one_is_whole(phone, down_and_across):
    first, both = down_and_across
    fingers = pen.Fingers(phone)
    begin(fingers, DOWN)
    fingers.cancel()
    pen.wait_for_image(phone, first)
    pen.touch(phone, [ACROSS])
    pen.wait_for_image(phone, both)


def test_undo_takes_back_a_cancelled_stroke_and_no_more(phone, down_and_across):
    first, both = down_and_across
    pen.touch(phone, [DOWN])
    pen.wait_for_image(phone, first)
    fingers = pen.Fingers(phone)
    begin(fingers, ACROSS)
    fingers.cancel()
    pen.wait_for_image(phone, both)
    phone.locator(".st-key-undo button").tap()
    pen.wait_for_image(phone, first)


def test_a_palm_beside_the_drawing_finger_changes_nothing(phone, down_and_across):
    first, both = down_and_across
    fingers = pen.Fingers(phone)
    start, *rest = pen.along(DOWN)
    fingers.down(start)
    fingers.move(*rest[:3])
    fingers.down((0.9, 0.9), finger=1)
    fingers.move((0.85, 0.9), finger=1)
    fingers.move(*rest[3:])
    fingers.up()
    pen.wait_for_image(phone, first)  # the palm still lies there
    start, *rest = pen.along(ACROSS)
    fingers.down(start, finger=2)
    fingers.move(*rest[:3], finger=2)
    fingers.up(finger=1)
    fingers.move(*rest[3:], finger=2)
    fingers.up(finger=2)
    pen.wait_for_image(phone, both)


def test_a_stroke_that_ends_outside_the_canvas_is_read_and_so_is_the_next(page):
    pointer = pen.Pointer(page)
    start, *rest = pen.along([*DOWN, (0.5, 1.2)])
    pointer.begin(start)
    pointer.move(*rest)
    pointer.up()
    pen.wait_for_answer(page, "1")
    drawn = pen.image_url(page)
    pen.draw(page, [ACROSS])
    pen.wait_for_another_image(page, drawn)


def test_the_pointer_is_a_cross_over_the_canvas(page):
    pen.Pointer(page).move((0.5, 0.5))
    page.wait_for_function(
        "document.querySelector('.st-key-pad [data-testid=stBidiComponentIsolated]').shadowRoot"
        ".querySelector('.upper-canvas').style.cursor === 'crosshair'"
    )


@pytest.mark.parametrize(
    ("kind", "button"), [("mouse", "right"), ("mouse", "middle"), ("pen", "right")]
)
def test_another_button_in_mid_stroke_changes_nothing_and_opens_no_menu(page, kind, button):
    empty = pen.image_url(page)
    pen.draw(page, [DOWN], kind)
    drawn = pen.wait_for_another_image(page, empty)
    clear(page)
    page.evaluate(
        "events = [];"
        "for (const type of ['mousedown', 'contextmenu'])"
        "    addEventListener(type, event => event.button && events.push(event), true)"
    )
    pointer = pen.Pointer(page, kind)
    start, *rest = pen.along(DOWN)
    pointer.move(start)
    press(pointer, button)  # before the stroke
    pointer.down()
    pointer.move(*rest[:3])
    press(pointer, button)
    pointer.move(*rest[3:])
    pointer.up()
    pen.wait_for_image(page, drawn)
    prevented = page.evaluate("events.map(event => [event.type, event.defaultPrevented])")
    types = ["mousedown", "contextmenu"] if button == "right" else ["mousedown"]  # it would scroll
    assert prevented == [[type_, True] for type_ in types] * 2


def press(pointer, button):
    pointer.down(button)
    pointer.up(button)


def test_a_stroke_ends_with_its_own_button_while_another_is_still_down(page):
    empty = pen.image_url(page)
    pen.draw(page, [DOWN])
    drawn = pen.wait_for_another_image(page, empty)
    clear(page)
    pointer = pen.Pointer(page)
    start, *rest = pen.along(DOWN)
    pointer.begin(start)
    pointer.move(*rest)
    pointer.down("right")
    pointer.up()
    pointer.move((0.9, 0.1))
    pen.wait_for_image(page, drawn)


class Gate:
    """Between a server and a tab that is yet to open it: what the server answers can be held.

    At once, or from the first message with these bytes on.
    """

    def __init__(self, tab, closes_at: bytes | None = None):
        self._tab_end, self._held, self._closes_at = None, None, closes_at
        tab.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, socket):
        self._tab_end = socket
        socket.connect_to_server().on_message(self._answer)

    def _answer(self, message):
        if self._closes_at and self._closes_at in message:
            self._closes_at = None
            self.close()
        self._tab_end.send(message) if self._held is None else self._held.append(message)

    def close(self):
        self._held = []

    def open(self):
        held, self._held = self._held, None
        for message in held:
            self._tab_end.send(message)


@pytest.mark.parametrize("lifted", [True, False], ids=["a whole stroke", "half a stroke"])
def test_a_stroke_between_clear_and_its_answer_is_drawn_on_the_cleared_canvas(tab, app, lifted):
    gate = Gate(tab)
    tab.goto(app.url)
    tab.locator(pen.CANVAS).wait_for()
    empty = pen.image_url(tab)
    pen.draw(tab, [ACROSS])
    across = pen.wait_for_another_image(tab, empty)
    clear(tab)
    pen.draw(tab, [DOWN])
    pen.wait_for_another_image(tab, across)
    gate.close()
    tab.locator(".st-key-clear button").click()
    pointer = pen.Pointer(tab)
    start, *rest = pen.along(ACROSS)
    pointer.begin(start)
    pointer.move(*rest[:4])
    if lifted:
        pointer.move(*rest[4:])
        pointer.up()
    gate.open()
    if not lifted:
        pen.wait_for_answer(tab, "Draw")
        pointer.move(*rest[4:])
        pointer.up()
    pen.wait_for_image(tab, across)


def test_a_stroke_that_begins_before_the_page_is_whole_is_read(tab, app):
    gate = Gate(tab, closes_at=b"pointer_events")
    tab.goto(app.url)
    tab.locator(pen.CANVAS).wait_for()
    pointer = pen.Pointer(tab)
    start, *rest = pen.along(DOWN)
    pointer.begin(start)
    pointer.move(*rest[:4])
    gate.open()
    pen.wait_for_answer(tab, "Draw")
    pointer.move(*rest[4:])
    pointer.up()
    pen.wait_for_answer(tab, "1")


def test_clear_in_mid_stroke_clears_that_stroke_too(phone, down_and_across):
    first, _ = down_and_across
    fingers = pen.Fingers(phone)
    start, *rest = pen.along(ACROSS)
    fingers.down(start)
    fingers.move(*rest[:4])
    phone.locator(".st-key-clear button").evaluate("button => button.click()")  # another finger's
    fingers.move(*rest[4:])
    fingers.up()
    pen.touch(phone, [DOWN])
    pen.wait_for_image(phone, first)


def test_leaving_the_page_in_mid_stroke_leaves_a_canvas_that_works(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    pointer = pen.Pointer(page)
    pointer.begin((0.2, 0.2))
    pointer.move((0.3, 0.3))
    page.get_by_role("link", name="Runs").first.press("Enter")
    page.locator(pen.CANVAS).wait_for(state="detached")
    pointer.move((0.4, 0.4))
    pointer.up()
    page.get_by_role("link", name="Draw").first.click()
    pen.wait_for_canvas(page)
    pointer = pen.Pointer(page)
    pointer.begin(pen.SEVEN[0][0])
    press(pointer, "right")
    pointer.move(*list(pen.along(pen.SEVEN[0]))[1:])
    pointer.up()
    pen.wait_for_answer(page, "7")
    assert not errors
