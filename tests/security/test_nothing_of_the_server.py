"""Damaged and missing files, on every page: a sentence, and nothing of the server's disk in it."""

import getpass
import io
import re
import socket
import zipfile

import pytest
from app_pages import ONE, PAGES, html_bodies, open_page, texts
from kept_models import DATASET, keep

from mnist_core.models import export
from mnist_core.system import paths
from pages.ui.app import errors

NEVER = (str(paths.PROJECT), "Traceback", "Errno", "site-packages", "/etc/", "0x7f")
DAMAGES = {  # file of a run -> what is in it; None: it is not there
    "damaged weights": ("model.keras", b"PK\x03\x04 no zip"),
    "no weights": ("model.keras", None),
    "a damaged card": ("card.json", b"{"),
    "a hostile experiment": ("experiment.json", b'{"data": "/etc/passwd"}'),
    "a damaged status": ("status.json", b"[" * 5000),
    "damaged events": ("events.jsonl", b'\xff\xfe\n{"kind": "steps"}\n[]\n{"kind'),
}


@pytest.fixture
def visit(monkeypatch, loaded_models, drawn, clicks, tmp_path):
    """A function that opens a page by an address, and sees that it says nothing of the disk."""
    monkeypatch.setattr("mnist_core.scheduler.scheduler.prewarm", lambda: None)

    def go(page, **query):
        app = open_page(page, query)
        shown = "\n".join([texts(app), *html_bodies(app)])
        for secret in (str(tmp_path), *NEVER):
            assert secret not in shown, shown[max(0, shown.index(secret) - 200) :][:400]
        return shown

    return go


def visit_all_pages(visit):
    for page in PAGES:
        visit(page, **{"run" if page == "runs" else "model": "mine"}, exam="A stroke file")
    visit("runs", run="whole")


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_leaves_every_page_standing_and_says_no_path(damage, visit):
    keep("whole")
    name, content = DAMAGES[damage]
    file = keep("mine").folder / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    visit_all_pages(visit)


@pytest.mark.slow
def test_a_run_whose_sentence_names_a_path_says_none_on_any_page(visit):
    keep("whole")
    run = keep("mine")
    run.set_status("failed", f"{run.folder / 'experiment.json'} and ![x](http://evil.example/x)")
    visit_all_pages(visit)


def test_of_a_file_that_an_error_begins_with_only_the_name_is_said(home):
    assert (
        errors.message(ValueError("It is empty."), f"{home}/mine.zip:") == "mine.zip: It is empty."
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("content", [None, b"no data", b""])
def test_a_mnist_that_is_none_leaves_every_page_standing_and_says_no_path(
    page, content, visit, tmp_path, monkeypatch
):
    file = tmp_path / "of somebody" / "mnist.npz"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("MNIST_PATH", str(file))
    visit(page)


def test_the_pen_works_where_the_digits_to_take_cant_be_read(visit, tmp_path, monkeypatch, drawn):
    (tmp_path / "mnist.npz").write_bytes(b"no data")
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "mnist.npz"))
    drawn.append(ONE)
    shown = visit("draw")
    assert "answer-digit" in shown
    assert "mnist.npz is not MNIST" in shown


def secrets_of(home) -> list[bytes]:
    """What tells where a run was made."""
    assert "somebody" in DATASET.source
    names = (str(home), str(paths.PROJECT), "somebody", socket.gethostname())
    return [name.encode() for name in (*names, f"/{getpass.getuser()}/")]


@pytest.mark.parametrize("kind", export.FORMATS)
def test_an_export_says_nothing_of_the_computer_it_is_from(kind, home):
    keep("mine")
    content = export.to_bytes("mine", kind)
    parts = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    assert not [secret for secret in secrets_of(home) if any(secret in part for part in parts)]


def test_a_runs_files_say_nothing_of_where_they_lie(home):
    folder = keep("mine").folder
    content = b"".join(
        (folder / name).read_bytes()
        for name in ("card.json", "status.json", "experiment.json", "events.jsonl")
    )
    assert not [secret for secret in secrets_of(home) if secret in content]


def test_every_test_that_the_promises_name_is_there():
    promises = (paths.PROJECT / ".github" / "SECURITY.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", promises))
    assert len(named) >= 7
    assert [name for name in named if not (paths.PROJECT / name).is_file()] == []
