"""What all tests share: homes of their own for runs and models, and how tests run side by side."""

import os
from pathlib import Path

import pytest
from app import App

from mnist_core.data import synthetic
from mnist_core.system import machine

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytest_plugins = ["page_fixtures", "browser_fixtures"]

HERE = Path(__file__).parent
# By how long they take, the longest first: what begins last should end soon
LONGEST = (
    "server/test_server_killed.py",
    "scheduler/test_killed_processes.py",
    "browser/test_train.py",
    "scheduler/test_machine_faults.py",
    "server/test_class_at_once.py",
    "scheduler/test_scheduler.py",
    "server/test_many_users.py",
    "browser/test_inside.py",
)
# Files whose tests share nothing that takes long to make: they may go to several workers
SEPARABLE = (*LONGEST[:2], "scheduler/test_machine_faults.py", "scheduler/test_scheduler.py")


def pytest_xdist_auto_num_workers(config) -> int:
    """Workers for `-n auto`: one more than processors, as slow tests wait; none for named tests."""
    if config.args_source is not config.ArgsSource.TESTPATHS:
        return 0
    return machine.cpu_count() + ("not slow" not in config.option.markexpr)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """Give each file to one worker, as its tests share servers and networks; long ones first."""
    if not hasattr(config, "workerinput"):
        return
    names = {item: item.path.relative_to(HERE).as_posix() for item in items}
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(names[item], len(rank)))
    for item in items:
        if names[item] not in SEPARABLE:
            item.add_marker(pytest.mark.xdist_group(names[item]))


def pytest_sessionstart(session):
    """Have the built-in digits in their cache before several workers look for them at once."""
    if session.config.getoption("numprocesses", None):
        synthetic.load()


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_session(tmp_path_factory):
    """What fixtures of a module keep is no more in the user's own home than what tests keep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_CORE_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("MNIST_CORE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A fresh, empty folder for runs and models; no test touches the user's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MNIST_CORE_HOME", str(folder))
    monkeypatch.setenv("MNIST_CORE_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a failed test what its tabs showed and what its app said last."""
    report = yield
    if report.failed:
        used = getattr(item, "funcargs", {})
        for context in used["browser"].contexts if "browser" in used else []:
            for tab in context.pages:
                report.sections.append((f"Tab of {tab.url}", tab.inner_text("body")[:4000]))
        if isinstance(used.get("app"), App):
            report.sections.append(("The app's last words", used["app"].log()[-4000:]))
    return report
