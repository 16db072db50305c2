"""Every page for those who can't see it well, or who use no mouse: axe-core, names, headings."""

from urllib.parse import urlencode

import chromium
import npm_packages
import pen
import pytest
from chromium import DESK
from kept_models import keep_made_up_predictions
from kept_runs import finished_run
from train_page import LONG, forget_all, start

from mnist_core.config.schema import Experiment
from mnist_core.data import loading

AXE = ("axe-core", "4.10.3", "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292")
# A state of each page, by its address, and what is there once it is
STATES = {
    "": ".st-key-samples",
    "train": ".st-key-start button",
    "evaluate?model=classic&exam=Built-in": ".st-key-move button",
    "evaluate?model=classic&beside=reader&exam=Built-in": ".st-key-move button",
    "inside?model=classic&look_at=A+digit+of+a+set&set=Built-in": ".st-key-arithmetic",
    "inside?look_at=A+digit+of+a+set&set=Built-in&view=Which+ink+spoke": ".spoke",
    "data?set=Built-in": ".gallery",
    "data?look=Writers": ".hand",
    "data?look=Pen+model": ".st-key-written",
    "data?look=My+drawings": ".st-key-import_drawings",
    "data?look=My+test": ".st-key-next",
    "runs": ".st-key-run_actions",
}
# The app's style comes with the page, after its first elements, and is faded in; the script around
# the pages, which gives some elements their roles, comes last
STYLED = """() => document.getElementById("announcements") &&
    getComputedStyle(document.querySelector(".stMainBlockContainer")).maxWidth !== "none"
    && document.getAnimations().every(a => a.effect.getComputedTiming().iterations === Infinity)"""
TABS_IN_SIGHT = """width => [...document.querySelectorAll(".st-key-phone_tabs a")].filter(a => {
    const box = a.getBoundingClientRect(), text = a.querySelector("p");
    return box.left >= 0 && box.right <= width && box.bottom <= 60
        && text.scrollWidth <= text.clientWidth;
}).length === 6"""
FINDINGS = """async () => {
    const result = await axe.run(document, { resultTypes: ["violations"] });
    return result.violations.flatMap(v => v.nodes.map(n =>
        `${v.id} at ${n.target}: ${n.html.slice(0, 150)} ${n.any.map(c => c.message)}`));
}"""


@pytest.fixture(scope="module")
def axe(request):
    """The script of axe-core."""
    try:
        cache = request.config.cache.mkdir("axe")
        return npm_packages.script(*AXE, "axe.min.js", cache)
    except npm_packages.NotThereError as reason:
        return chromium.skip_or_fail(str(reason))


@pytest.fixture
def find(axe):
    """A function: what axe-core finds wrong with a tab as it is now."""

    def findings(tab):
        tab.evaluate(axe)
        return tab.evaluate(FINDINGS)

    return findings


@pytest.fixture
def kept_predictions(app, monkeypatch):
    """What Evaluate shows of the built-in digits is there without reading them."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    for model in ("classic", "reader"):
        keep_made_up_predictions(model, loading.load("built-in").test)


@pytest.fixture
def no_runs(app, monkeypatch):
    """Runs that a test makes are the app's; afterwards there are none, for the tests to come."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    yield
    forget_all(app)


@pytest.fixture
def open_state(browser, app):
    """A function that opens an address in a light or a dark tab, and waits for what is there."""
    contexts = []

    def go(address, scheme="light"):
        contexts.append(browser.new_context(**DESK, color_scheme=scheme, reduced_motion="reduce"))
        tab = contexts[-1].new_page()
        tab.set_default_timeout(chromium.TIMEOUT)
        tab.goto(f"{app.url}/{address}")
        tab.locator(STATES.get(address, "h1")).first.wait_for()
        tab.wait_for_function(STYLED)
        return tab

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", STATES)
def test_axe_core_finds_nothing(kept_predictions, open_state, find, address, scheme):
    assert find(open_state(address, scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_nothing_on_a_drawing_and_its_explanation(open_state, find, scheme):
    tab = open_state("", scheme)
    pen.draw(tab, pen.SEVEN)
    pen.wait_for_answer(tab, "^7")
    assert find(tab) == []
    tab.get_by_text("Why?").click()
    tab.locator(".moved .handle").wait_for()
    assert find(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_nothing_while_a_run_trains_and_at_its_end(
    no_runs, open_state, find, scheme
):
    tab = open_state(f"train?{urlencode(LONG | {'recipe.epochs': '200'})}", scheme)
    start(tab)
    tab.locator(".st-key-yours").wait_for()
    tab.locator(".st-key-training_ring a").first.wait_for()
    assert find(tab) == []
    tab.locator(".st-key-stop button:visible").click()
    tab.locator(".st-key-continue button").wait_for()
    assert find(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_nothing_on_a_sweep(no_runs, open_state, find, scheme):
    for value, accuracy in {"0.001": 0.98, "0.002": 0.9895}.items():
        experiment = Experiment().with_values({"recipe.learning_rate": value})
        run = finished_run(experiment, f"swept {value} {scheme}", accuracy)
        run.update_status(sweep={"id": scheme, "field": "recipe.learning_rate", "from": "quick"})
    names = {"compare": [f"swept 0.001 {scheme}", f"swept 0.002 {scheme}"]}
    tab = open_state(f"runs?{urlencode(names, doseq=True)}", scheme)
    tab.locator(".st-key-draw_on_best").wait_for()
    assert find(tab) == []


@pytest.mark.parametrize("page", ["", "train", "evaluate", "inside", "data", "runs"])
def test_a_page_has_one_heading_and_a_browser_title_of_its_own(open_state, page):
    tab = open_state(page)
    tab.wait_for_function("name => document.title.startsWith(name)", arg=(page or "draw").title())
    tab.locator("h1").first.wait_for()
    assert tab.locator("h1").count() == 1


def test_the_focus_is_seen_on_a_page_link(open_state):
    link = open_state("data").get_by_role("link", name="Runs", exact=True).first
    link.focus()
    link.press("Shift+Tab")
    link.page.keyboard.press("Tab")
    style = "link => getComputedStyle(link).outline{} === '{}'"
    for name, value in (("Style", "solid"), ("Width", "2px")):
        link.page.wait_for_function(style.format(name, value), arg=link.element_handle())


def test_nothing_moves_for_who_asked_for_less_motion(open_state):
    longest = """() => Math.max(...[...document.querySelectorAll("*")].map(element =>
        Math.max(...getComputedStyle(element).transitionDuration.split(", ").map(parseFloat))))"""
    assert open_state("data").evaluate(longest) <= 0.001


def test_another_page_opens_at_its_top(open_state):
    tab = open_state("data?look=Writers")
    main = tab.locator("[data-testid=stMain]")
    main.evaluate("main => main.scrollTo(0, 400)")
    tab.get_by_role("link", name="Runs", exact=True).first.click()
    tab.locator(".st-key-run_actions").wait_for()
    assert main.evaluate("main => main.scrollTop") == 0


@pytest.mark.parametrize("width", [320, 390, 700])
def test_in_a_narrow_window_every_page_is_in_sight_and_no_menu_covers_it(tab, app, width):
    tab.set_viewport_size({"width": width, "height": 700})
    tab.goto(f"{app.url}/data")
    tabs = tab.locator(".st-key-phone_tabs")
    tab.wait_for_function(TABS_IN_SIGHT, arg=width)
    names = [name.split()[-1] for name in tabs.get_by_role("link").all_inner_texts()]
    assert names == ["Draw", "Train", "Evaluate", "Inside", "Data", "Runs"]
    tabs.get_by_role("link", name="Runs").click()
    tab.wait_for_function("document.title.startsWith('Runs')")
    assert not tab.locator("[data-testid=stSidebar]").is_visible()
    tab.set_viewport_size({"width": 1440, "height": 900})
    tabs.wait_for(state="hidden")
    tab.get_by_role("link", name="Draw", exact=True).click()
    tab.wait_for_function("document.title.startsWith('Draw')")


def test_answers_and_waits_are_announced(page, app):
    page.goto(f"{app.url}/?model=classic")  # the faster one
    announced = "words => document.querySelector('[role=status]')?.textContent.includes(words)"
    page.wait_for_function(announced, arg="Draw a digit, 0 to 9.")
    pen.draw(page, pen.SEVEN)
    page.wait_for_function(announced, arg="7 >99 % sure")
    page.locator(".st-key-clear button").click()
    page.wait_for_function(announced, arg="Draw a digit, 0 to 9.")
    page.evaluate(
        "heard = []; new MutationObserver(() => heard.push(document.querySelector('[role=status]')"
        ".textContent)).observe(document.querySelector('[role=status]'), { childList: true })"
    )
    page.get_by_role("link", name="Evaluate", exact=True).click()
    page.wait_for_function(announced, arg="Accuracy: classic: ")
    waits = [words for words in page.evaluate("heard") if "classic reads 10,000 digits" in words]
    assert len(waits) == 1
