"""A run may have a name in any language, and none that could leave its folder or can't be one."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as strategy

from mnist_core.config.schema import Experiment
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.system import users

NAMES = ["Übung 1", "Опыт", "数字", "تجربة 2", "हिन्दी", "a.b_c+d-e", "7"]
FOUR_BYTES = "\U00010400" * 60  # letters that take four bytes each in a file's name


@pytest.mark.parametrize("name", [*NAMES, FOUR_BYTES])
def test_a_run_has_its_name_in_any_language(home, name):
    run = run_store.create(Experiment(), name)
    assert [found.name for found in run_store.all_runs()] == [name]
    assert run_store.get(name) == run
    assert run_store.create(Experiment(), name).name.endswith(" 2")


def test_a_name_is_the_same_however_its_accents_are_written(home):
    composed, apart = (unicodedata.normalize(form, NAMES[0]) for form in ("NFC", "NFD"))
    assert apart != composed
    run = run_store.create(Experiment(), apart)
    assert run.name == composed
    assert run_store.get(apart) == run_store.get(composed) == run
    run.set_status("stopped")
    assert run_store.rename(run, apart + "a").name == composed + "a"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "must not be empty"),
        ("x" * 61, "must have at most 60 characters"),
        ("../tiny", "must have only letters, digits, spaces and . _ + - in it"),
        ("a/b", "must have only letters"),
        ("a\\b", "must have only letters"),
        ("a:b", "must have only letters"),
        ("a\n", "must have only letters"),
        ("a\0", "must have only letters"),
        ("a\u200b", "must have only letters"),  # a space of no width
        ("\u3164", "must have only letters"),  # a letter that can't be seen
        ("a\udcff", "must have only letters"),  # a byte that is no text
        ("\U0001f600", "must have only letters"),
        ("..", "must begin with a letter or a digit"),
        (".hidden", "must begin with a letter or a digit"),
        (" a", "must begin with a letter or a digit"),
        ("\u0301a", "must begin with a letter or a digit"),  # an accent alone
        ("a.", "must not end with a dot or a space"),
        ("a ", "must not end with a dot or a space"),
        ("Reader", "must be another than 'reader' and 'classic'"),
        ("CLASSIC", "must be another than 'reader' and 'classic'"),
        ("con", "must be another than CON, NUL and the like, which Windows keeps"),
        ("NUL.txt", "must be another than CON"),
        ("Com1 .a", "must be another than CON"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_rule_that_it_breaks(home, name, rule):
    with pytest.raises(run_store.RunError) as error:
        run_store.create(Experiment(), name)
    assert str(error.value).startswith(f"A name {rule}")
    assert str(error.value).endswith(f"Received: {name[:80]!r}")
    assert not (home / "runs").exists()


def test_a_name_that_this_computer_cannot_write_is_refused(home, monkeypatch):
    monkeypatch.setattr("os.fsencode", lambda name: name.encode("latin-1"))
    assert run_name.validate(NAMES[0]) == NAMES[0]
    with pytest.raises(run_store.RunError, match="that this computer can give to a folder"):
        run_name.validate(NAMES[2])


def test_a_run_that_an_earlier_version_called_like_a_device_can_be_opened(home):
    run = run_store.create(Experiment(), "old")
    run.folder.rename(run.folder.with_name("con"))
    assert run_store.get("con").name == "con"
    assert [run.name for run in run_store.all_runs()] == ["con"]


@settings(max_examples=300, deadline=None)
@given(strategy.text(max_size=80))
def test_what_is_left_of_any_text_is_a_name_of_a_folder_among_the_runs(text):
    name = run_name.clean(text)
    if name and name.lower() not in run_store.RESERVED:
        assert run_name.validate_new(name) == name
        assert (users.runs_folder() / name).resolve().parent == users.runs_folder().resolve()
