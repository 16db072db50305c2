"""What a stranger writes, on the real pages in a real browser: it is read, and is nothing else.

Markdown's and Streamlit's own additions to it, as links, files, runs and bundles may hold them.
"""

import dataclasses
import json
import random
from urllib.parse import urlencode, urlsplit

import pytest
from kept_models import SMALL, keep, make_card, small_model

from mnist_core.config.schema import Recipe
from mnist_core.models import bundle
from mnist_core.network import keras_model
from mnist_core.runs import store as run_store

pytestmark = pytest.mark.browser

TEXTS = (
    *("![i](https://evil.example/i.png)", "[x](https://evil.example)", "<https://evil.example>"),
    *("www.evil.example", "WWW.evil.example", "http://evil.example", "HTTPS://evil.example/a?b=1"),
    *("a@evil.example", "mailto:a@evil.example", "xmpp:a@evil.example", "//evil.example"),
    *("<img src=https://evil.example/i.png>", "<b>b</b>", "&amp;", "&#33;", "<!-- c -->"),
    *("$x$", "$$y$$", "**b**", "__b__", "*e*", "_e_", "~~s~~", "`c`", "``c``", "[^1]", "| a | b |"),
    *(":red[x]", ":red-background[x]", ":color[x]{foreground=red}", ":small[x]", ":help[x]"),
    *(":smile:", ":+1:", ":material/delete:", ":streamlit:", "12:30", "::x", "a \\", "\\*b*"),
    *("a -> b", "a <- b", "a <-> b", "a -- b", "a <= b", "a >= b", "a ~= b", "a --> b", "~~ -> ~~"),
)  # fmt: skip
FIRST = ("# h", "###### h", "1. x", "2) x", "123. x", "- x", "+ x", "* x", "> q", "    code",
         "---", "===", "```", "~~~", ":::x", "[x]: https://evil.example", "-> b", "_", "-", "#",
         )  # fmt: skip  # what only the beginning of a line makes something
PIECES = (*":@.*_~`$[]()<>|!&#+-=\\/ ", "www", "http", "evil.example", "red", "smile", "1", "x")
SHOWS = """
import streamlit as st
from pages.ui.app.errors import escape

for number, text in enumerate({texts!r}):
    with st.container(key=f"text{{number}}"):
        st.markdown(escape(text))
joined = escape({joined!r})
with st.container(key="kinds"):
    st.markdown(f"#### {{joined}}")
    st.markdown(f"**{{joined}}**")
    st.caption(joined)
    st.error(joined)
    st.toggle(joined)
    st.button(joined)
    st.selectbox(joined, ["a"])
    st.progress(0.5, joined)
    st.metric(joined, 1)
    st.table([{{joined: joined}}])
    st.expander(joined)
    st.markdown("Help", help=joined)
st.toast(joined)
"""
SELECTOR = "[data-testid=stMarkdownContainer], [data-testid=stCaptionContainer]"
LIVE = """() => [...document.querySelectorAll('[href], [src], [srcset], [data]')]
    .map(e => e.href || e.src || e.srcset || e.data).map(u => new URL(u.baseVal ?? u, location))
    .filter(u => u.host !== location.host && !['data:', 'blob:'].includes(u.protocol)).map(String)
"""
HAS = """([where, words]) => [...document.querySelectorAll(where)]
    .some(e => e.textContent.replaceAll(/\\s+/g, ' ').trim().includes(words))"""

# One of each kind, short enough for a sentence that cuts a name; a slash would make it a path
WORDS = "www.evil.example ![i](https:evil.example) :smile: **b** $x$"
FILE = "www.evil.example ![i](https:evil.example) a@evil.example :smile: a -> b **b** $x$"
RUN, OTHER_RUN, FAILED_RUN = "www.evil.example", "1. x __b__ -- c", "www.evil.example -- b"
CHOICES = ("run", "compare", "by", "set", "part", "digit", "as", "look", "view", "at", "writer")
ALERT, TOAST, TITLE = "[data-testid=stAlert]", "[data-testid=stToast]", "h2, h3"
STROKES = [[[0, 0], [1, 9]], [[4, 0], [4, 9]]]


def in_one_line(text):
    return " ".join(text.split())


JOINED = in_one_line(" ; ".join(TEXTS))


@pytest.fixture
def asked(tab):
    """The addresses of other hosts that the tab asks for anything."""
    addresses = []

    def note(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            addresses.append(request.url)

    tab.on("request", note)
    return addresses


def read(tab, where, words):
    """See these words in one of the elements, and nothing on the page that leads elsewhere."""
    try:
        tab.wait_for_function(HAS, arg=[where, in_one_line(words)])
    except Exception:
        shown = [in_one_line(text or "") for text in tab.locator(where).all_text_contents()]
        pytest.fail(f"{words!r} is not among {shown}")
    assert tab.evaluate(LIVE) == []


def random_texts(count):
    rng = random.Random(6)
    return ["".join(rng.choices(PIECES, k=rng.randint(2, 9))) for _ in range(count)]


def test_an_escaped_text_is_what_is_read_in_every_kind_of_element(start_copy, tab, asked):
    texts = [*TEXTS, *FIRST, *filter(str.strip, random_texts(300))]
    page = start_copy(draw=SHOWS.format(texts=texts, joined=JOINED))
    tab.goto(page.url)
    read(tab, TOAST, JOINED)
    tab.locator(".st-key-kinds [data-testid=stTooltipIcon]").first.hover()
    read(tab, "[data-testid=stTooltipContent]", JOINED)
    tab.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    shown = tab.evaluate(
        "count => [...Array(count).keys()].map(i => document.querySelector("
        "`.st-key-text${i} [data-testid=stMarkdownContainer]`).textContent.trim())",
        len(texts),
    )
    pairs = zip(map(in_one_line, texts), map(in_one_line, shown), strict=True)
    assert [(written, text) for written, text in pairs if text != written] == []
    places = tab.locator(".st-key-kinds").locator(SELECTOR).all_text_contents()
    assert sum(in_one_line(place) == JOINED for place in places) == 12
    assert asked == []


@pytest.mark.parametrize("page", ["", "evaluate", "inside"])
def test_a_model_that_an_address_names(page, tab, app, asked):
    tab.goto(f"{app.url}/{page}?{urlencode({'model': WORDS, 'exam': 'A stroke file'})}")
    read(tab, TOAST, f"There is no model called {WORDS!r} here. reader is used instead.")
    assert asked == []


@pytest.mark.parametrize(
    "name, value, sentence",
    [
        pytest.param("controls", WORDS, f"a control that there isn't: {WORDS!r}.", id="controls"),
        pytest.param("recipe.epochs", WORDS, f"Received: {WORDS!r}", id="value"),
        pytest.param("data", WORDS, f"Received: {WORDS!r}", id="data"),
        pytest.param(f"recipe.{WORDS}", "1", f"recipe.{WORDS}", id="field"),
        pytest.param(f"network.blocks.{WORDS}", "1", f"network.blocks.{WORDS}", id="block"),
    ],
)
def test_an_experiment_that_an_address_describes(name, value, sentence, tab, app, asked):
    tab.goto(f"{app.url}/train?{urlencode({name: value})}")
    read(tab, ALERT, sentence)
    assert asked == []


@pytest.mark.parametrize("page", ["data", "runs"])
def test_what_an_address_chooses(page, tab, app, asked):
    tab.goto(f"{app.url}/{page}?{urlencode(dict.fromkeys(CHOICES, WORDS))}")
    read(tab, "h1", page.title())
    read(tab, SELECTOR, " digits in " if page == "data" else "Comes with the app.")
    assert asked == []


def test_a_lesson(tab, app, asked):
    tab.goto(f"{app.url}/train?{urlencode({'title': WORDS, 'question': JOINED[:400]})}")
    read(tab, ".lesson b", WORDS)
    read(tab, ".lesson p", JOINED[:400])
    assert asked == []


def give(tab, name, content, place=""):
    """Upload a file of this name."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    tab.locator(f"{place} input[type=file]").set_input_files(file)


def stroke_file(*labels):
    drawings = [{"label": label, "writer": WORDS, "strokes": STROKES} for label in labels]
    return "\n".join(map(json.dumps, drawings)).encode()


def test_a_stroke_file(tab, app, asked):
    tab.goto(f"{app.url}/evaluate?model=reader&exam=A stroke file")
    give(tab, f"{FILE}.jsonl", stroke_file(1, 7))
    read(tab, "[data-testid=stCaptionContainer]", f"the 2 drawings of {FILE}.jsonl.")
    tab.locator(".gallery figure img").first.click()
    read(tab, ".st-key-seen", f" of {FILE}.jsonl")  # on Inside
    tab.goto(f"{app.url}/evaluate?exam=A stroke file")
    give(tab, f"{FILE}.jsonl", stroke_file(WORDS))
    read(tab, ALERT, f"{FILE}.jsonl, line 1: label must be a whole number 0 to 9."
                     f" Received: {WORDS!r}")  # fmt: skip
    assert asked == []


def test_a_picture_that_is_none(tab, app, asked):
    tab.goto(app.url)
    give(tab, f"{FILE}.png", b"none", ".st-key-upload")
    read(tab, ALERT, f"{FILE}.png: ")
    give(tab, "123. x.png", b"none", ".st-key-upload")
    read(tab, ALERT, "123. x.png: ")
    assert asked == []


@pytest.fixture
def home_of_app(app, monkeypatch):
    """Runs that this test makes are the app's; afterwards there are none."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    yield
    for run in run_store.all_runs():
        run_store.delete(run)


def import_file(tab, app, name, content):
    tab.goto(f"{app.url}/runs")
    tab.locator(".st-key-import button").first.click()
    give(tab, name, content, "[class*=st-key-bundle]")
    tab.locator(".st-key-import_bundle button").click()


def test_a_bundle(home_of_app, tab, app, asked):
    import_file(tab, app, f"{FILE}.zip", b"none")
    read(tab, ALERT, f"{FILE}.zip: ")
    card = make_card(WORDS) | {"about": {"sources": [WORDS]}}
    content = bundle.pack(SMALL, card, keras_model.weights(small_model()))
    import_file(tab, app, f"{RUN}.bundle.zip", content)
    read(tab, TITLE, RUN)
    assert asked == []


@pytest.fixture
def runs(home_of_app):
    """Two runs that can be asked, whose files say what a stranger wrote, and one that failed."""
    without = dataclasses.replace(SMALL, recipe=Recipe(validation="none"))
    sweep = {"id": "1", "field": WORDS, "from": WORDS}
    for name, parent in ((RUN, WORDS), (OTHER_RUN, {"id": "1", "name": WORDS})):
        run = keep(name)
        run.set_status("finished", WORDS, sweep=sweep, continues=parent)
        (run.folder / "experiment.json").write_text(without.to_json())
    run_store.create(SMALL, FAILED_RUN).set_status("failed", WORDS)


def test_a_run_that_is_opened_compared_and_deleted(runs, tab, app, asked):
    tab.goto(f"{app.url}/runs?run={RUN}")
    read(tab, TITLE, RUN)
    read(tab, "[data-testid=stCaptionContainer]", f"Finished. It continues {WORDS}. {WORDS}")
    both = urlencode({"compare": [RUN, OTHER_RUN]}, doseq=True)
    tab.goto(f"{app.url}/runs?{both}")
    read(tab, TITLE, f"Sweep from {WORDS}: ")
    read(tab, "[data-testid=stTable] td", RUN)
    read(tab, "[data-testid=stTable] td", OTHER_RUN)
    read(tab, "[data-testid=stCaptionContainer]", f"Never read new images: {RUN}, {OTHER_RUN}.")
    read(tab, ".js-plotly-plot .textpoint", OTHER_RUN)
    tab.goto(f"{app.url}/runs?run={urlencode({'': OTHER_RUN})[1:]}")
    read(tab, TITLE, OTHER_RUN)
    tab.get_by_role("button", name="Delete", exact=True).click()
    read(tab, ".st-key-deleted", f"Deleted: {OTHER_RUN}.")
    assert asked == []


def test_a_run_that_failed(runs, tab, app, asked):
    tab.goto(f"{app.url}/train")
    read(tab, SELECTOR, f"{FAILED_RUN} · Failed")
    read(tab, ALERT, WORDS)
    assert asked == []


def test_two_models_on_a_stroke_file(runs, tab, app, asked):
    query = {"model": RUN, "beside": OTHER_RUN, "exam": "A stroke file"}
    tab.goto(f"{app.url}/evaluate?{urlencode(query)}")
    give(tab, "drawings.jsonl", stroke_file(*range(10)))
    read(tab, ".test .name", RUN)
    read(tab, SELECTOR, f"Only {RUN} misreads ")
    read(tab, SELECTOR, f"What {OTHER_RUN} takes each digit for.")
    read(tab, SELECTOR, f"{OTHER_RUN} is weakest at ")
    read(tab, ".js-plotly-plot .legendtext", OTHER_RUN)
    assert asked == []


def test_the_digits_that_a_model_misreads(runs, tab, app, asked):
    query = {"mistakes": "true", "by": RUN}
    tab.goto(f"{app.url}/data?{urlencode(query)}")
    read(tab, SELECTOR, f"; {RUN} reads ")
    assert asked == []
