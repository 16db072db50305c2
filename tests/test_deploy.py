"""What is written for servers fits the program: settings, container, log."""

import re
import shlex
import subprocess
from pathlib import Path

from mnist_core.cli.parser import parser
from mnist_core.system import settings

ROOT = Path(__file__).parents[1]
OPERATING = (ROOT / ".github" / "OPERATING.md").read_text()
DOCKERFILE = (ROOT / ".github" / "Dockerfile").read_text()


def instructions(name):
    """The arguments of every instruction of a name, lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in joined.splitlines() if line.startswith(name)]


def test_the_operating_guide_has_the_table_of_all_settings():
    shown = OPERATING.split("settings.markdown_table() -->\n")[1].split("\n<!-- end of settings")[0]
    assert shown == settings.markdown_table()


def test_every_variable_of_ours_that_is_named_anywhere_is_a_setting():
    known = {setting.name for setting in settings.ALL}
    texts = [*ROOT.glob("*.md"), *ROOT.glob("mnist_core/*.md"), *ROOT.glob(".github/*.md")]
    texts += [ROOT / ".github" / "Dockerfile"]
    for path in [*texts, *ROOT.glob("mnist_core/**/*.py"), *ROOT.glob("pages/**/*.py")]:
        named = set(re.findall(r"MNIST_(?:CORE_[A-Z_]*[A-Z]|PATH)\b", path.read_text()))
        assert named <= known, path


def test_the_container_copies_all_that_the_app_is_made_of_and_nothing_that_is_not_there():
    copied = {path for line in instructions("COPY") for path in shlex.split(line)[:-1]}
    copied = {path for path in copied if not path.startswith("--")}
    assert all((ROOT / path).exists() for path in copied)
    app = {"streamlit_app.py", "pages", "mnist_core", "requirements.txt"}
    assert copied == app | {".streamlit/config.toml"}  # the folder may hold secrets, too


def test_the_container_installs_what_the_app_needs_and_not_what_the_tests_need():
    (filtering,) = re.findall(r"sed '(.+?)' requirements.txt", DOCKERFILE)
    kept = subprocess.run(
        ["sed", filtering, str(ROOT / "requirements.txt")], capture_output=True, text=True
    ).stdout
    assert {"tensorflow", "streamlit", "filelock"} <= set(re.findall(r"^\w+", kept, re.M))
    assert "pytest" not in kept


def test_the_container_asks_for_its_health_as_the_command_line_can_be_asked():
    (command,) = re.findall(r'CMD \["python", "-m", "mnist_core", (.+?)\]', DOCKERFILE)
    arguments = re.findall(r'"(.+?)"', command)
    port = re.search(r"--server.port=(\d+)", DOCKERFILE)[1]
    assert parser().parse_args(arguments).url == f"http://127.0.0.1:{port}"
    assert instructions("EXPOSE") == [port]


def test_the_container_is_not_run_as_root_and_keeps_runs_on_its_volume():
    assert instructions("USER") == ["app"]
    (volume,) = instructions("VOLUME")
    assert f"MNIST_CORE_HOME={volume}" in DOCKERFILE
