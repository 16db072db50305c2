"""The command line in a terminal and in a pipe: Ctrl-C, readers that go away, any file's name."""

import json
import math
import os
import signal
import subprocess
import sys

import pytest
from PIL import Image
from small_runs import small_experiment

from mnist_core.cli import output
from mnist_core.cli.parser import main
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler
from mnist_core.system import paths

PIPED = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def begin(*arguments, **variables):
    """A command in a process of its own."""
    command = [sys.executable, "-m", "mnist_core", *map(os.fsdecode, arguments)]
    env = paths.subprocess_environment(**variables)
    return subprocess.Popen(command, cwd=paths.PROJECT, env=env, **PIPED)


def interrupt_while_it_reads(process, fifo):
    """Press Ctrl-C once the process has opened the pipe; all that it prints."""
    with fifo.open("wb"):  # waits until somebody reads
        process.send_signal(signal.SIGINT)
        printed = process.communicate(timeout=120)
    return b"".join(printed)


@pytest.fixture(autouse=True)
def ctrl_c_is_not_ignored():
    """As in a terminal; what a shell runs in the background ignores it, and so would its tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.fixture
def seven(tmp_path):
    path = tmp_path / "seven.png"
    picture = Image.new("L", (28, 28))
    picture.paste(255, (8, 6, 20, 9))
    picture.save(path)
    return path


@pytest.mark.parametrize("command", ["train", "models"])
def test_ctrl_c_during_the_imports_ends_a_command_in_silence(fifo, tmp_path, command):
    (tmp_path / "platformdirs.py").write_text(f"open({str(fifo)!r}).read()")
    process = begin(command, PYTHONPATH=f"{tmp_path}{os.pathsep}{paths.PROJECT}")
    assert interrupt_while_it_reads(process, fifo) == b""
    assert process.returncode == -signal.SIGINT  # a shell says 130


@pytest.mark.slow
def test_ctrl_c_while_a_picture_is_read_ends_predict_in_silence(fifo):
    process = begin("predict", fifo)
    assert interrupt_while_it_reads(process, fifo) == b""
    assert process.returncode == -signal.SIGINT


def test_ctrl_c_while_a_run_is_made_stops_it_and_no_more(home, monkeypatch, tmp_path, capsys):
    def start(experiment, name):
        run = run_store.create(experiment, name)
        signal.raise_signal(signal.SIGINT)
        return run

    monkeypatch.setattr(scheduler, "start", start)
    monkeypatch.setattr(scheduler, "advance", lambda: None)
    path = tmp_path / "experiment.json"
    path.write_text(small_experiment().to_json())
    before = signal.getsignal(signal.SIGINT)
    main(["train", "--experiment", str(path), "--name", "mine"])
    assert signal.getsignal(signal.SIGINT) is before
    assert run_store.get("mine").state == "stopped"
    assert capsys.readouterr().out == "mine: stopped. Stopped while it waited.\n"


@pytest.mark.parametrize("arguments", [["presets"], ["presets", "--json"]])
def test_a_command_whose_reader_has_gone_ends_in_silence(arguments):
    process = begin(*arguments)
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=120)[1] == b""
    assert process.returncode == 141  # as a shell says of `cat`


def test_errors_whose_reader_has_gone_end_predict_in_silence(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    arguments = ["predict", tmp_path / "none", tmp_path / "none too"]
    command = [sys.executable, "-m", "mnist_core", *map(str, arguments)]
    result = subprocess.run(command, cwd=paths.PROJECT, stderr=write_end, timeout=120)
    os.close(write_end)
    assert result.returncode == 141


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "ascii"])
def test_each_picture_has_its_line_whatever_its_name(tmp_path, seven, encoding):
    names = [os.fsencode(tmp_path / "a") + b"\xff.png", os.fsencode(tmp_path / "\u0416.png")]
    for name in names:
        os.link(seven, name)
    process = begin("predict", *names, seven, PYTHONIOENCODING=encoding)
    printed, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, b"")
    lines = printed.decode(encoding).splitlines()
    assert [line.partition(".png: ")[1] for line in lines] == [".png: "] * 3
    assert lines[0].startswith(f"{tmp_path}/a\\udcff.png")


def test_a_figure_that_is_no_number_is_null_in_json(capsys):
    output.emit_json("", loss=math.nan, curves=[{"val_loss": math.inf}], accuracy=0.1)
    printed = capsys.readouterr().out
    assert json.loads(printed, parse_constant=pytest.fail) == {
        "loss": None, "curves": [{"val_loss": None}], "accuracy": 0.1,
    }  # fmt: skip
