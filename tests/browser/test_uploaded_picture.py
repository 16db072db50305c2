"""An uploaded picture in a real browser: a frame dragged on it, and how it was found."""

import pen
from PIL import Image

SIZE = (640, 320)
SEVEN, BAR = (60, 40, 260, 280), (500, 60, 560, 260)


def picture(path) -> str:
    """A 7 in dark ink, and a bar beside it."""
    image = Image.new("L", SIZE, 255)
    left, top, right, bottom = SEVEN
    image.paste(0, (left, top, right, top + 40))
    image.paste(0, (right - 40, top, right, bottom))
    image.paste(0, BAR)
    image.save(path)
    return str(path)


def test_a_frame_dragged_around_the_digit_is_all_that_is_read(page, tmp_path):
    empty = pen.image_url(page)
    page.locator("input[type=file]").set_input_files(picture(tmp_path / "seven.png"))
    both = pen.wait_for_another_image(page, empty)
    expander = page.get_by_text("What was taken for ink")
    expander.click()
    area = page.locator(".js-plotly-plot .nsewdrag")
    area.wait_for()
    area.scroll_into_view_if_needed()
    area.element_handle().wait_for_element_state("stable")  # the expander opens slowly
    box = area.bounding_box()
    for move, (x, y) in (("down", (20, 10)), ("move", (150, 150)), ("up", (320, 310))):
        x, y = box["x"] + x / SIZE[0] * box["width"], box["y"] + y / SIZE[1] * box["height"]
        page.mouse.move(x, y, steps=4)
        if move != "move":
            getattr(page.mouse, move)()
    pen.wait_for_another_image(page, both)
    page.locator(".js-plotly-plot .shapelayer path").first.wait_for()
    page.get_by_role("button", name="As found").click()
    pen.wait_for_image(page, both)
