"""The Train page in a real browser: sliders, links, a run from Start to a drawing on its model."""

import re
import time
import urllib.parse

import pen
from train_page import DATA, FAR, LONG, grow, runs_of, start, wait_until

from mnist_core.config.schema import Experiment
from mnist_core.network import summary

SHORT = LONG | {"recipe.train_images": "1000", "recipe.epochs": "2"}
STOP_SECONDS = 3


def click_key(tab, key) -> None:
    """Press a button; on touch Streamlit keeps a second one for its help."""
    tab.locator(f".st-key-{key} button:visible").click()


def count_of(settings) -> str:
    """The parameter count that belongs to a link, by the library."""
    return str(summary.parameter_count(Experiment().with_values(settings).network))


def wait_for_parameters(tab, settings) -> None:
    wanted = count_of(settings)
    tab.wait_for_function(f"document.querySelector('.st-key-parameters')?.innerText == '{wanted}'")


def press_on(tab, key, *presses) -> None:
    """Arrow keys on the thumb of a slider; again, where the page was just being rebuilt."""
    thumb = tab.locator(f".st-key-{key} input[type=range]")
    for name in presses:
        before = thumb.input_value()

        def moves(name=name, before=before):
            if thumb.input_value() == before:
                thumb.press(name)
                tab.wait_for_timeout(200)
            return thumb.input_value() != before

        wait_until(moves)


def is_in_sight(tab, place) -> bool:
    box = place.bounding_box() if place.count() else None
    return bool(box) and 0 < box["y"] < tab.viewport_size["height"] - box["height"]


def open_page(tab, name) -> None:
    tab.get_by_role("link", name=name, exact=True).first.click()


def test_a_link_shows_its_experiment_to_the_first_visitor_of_a_server(tab, fresh_app):
    settings = LONG | {"network.blocks": "2", "network.dense.0.units": "77"}
    tab.goto(f"{fresh_app.url}/train?{urllib.parse.urlencode(settings)}")
    wait_for_parameters(tab, settings)
    assert tab.get_by_role("link", name="Draw").count()
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(tab.url).query)["recipe.epochs"] == ["60"]


def test_the_parameter_count_and_the_link_follow_the_sliders(train):
    tab = train({"data": DATA})
    wait_for_parameters(tab, {})
    settings = {"data": DATA, "network.blocks": "2", "network.dense": "2"}
    press_on(tab, "network-blocks", "ArrowRight")
    press_on(tab, "network-dense", "ArrowRight")
    wait_for_parameters(tab, settings)
    tab.get_by_text("The network in detail").click()
    press_on(tab, "network-blocks-0-kernel_size", "ArrowRight", "ArrowRight")
    settings |= {"network.blocks.0.kernel_size": "5"}
    wait_for_parameters(tab, settings)
    tab.wait_for_url(re.compile("kernel_size=5"))
    tab.reload()
    wait_for_parameters(tab, settings)


def test_an_impossible_network_is_explained_where_it_can_be_seen(train):
    tab = train({"data": DATA, "network.blocks": "3", "network.blocks.2.kernel_size": "4"})
    tab.get_by_text("The network in detail").click()
    tab.get_by_role("tab", name="Block 3").click()
    press_on(tab, "network-blocks-2-kernel_size", "ArrowRight")
    wait_until(lambda: is_in_sight(tab, tab.locator(".stAlert", has_text="does not fit")))
    tab.locator(".st-key-start button:disabled").wait_for()
    tab.locator(".living button").first.wait_for()
    tab.locator(".living div.misfit").first.wait_for()
    click_key(tab, "mend")
    tab.locator(".st-key-start button:enabled").wait_for()
    tab.locator(".living div.misfit").first.wait_for(state="detached")


def test_on_a_phone_the_strip_fits_and_start_and_what_is_watched_come_before_the_form(
    train, phone_tab, app
):
    phone_tab.goto(f"{app.url}/train?{urllib.parse.urlencode(SHORT)}")
    start, screen = phone_tab.locator(".st-key-start button"), phone_tab.viewport_size
    strip = phone_tab.locator(".living button").first
    strip.wait_for()
    wait_until(lambda: start.bounding_box()["y"] < 1.5 * screen["height"])
    assert phone_tab.evaluate("document.querySelector('.stMain').scrollWidth") <= screen["width"]
    box = phone_tab.locator(".living").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= screen["width"]
    start.tap()
    phone_tab.locator(".st-key-draw_on").wait_for()
    assert phone_tab.evaluate("document.activeElement == document.body")
    top = "key => document.querySelector(`.st-key-${key}`).getBoundingClientRect().top"
    tops = [phone_tab.evaluate(top, key) for key in ("start", "yours", "form")]
    assert tops == sorted(tops)


def test_a_run_goes_on_whatever_its_visitor_does(train):
    tab = train(LONG)
    start(tab)
    drawn = tab.evaluate(FAR)
    press_on(tab, "network-dense", "ArrowRight")
    wait_for_parameters(tab, LONG | {"network.dense": "2"})
    drawn = grow(tab, beyond=drawn)
    open_page(tab, "Runs")
    tab.locator(".st-key-start").wait_for(state="detached")
    open_page(tab, "Train")
    drawn = grow(tab, beyond=drawn)
    wait_for_parameters(tab, LONG | {"network.dense": "2"})
    tab.reload()
    tab.locator(".st-key-stop").wait_for()
    grow(tab, beyond=drawn)
    assert "Training" in tab.locator(".stMain").inner_text()


def test_a_stopped_run_keeps_what_it_learned_and_can_be_drawn_on(train, app):
    tab = train(LONG)
    tab.get_by_label("Name", exact=True).fill("half done")
    tab.keyboard.press("Tab")
    start(tab)
    (run,) = [run for run in runs_of(app) if run.name == "half done"]
    wait_until(lambda: any(event["kind"] == "epoch" for event in run.events()[0]))
    click_key(tab, "stop")
    began = time.monotonic()
    wait_until(lambda: run.state != "training", STOP_SECONDS)
    tab.get_by_text("Stopped in epoch").wait_for()
    print(f"Stop to the stopped page: {time.monotonic() - began:.1f} s")
    test = next(event for event in run.events()[0] if event["kind"] == "test")
    metric = tab.locator("[data-testid=stMetric]", has_text="Test accuracy")
    assert f"{test['accuracy']:.2%}".replace("%", " %") in metric.inner_text()
    click_key(tab, "draw_on")
    tab.locator(pen.CANVAS).wait_for()
    tab.wait_for_function("document.querySelector('.st-key-model input')?.value == 'half done'")
    pen.draw(tab, pen.ONE)
    pen.wait_for_answer(tab, r"\d")


def test_continue_goes_on_from_where_a_run_ended(train):
    per_epoch = 8  # batches of 128 in the 950 images that are not held back
    tab = train(SHORT)
    start(tab)
    tab.locator(".st-key-draw_on").wait_for()
    tab.wait_for_function(f"{FAR} == {2 * per_epoch}")
    click_key(tab, "continue")
    tab.get_by_label("More epochs").fill("3")
    tab.keyboard.press("Tab")
    click_key(tab, "go_on")
    tab.get_by_text(re.compile(r"\+ · Finished")).wait_for()
    tab.wait_for_function(f"{FAR} == {(2 + 3) * per_epoch}")
