"""What a person is told when something goes wrong."""

import errno
import logging
import os
import re

import pytest
from filelock import FileLock, Timeout

from mnist_core.config.schema import Experiment
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.system import error_messages, users

PATH = re.compile(r"(?<![\w.:])/\w|[A-Za-z]:\\|0x[0-9a-f]{4}|Traceback|Errno")


def said(text):
    return error_messages.user_message(ValueError(text))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EROFS, "can't be written"),
        (errno.EACCES, "can't be written"),
        (errno.EPERM, "can't be written"),
        (errno.ENOENT, "gone"),
        (errno.ENOTDIR, "gone"),
        (errno.EMFILE, "Too many files"),
        (errno.ENOMEM, "memory"),
        (errno.EIO, "log"),
        (None, "log"),
    ],
)
def test_a_fault_of_the_machine_is_told_in_plain_words(number, told):
    fault = OSError(number, "some text", "/srv/secret/runs/mine/card.json")
    found = error_messages.user_message(fault)
    assert told in found
    assert "secret" not in found
    assert not PATH.search(found)


def test_a_real_file_that_is_gone_and_a_real_folder_that_can_t_be_made(tmp_path):
    with pytest.raises(OSError) as gone:
        (tmp_path / "nothing").read_bytes()
    assert error_messages.user_message(gone.value) == error_messages.FILE_GONE
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as inside:
        (tmp_path / "file" / "more").mkdir()
    assert error_messages.user_message(inside.value) == error_messages.FILE_GONE


def test_a_lock_that_another_server_holds_is_told_so(tmp_path):
    with FileLock(tmp_path / "queue.lock"), pytest.raises(Timeout) as busy:
        FileLock(tmp_path / "queue.lock").acquire(timeout=0.01)
    assert error_messages.user_message(busy.value) == error_messages.QUEUE_BUSY


def test_too_little_memory_is_told_with_what_to_do():
    assert "batch_size" in error_messages.user_message(MemoryError())
    assert "batch_size" in error_messages.user_message(
        RuntimeError("OOM when allocating tensor with shape[9]")
    )


def test_our_own_sentences_stay_as_they_are():
    with pytest.raises(ValueError) as fault:
        Experiment().with_values({"recipe.epochs": "0"})
    assert error_messages.user_message(fault.value) == str(fault.value)
    for text in (
        "It read 3/4 of them, at 200 images/s and/or more. See https://example.org/a/b.",
        "A path outside: ../x, not ./y, 28×28, 1 / 2",
        "'quick' can't be continued: it has no weights yet, or is still training.",
    ):
        assert said(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/ann/data/mnist.npz is not MNIST.", "mnist.npz is not MNIST."),
        ("Look at '/home/ann/my data/a b.npz', please", "Look at 'a b.npz', please"),
        ('in "/srv/x y/z" it is', 'in "z" it is'),
        ("path=/etc/passwd.", "path=passwd."),
        ("file:///home/ann/x.h5: no", "file:x.h5: no"),
        ("(/root/.ssh/id_rsa)", "(id_rsa)"),
        (r"C:\Users\Ann\mnist.npz is no file", "mnist.npz is no file"),
        (r"'C:\\Users\\Ann B\\mnist.npz' is no file", "'mnist.npz' is no file"),
        (r"\\server\share\x.npz", "x.npz"),
        ("~/.keras/keras.json is damaged", "keras.json is damaged"),
        ("~ann/x is damaged", "x is damaged"),
        ("/var/", "var"),
        ("<Dense object at 0x7f2a11> failed", "<Dense> failed"),
        ("one\n  two\ttwo", "one two two"),
        ("half \ud800 a character", "half ? a character"),
    ],
)  # fmt: skip
def test_of_a_path_only_the_last_name_is_left(text, left):
    assert said(text) == left


def test_the_folder_of_a_run_is_left_out_though_names_have_spaces(home, monkeypatch):
    place = home / "my own place"
    monkeypatch.setenv("MNIST_CORE_HOME", str(place))
    card = users.home() / "runs" / "my net 2" / "card.json"
    assert said(f"{card} must be a card.") == "my net 2/card.json must be a card."
    monkeypatch.setenv("MNIST_PATH", str(home / "of ann" / "mnist.npz"))
    with pytest.raises(ValueError) as fault:
        loading.load("mnist")
    assert error_messages.user_message(fault.value) == (
        "mnist.npz must be MNIST as Keras keeps it (mnist.npz), and is no file."
    )


def test_a_damaged_model_is_named_without_its_folder(home):
    run = run_store.create(Experiment(), "mine")
    (run.folder / "model.keras").write_bytes(b"damaged")
    (run.folder / "card.json").write_text("{")
    with pytest.raises(model_store.ModelError) as fault:
        model_store.card("mine")
    assert str(home) in str(fault.value)  # the command line names the file
    assert str(home) not in error_messages.user_message(fault.value)
    assert "mine/card.json must be the card of a model" in error_messages.user_message(fault.value)


def test_anything_else_is_named_by_its_kind_and_the_log_has_the_rest(caplog):
    try:
        {}["/srv/secret"]
    except KeyError as fault:
        with caplog.at_level(logging.ERROR):
            found = error_messages.user_message(fault)
    assert "KeyError" in found
    assert "secret" not in found
    assert "Traceback" in caplog.text
    assert "/srv/secret" in caplog.text


def test_the_same_fault_is_logged_once(caplog):
    fault = OSError(errno.EIO, f"only in {os.getpid()}")
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            error_messages.user_message(fault)
    assert caplog.text.count(f"only in {os.getpid()}") == 1


def test_a_text_without_end_is_cut_and_an_empty_one_is_no_sentence():
    assert len(said("x " * 10_000)) <= error_messages.MAX_LENGTH
    assert "ValueError" in said("  ")
    assert "Traceback" not in said("Traceback (most recent call last):\n  File '/x/y.py'")
