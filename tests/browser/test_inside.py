"""Inside in a real browser: from Draw with the drawing, a click on a pixel, its sum."""

import re

import numpy as np
import pen
import pytest
from app import ROOT
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.data.loading import load
from mnist_core.interpret import activations
from mnist_core.prediction import Classifier

ROWS = """() => [...document.querySelectorAll('.st-key-arithmetic .steps-of tr')].map(row =>
    [row.cells[0].innerText, Number(row.cells[1].title)])"""
COMPUTED = "() => Number(document.querySelector('.st-key-arithmetic b[title]').title)"
NUMBER = 42  # of the built-in test set
SLOW_TO_LOAD = """
import time
from pathlib import Path

while not Path({gate!r}).exists():
    time.sleep(0.01)
"""
LINK = f"look_at=A+digit+of+a+set&set=Built-in&part=Test&number={NUMBER}&model=classic"


@pytest.fixture
def look(tab, app):
    """A function that opens the page with these parameters."""

    def go(query):
        tab.goto(f"{app.url}/inside?{query}")
        return tab

    return go


@pytest.fixture(scope="module")
def steps():
    """The classic at work on the image that LINK names."""
    network = Classifier.load("classic").network
    return activations.layer_activations(network, load("built-in").test.images[NUMBER])


def wait_for_stencils(tab) -> None:
    """Wait for the view of LINK that the tests leave, and for what each of its controls needs.

    A control whose script comes while the page is being left still writes itself into the address,
    by then another page's: one more step for Back.
    """
    tab.locator(".gallery img[alt='How 9 weighs the pixels']").wait_for()
    tab.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")


def click_pixel(tab, image, row, column, size) -> None:
    """Click the middle of a pixel of a picture that is so many pixels large."""
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    x = box["x"] + (column + 0.5) / size[1] * box["width"]
    tab.mouse.click(x, box["y"] + (row + 0.5) / size[0] * box["height"])


def wait_for_place(tab, *place) -> None:
    """Wait until the fields say this row, column and map."""
    for name, wanted in zip(("Row", "Column", "Map"), place, strict=True):
        field = f".st-key-spot-{name} input"
        tab.wait_for_function(f"document.querySelector('{field}')?.value == '{wanted}'")


def test_the_drawing_goes_along_from_draw_and_the_maps_follow_each_stroke(page):
    pen.draw(page, pen.SEVEN)
    pen.wait_for_answer(page, "7")
    page.locator(".living:not(.dim) .all").click()
    page.wait_for_url(re.compile("/inside"))
    pen.wait_for_answer(page, "7")
    maps = page.locator(".layer img").first
    maps.wait_for()
    top = "document.querySelector('.layer img')?.getBoundingClientRect().top"
    page.wait_for_function(f"{top} < innerHeight")  # in sight beside the pen
    page.locator(".st-key-arithmetic b[title]").wait_for()
    main = "document.querySelector('[data-testid=stMain]')"
    page.wait_for_function(f"{main}.scrollHeight <= 3 * innerHeight")
    before = maps.get_attribute("src")
    pen.draw(page, [[(0.35, 0.6), (0.65, 0.6)]])
    page.wait_for_function(
        "([found, was]) => document.querySelector(found).getAttribute('src') != was",
        arg=[".layer img", before],
    )


def test_the_model_chosen_on_draw_is_looked_into_and_stays_chosen_on_the_way_back(page):
    pen.draw(page, pen.SEVEN)
    page.locator(".st-key-other button:visible").click()
    chosen = "document.querySelector('.st-key-model input')?.value"
    page.wait_for_function(f"{chosen} == 'classic'")
    pen.draw(page, pen.ONE)
    pen.wait_for_answer(page, r"\d")
    page.locator(".living:not(.dim) .all").click()
    page.locator("[data-click=block1_conv]").wait_for()
    page.wait_for_function(f"{chosen} == 'classic'")
    page.get_by_role("link", name="Draw", exact=True).first.click()
    page.locator(".living .all").wait_for()
    page.wait_for_function(f"{chosen} == 'classic'")


def test_a_click_on_a_pixel_shows_a_sum_that_is_right(look, steps):
    tab = look(LINK + "&at=block2_conv.0.0.0")
    wait_for_place(tab, 0, 0, 0)
    size = steps[2].output.shape[:2]
    click_pixel(tab, tab.locator(".large img[data-click]"), 3, 6, size)
    wait_for_place(tab, 3, 6, 0)
    tab.wait_for_function(f"Math.abs(({COMPUTED})() - {float(steps[2].output[3, 6, 0])}) < 1e-4")
    rows = dict(tab.evaluate(ROWS))
    parts = [value for words, value in rows.items() if "map" in words or words == "bias"]
    assert len(parts) == 12
    assert sum(parts) == pytest.approx(rows["sum"], abs=1e-5)
    assert rows["relu(sum)"] == pytest.approx(max(0.0, rows["sum"]), abs=1e-6)
    assert tab.evaluate(COMPUTED) == pytest.approx(rows["relu(sum)"], abs=1e-5)
    tab.wait_for_url(re.compile(r"at=block2_conv\.3\.6\.0"))


def test_a_click_in_a_layer_goes_to_that_map_and_pixel(look):
    tab = look(LINK)
    image = tab.locator("img[data-click=block1_conv]")
    image.wait_for()
    tiles = (2, 11)  # 20 maps of 28 x 28, eleven in a row, a pixel between them
    click_pixel(tab, image, 29 + 10, 29 * 2 + 5, (tiles[0] * 29 - 1, tiles[1] * 29 - 1))
    wait_for_place(tab, 10, 5, 13)


def test_a_pooled_value_is_the_largest_of_its_square(look, steps):
    tab = look(LINK + "&at=block1_pool.6.7.2")
    wait_for_place(tab, 6, 7, 2)
    tab.locator(".st-key-arithmetic .grids td").first.wait_for()
    cells = tab.evaluate(
        "[...document.querySelectorAll('.st-key-arithmetic .grids td')].map(c => +c.title)"
    )
    wanted = steps[0].output[12:14, 14:16, 2].ravel()
    np.testing.assert_allclose(cells, wanted, atol=1e-4)
    assert tab.evaluate(COMPUTED) == pytest.approx(max(cells), abs=1e-6)


def test_the_ten_probabilities_add_up(look):
    tab = look(LINK + "&at=probabilities.3")
    tab.locator(".st-key-arithmetic .steps-of td", has_text="sum of all ten").wait_for()
    tab.locator(".st-key-arithmetic b[title]").wait_for()
    rows = tab.evaluate(ROWS)
    values = [value for _, value in rows]
    assert sum(values[:10]) == pytest.approx(values[10], rel=1e-5)
    assert values[3] / values[10] == pytest.approx(tab.evaluate(COMPUTED), rel=1e-4, abs=1e-9)


def test_a_key_does_what_a_click_does(look):
    tab = look(LINK)
    tab.locator("[data-click='logits.4']").press("Enter")
    tab.wait_for_function("document.querySelector('.st-key-spot-Value input')?.value == '4'")


def test_a_look_alike_of_a_shipped_model_is_there_at_once_and_leads_to_itself(look):
    tab = look(LINK.replace("classic", "reader") + "&view=Ten+stencils")
    tab.locator(".gallery.ten").wait_for()
    tab.get_by_text("Look-alikes", exact=True).click()
    missing = tab.get_by_text("This network learned from MNIST")
    waits = tab.get_by_text("training digits, once")
    first = tab.locator(".gallery [data-click='0']")
    first.or_(missing).or_(waits).first.wait_for()
    tab.locator(".gallery.ten").wait_for(state="detached")  # nothing of another view stays
    assert not waits.count()
    if missing.count():
        pytest.skip("MNIST, which the reader learned from, is not on this computer")
    number = re.search(r"number ([\d,]+)", first.get_attribute("alt"))[1]
    first.click()
    tab.wait_for_url(re.compile(f"number={number.replace(',', '')}"))
    tab.get_by_text(f"number {number} of MNIST's training set").first.wait_for()


def test_on_a_phone_the_layers_come_before_the_sum_and_a_tap_leads_to_it(phone_tab, app):
    phone_tab.goto(f"{app.url}/inside?{LINK}")
    phone_tab.locator(".st-key-arithmetic .steps-of").wait_for()
    top = "document.querySelector('{}')?.getBoundingClientRect().top".format
    in_sight = f"{top('.st-key-one_value')} < innerHeight"
    phone_tab.wait_for_function(f"{top('.layer')} < {top('.st-key-one_value')}")
    phone_tab.locator("[data-click='unfold:block1']").tap()
    phone_tab.locator("[data-click=block1_pool]").wait_for()
    phone_tab.locator("[data-click='unfold:block1'][aria-expanded=true]").wait_for()
    phone_tab.wait_for_function(f"!({in_sight})")  # what was unfolded stays in sight
    phone_tab.locator("[data-click='logits.4']").tap()
    phone_tab.wait_for_function(in_sight)
    assert phone_tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_browsers_back_never_breaks_the_page(look):
    tab = look(LINK)
    tab.locator("[data-click='logits.4']").click()
    tab.wait_for_url(re.compile("at=logits"))
    tab.get_by_text("Ten stencils", exact=True).click()
    tab.locator(".gallery img[alt='How 9 weighs the pixels']").wait_for()
    tab.wait_for_url(re.compile("view=Ten"))
    tab.go_back()
    tab.locator("[data-click=block1_conv]").wait_for()
    assert not tab.locator("[data-testid=stException]").count()


def test_back_from_another_page_finds_this_one_as_it_was_left(look):
    tab = look(LINK + "&view=Ten+stencils")
    wait_for_stencils(tab)
    tab.get_by_role("link", name="Data", exact=True).first.click()
    tab.wait_for_url(re.compile("/data"))
    tab.go_back()
    tab.wait_for_url(re.compile("view=Ten"))
    tab.get_by_text(f"number {NUMBER} of the built-in test set").first.wait_for()
    assert tab.locator(".st-key-model input").input_value() == "classic"


def test_back_while_the_other_page_loads_finds_this_one_as_it_was_left(tab, start_copy, tmp_path):
    """Importing a page takes seconds where a busy machine does it for the first time."""
    gate = tmp_path / "gate"
    app = start_copy(
        data=SLOW_TO_LOAD.format(gate=str(gate)) + (ROOT / "pages" / "data.py").read_text()
    )
    with tab.expect_websocket() as socket:
        tab.goto(f"{app.url}/inside?{LINK}&view=Ten+stencils")
    wait_for_stencils(tab)
    tab.get_by_role("link", name="Data", exact=True).first.click()
    tab.wait_for_url(re.compile("/data"))
    with socket.value.expect_event("framesent"):
        tab.go_back()
    gate.touch()
    tab.wait_for_url(re.compile("view=Ten"))
    tab.get_by_text(f"number {NUMBER} of the built-in test set").first.wait_for()


AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"


def has_finished(frame: bytes) -> bool:
    """Whether the server says that the page has been made."""
    message = ForwardMsg.FromString(frame)
    done = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    return message.HasField("script_finished") and done


def test_a_drawing_that_comes_back_after_a_reload_has_no_hint_over_it_and_choices_stay_marked(
    page, look
):
    pen.draw(page, pen.SEVEN)
    pen.wait_for_answer(page, "7")
    tab = look("")
    tab.wait_for_function(
        """document.querySelector(".st-key-pad")?.ariaLabel === "Canvas with 1 stroke."
            && document.querySelector(".st-key-pad").dataset.hint === \"\" """
    )
    pen.wait_for_answer(tab, "7")
    tab.locator(".layer img").first.wait_for()
    for choice in ("My drawing", "Layers"):
        tab.locator("button[data-selected=true]", has_text=choice).wait_for()


def test_back_after_clicks_steps_through_them_and_then_leads_out_of_the_page(tab, app):
    with tab.expect_websocket() as socket:  # the first page's: another before it might be taken
        tab.goto(f"{app.url}/data")
    tab.get_by_role("link", name="Inside", exact=True).first.click()
    tab.locator(".st-key-samples").wait_for()  # nothing loads any more, to run the page again
    tab.get_by_text("A digit of a set", exact=True).click()
    for unit in (4, 7):
        tab.locator(f"[data-click='logits.{unit}']").click()
        tab.locator(f"[data-click='logits.{unit}'].chosen").wait_for()
        tab.wait_for_url(re.compile(rf"at=logits\.{unit}"))
        tab.locator(AT_REST).wait_for()
    with socket.value.expect_event("framereceived", has_finished):
        tab.go_back()
    tab.locator("[data-click='logits.4'].chosen").wait_for()
    for _ in range(5):
        tab.locator(AT_REST).wait_for()  # else the run before would be taken for that of this step
        with socket.value.expect_event("framereceived", has_finished):
            tab.go_back()  # what a page writes into its address, it writes in this run
        if "/data" in tab.url:
            return
    pytest.fail(f"Back should lead to Data. It leads to {tab.url}")
