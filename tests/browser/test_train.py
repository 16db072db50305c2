"""The Train page in a real browser: sliders, links, a run from Start to a drawing on its model."""

import re
import shutil
import time
import urllib.parse

import pen
import pytest

from mnist_core.config.schema import Experiment
from mnist_core.data import loading
from mnist_core.network import summary
from mnist_core.runs.run import ENDED, Run

DATA = loading.best_available()
# About a minute of training on two cores: enough to do something meanwhile
LONG = {"data": DATA, "network.blocks.0.filters": "8", "recipe.epochs": "60"}
LONG |= {"recipe.train_images": "9000", "recipe.validation_fraction": "0.05"}
SHORT = LONG | {"recipe.train_images": "1000", "recipe.epochs": "2"}
STOP_SECONDS = 3

FAR = "Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].flatMap("
FAR += "plot => (plot.data ?? []).flatMap(line => line.x ?? [])))"  # the last step in a chart
# Notes on every frame whatever could jump or blink; hidden are the charts that are being drawn
WATCH = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    main.scrollTop = 120;
    window.frames_seen = [];
    const seen = plot => plot.getBoundingClientRect().height && plot.querySelector('.xtick')
        && getComputedStyle(plot.querySelector('.xtick')).visibility == 'visible';
    const note = plot => {
        const box = plot.getBoundingClientRect(), layout = plot._fullLayout;
        const drawn = plot.querySelector('.main-svg').getBoundingClientRect();
        const place = [box.top, drawn.height, drawn.width].map(Math.round);
        return [place, layout.xaxis.range, layout.yaxis.range].flat().join();
    };
    const look = () => {
        const plots = [...document.querySelectorAll('.js-plotly-plot')].filter(seen);
        window.frames_seen.push({
            charts: [...new Set(plots.map(note))],
            page: [main.scrollTop, main.scrollHeight].join(),
        });
        window.watching = requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture
def train(tab, app):
    """A function that opens the Train page, as a link with these settings does; no runs yet."""

    def go(settings=None):
        tab.goto(f"{app.url}/train?{urllib.parse.urlencode(settings or {})}")
        tab.locator(".st-key-start button").wait_for()
        return tab

    forget_all(app)
    yield go
    forget_all(app)


def forget_all(app) -> None:
    """Stop what trains, so that the next test has the machine to itself, and clear the list."""
    going_on = [run for run in runs_of(app) if run.state not in ENDED]
    for run in going_on:
        run.request_stop()
    wait_until(lambda: all(run.state in ENDED for run in going_on))
    shutil.rmtree(app.home / "runs", ignore_errors=True)


def runs_of(app) -> list[Run]:
    return [Run(p) for p in (app.home / "runs").glob("*") if (p / "status.json").exists()]


def wait_until(true, seconds=60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not come about."
        time.sleep(0.05)


def start(tab) -> None:
    """Start a run, and wait for the first of its curve."""
    tab.locator(".st-key-start button").click()
    grow(tab)


def grow(tab, beyond=0) -> int:
    """The last step that the curves show, once it is more than `beyond`."""
    tab.wait_for_function(f"{FAR} > {beyond}")
    return tab.evaluate(FAR)


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
    wait_until(lambda: is_in_sight(tab, tab.get_by_text("does not fit")))
    tab.locator(".st-key-start button:disabled").wait_for()
    press_on(tab, "network-blocks-2-kernel_size", "ArrowLeft")
    tab.locator(".st-key-start button:enabled").wait_for()


def test_the_curves_grow_and_nothing_jumps(train):
    tab = train(LONG)
    start(tab)
    grow(tab, beyond=tab.evaluate(FAR))  # the charts without a curve have gone by now
    tab.evaluate(WATCH)
    for _ in range(5):
        grow(tab, beyond=tab.evaluate(FAR))
    tab.evaluate("cancelAnimationFrame(window.watching)")
    seen = tab.evaluate("window.frames_seen")
    assert {frame["page"] for frame in seen} == {seen[0]["page"]}
    assert seen[0]["page"].startswith("120,")
    charts = {chart for frame in seen for chart in frame["charts"]}
    assert len(charts) == 2, "each chart keeps its place, its size and its axes"
    room = round(tab.locator(".st-key-accuracy").bounding_box()["width"])
    assert {chart.split(",")[2] for chart in charts} == {str(room)}
    blank = sum(len(frame["charts"]) < 2 for frame in seen)
    assert blank <= 0.05 * len(seen), f"{blank} of {len(seen)} frames lack a chart"


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
    assert f"{test['accuracy']:.2%}" in metric.inner_text()
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
