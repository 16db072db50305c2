"""The curves of a run that trains, in a real browser: they grow in place."""

import urllib.parse

import pytest
from train_page import FAR, LONG, grow, start

# Notes on every frame whatever could jump or blink
WATCH = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    main.scrollTop = 120;
    window.frames_seen = [];
    const seen = plot => plot.getBoundingClientRect().height && plot.querySelector('.xtick');
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
PLOT = "document.querySelector('.st-key-accuracy .js-plotly-plot')"
RANGES = f"[{PLOT}._fullLayout.xaxis.range, {PLOT}._fullLayout.yaxis.range]"
# Whether the numbers at the axis have the page's colour
FITS_THE_THEME = f"""() => {{
    const colour = element => getComputedStyle(element);
    return colour({PLOT}.querySelector('.xtick text')).fill === colour({PLOT}).color;
}}"""


@pytest.fixture
def growing(train):
    """The page of a run that trains, its curves begun."""
    tab = train(LONG)
    start(tab)
    return tab


def grow_on(tab) -> None:
    """Wait for new points."""
    grow(tab, beyond=tab.evaluate(FAR))


def test_the_curves_grow_and_nothing_jumps(train):
    tab = train(LONG)
    start(tab)
    tab.locator(".st-key-full_range label").click()  # the other axes follow what happens
    tab.wait_for_function(f"{PLOT}._fullLayout.yaxis.range[0] === 0")
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
    assert all(len(frame["charts"]) == 2 for frame in seen), "a frame lacks a chart"


def test_both_curves_of_a_run_that_trains_are_seen_without_scrolling(growing):
    bottom = "Math.max(...[...document.querySelectorAll('.js-plotly-plot')].map("
    bottom += "plot => plot.getBoundingClientRect().bottom))"
    assert growing.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert growing.evaluate(bottom) <= growing.viewport_size["height"]


def test_the_axis_of_time_is_that_of_the_whole_run_before_its_first_step(train):
    tab = train(LONG)
    tab.locator(".st-key-start button").click()
    tab.wait_for_function(f"{PLOT}?.querySelector('.xtick')")
    before, _ = tab.evaluate(RANGES)
    grow_on(tab)
    assert tab.evaluate(RANGES)[0] == before
    assert before[1] > 1000


def test_a_chart_stays_the_same_element_from_start_to_the_end_of_its_run(train):
    tab = train(LONG)
    tab.locator(".st-key-start button").click()
    tab.wait_for_function(f"window.first = {PLOT}")
    for name, state in (("-", "visible"), ("mine", "hidden")):  # a line above comes and goes
        tab.get_by_label("Name", exact=True).fill(name)
        tab.keyboard.press("Enter")
        tab.get_by_text("must begin with a letter").wait_for(state=state)
    grow_on(tab)
    tab.locator(".st-key-stop button:visible").click()
    tab.get_by_text("Stopped in epoch").wait_for()
    assert tab.evaluate(f"window.first === {PLOT}")


def test_a_zoom_stays_while_the_curve_grows_and_a_double_click_ends_it(growing):
    whole = growing.evaluate(RANGES)
    area = growing.locator(".st-key-accuracy .nsewdrag")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    growing.mouse.move(box["x"] + 20, box["y"] + 40)
    growing.mouse.down()
    growing.mouse.move(box["x"] + 120, box["y"] + 100, steps=5)
    growing.mouse.up()
    growing.wait_for_function(f"{PLOT}._fullLayout.xaxis.range[1] < {whole[0][1] / 2}")
    zoomed = growing.evaluate(RANGES)
    for _ in range(2):
        grow_on(growing)
        assert growing.evaluate(RANGES) == zoomed
    area.dblclick()
    growing.wait_for_function(f"{PLOT}._fullLayout.xaxis.range[1] === {whole[0][1]}")
    assert growing.evaluate(RANGES)[0] == whole[0]


def test_the_curves_follow_the_theme_of_the_page(growing):
    light = growing.evaluate(f"getComputedStyle({PLOT}).color")
    assert growing.evaluate(FITS_THE_THEME)
    growing.emulate_media(color_scheme="dark")
    growing.wait_for_function(f"getComputedStyle({PLOT}).color !== '{light}'")
    growing.wait_for_function(FITS_THE_THEME)


def test_a_narrower_window_gets_narrower_curves(growing):
    wide = growing.evaluate(f"{PLOT}._fullLayout.width")
    growing.set_viewport_size({"width": 390, "height": 844})
    growing.locator(".live-chart").first.scroll_into_view_if_needed()
    growing.wait_for_function(
        f"{PLOT}._fullLayout.width < {wide} && {PLOT}._fullLayout.width === {PLOT}.clientWidth"
    )


def test_watching_a_run_asks_no_other_host_than_the_apps(train, app):
    tab, asked = train(LONG), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.reload()
    start(tab)
    sources = [url for url in asked if "plotly.min.js" in url]
    assert len(sources) == 1
    assert {urllib.parse.urlsplit(url).netloc for url in asked} - {"", app.url[7:]} == set()


def test_a_browser_fetches_plotly_js_once(growing):
    fetched = """() => performance.getEntriesByType('resource')
        .filter(entry => entry.name.includes('plotly.min.js')).map(entry => entry.transferSize)"""
    assert min(growing.evaluate(fetched)) > 1_000_000
    growing.reload()
    growing.wait_for_function(f"{PLOT}?.querySelector('.xtick')")
    assert growing.evaluate(fetched) == [0]
