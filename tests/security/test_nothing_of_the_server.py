"""Damaged and missing files, on every page: a sentence, and nothing of the server's disk in it."""

import getpass
import io
import re
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from app_pages import PAGES, html_bodies, open_page, texts

from mnist_core.data import loading
from mnist_core.data.types import Dataset, Digits
from mnist_core.models import card as card_file
from mnist_core.models import export
from mnist_core.models import store as model_store
from mnist_core.network import keras_model as networks
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from pages.ui.choices.loader import ModelLoader

ROOT = Path(__file__).parents[2]
SMALL = PRESETS["tiny"]
NOTHING = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))


def kept(name: str, source: str = "mnist.npz") -> Run:
    """A finished run with its model."""
    run = run_store.create(SMALL, name)
    dataset = Dataset("mnist", NOTHING, NOTHING, "0" * 64, source)
    epochs = [{"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8, "seconds": 1.5}]
    test = {"loss": 0.4, "accuracy": 0.85, "images": 2}
    card = card_file.make_card(name, SMALL, dataset, epochs, test, 1.0, "finished")
    model_store.save(run.folder, networks.build(SMALL.network, seed=1), card)
    run.set_status("finished")
    return run


def with_weights(run):
    (run.folder / "model.keras").write_bytes(b"PK\x03\x04 no zip")


def with_card(run):
    (run.folder / "card.json").write_text("{")


def with_experiment(run):
    (run.folder / "experiment.json").write_text('{"data": "/etc/passwd"}')


def with_status(run):
    (run.folder / "status.json").write_text("[" * 5000)


def with_events(run):
    (run.folder / "events.jsonl").write_bytes(b'\xff\xfe\n{"kind": "steps"}\n[]\n{"kind')


def with_sentence(run):
    run.set_status("failed", f"{run.folder / 'experiment.json'} and ![x](http://evil.example/x)")


def without_weights(run):
    (run.folder / "model.keras").unlink()


DAMAGES = (with_weights, with_card, with_experiment, with_status, with_events, with_sentence)
DAMAGES += (without_weights,)


@pytest.fixture
def visit(monkeypatch, loaded_models, drawn, clicks):
    """A function that opens a page by an address."""
    monkeypatch.setattr("mnist_core.scheduler.scheduler.prewarm", lambda *_: None)
    return lambda page, **query: open_page(page, query)


def shown(app) -> str:
    return "\n".join([texts(app), *html_bodies(app)])


def nothing_of(place: Path, app) -> None:
    """See that the page stands, and says nothing of where things are."""
    text = shown(app)
    for secret in (str(place), str(ROOT), "Traceback", "Errno", "site-packages", "/etc/", "0x7f"):
        assert secret not in text, text[max(0, text.index(secret) - 200) :][:400]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_a_damaged_run_leaves_every_page_standing_and_says_no_path(damage, visit, tmp_path):
    kept("whole")
    damage(kept("mine"))
    for page in ("draw", "train", "runs"):
        nothing_of(tmp_path, visit(page, **{"run" if page == "runs" else "model": "mine"}))
    for page in ("inside", "evaluate"):
        nothing_of(tmp_path, visit(page, model="mine", exam="A stroke file"))
    nothing_of(tmp_path, visit("runs", run="whole"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("content", [None, b"no data", b""])
def test_a_mnist_that_is_none_leaves_every_page_standing_and_says_no_path(
    page, content, visit, tmp_path, monkeypatch
):
    place = tmp_path / "of somebody"
    place.mkdir()
    if content is not None:
        (place / "mnist.npz").write_bytes(content)
    monkeypatch.setenv("MNIST_PATH", str(place / "mnist.npz"))
    nothing_of(tmp_path, visit(page))


@pytest.mark.slow
def test_the_pen_works_where_the_digits_to_take_cant_be_read(visit, tmp_path, monkeypatch, drawn):
    (tmp_path / "mnist.npz").write_bytes(b"no data")
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "mnist.npz"))
    monkeypatch.setattr(ModelLoader, "test_set", lambda self: loading.load("mnist").test)
    drawn.append({"type": "Path", "path": [["M", 210, 80], ["L", 210, 340]], "strokeWidth": 22})
    app = visit("draw")
    nothing_of(tmp_path, app)
    assert "answer-digit" in shown(app)
    assert "mnist.npz is not MNIST" in shown(app)


@pytest.mark.parametrize("kind", export.FORMATS)
def test_an_export_says_nothing_of_the_computer_it_is_from(kind, home, tmp_path):
    kept("mine", str(tmp_path / "data of ann" / "mnist.npz"))
    content = export.to_bytes("mine", kind)
    inside = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside += [archive.read(name) for name in archive.namelist()]
    secrets = [str(tmp_path), str(home), str(ROOT), "of ann", socket.gethostname()]
    secrets += [f"/{getpass.getuser()}/"]
    for secret in secrets:
        for part in inside:
            assert secret.encode() not in part, secret


def test_a_runs_files_say_nothing_of_where_they_lie(home, tmp_path):
    run = kept("mine", str(tmp_path / "mnist.npz"))
    for name in ("card.json", "status.json", "experiment.json", "events.jsonl"):
        assert str(tmp_path) not in (run.folder / name).read_text()


def test_every_test_that_the_promises_name_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / ".github" / "SECURITY.md").read_text())
    assert len(set(named)) >= 7
    assert [name for name in named if not (ROOT / name).is_file()] == []
