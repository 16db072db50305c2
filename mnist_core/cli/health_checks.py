"""Checks of this installation, for an administrator or a monitor; none loads TensorFlow."""

import collections
import http.client
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from typing import NamedTuple

from filelock import FileLock, Timeout

from mnist_core.data import mnist
from mnist_core.models import store as model_store
from mnist_core.network.summary import parameter_count
from mnist_core.runs import store as run_store
from mnist_core.scheduler import queue
from mnist_core.system import error_messages, settings, users

MIN_FREE_BYTES = 200 << 20  # bytes: a run takes up to 30 MB, and several end at once
TIMEOUT = 5.0  # seconds, for the queue and for the app
HEALTH_PATH = "/_stcore/health"  # Streamlit's own: that it serves


class Check(NamedTuple):
    """A check and its result."""

    name: str
    is_ok: bool
    message: str


def run_checks(url: str = "") -> Iterator[Check]:
    """Run all checks, one after the other.

    Args:
        url: of a running app, to ask it too; nothing: only what lies on the disk.
    """
    checks = {
        "settings": _check_settings, "folder": _check_folder, "room": _check_disk_space,
        "queue": _check_queue, "runs": _check_runs, "models": _check_models, "data": _check_data,
    }  # fmt: skip
    for name, check in checks.items():
        yield _run_check(name, check)
    if url:
        yield _run_check("app", lambda: _check_app(url))


def _run_check(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except (ValueError, OSError, http.client.HTTPException) as error:
        return Check(name, False, " ".join(error_messages.shell_message(error).split()))


def _check_settings() -> str:
    settings.validate_all()
    names = [setting.name for setting in settings.ALL if setting.is_set()]
    return f"for {settings.PEOPLE.value()}; set: {', '.join(names) or 'none'}"


def _check_folder() -> str:
    users.home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=users.home()) as file:
        file.write(b"well")
        os.fsync(file.fileno())
    return f"{users.home()} can be written"


def _check_disk_space() -> str:
    free = shutil.disk_usage(users.home()).free
    if free < MIN_FREE_BYTES:
        raise OSError(
            f"There must be {MIN_FREE_BYTES >> 20} MB free for runs. Received: {free >> 20} MB"
        )
    return f"{free >> 20} MB free"


def _check_queue() -> str:
    try:
        for name in (run_store.LOCK_FILE, queue.LOCK_FILE):
            with FileLock(users.home() / name, timeout=TIMEOUT):
                pass
        return "nobody holds it for long"
    except Timeout:
        raise OSError(
            f"Another process has kept the queue to itself for {TIMEOUT:g} seconds."
        ) from None


def _check_runs() -> str:
    states = collections.Counter(run.state for run in run_store.all_users_runs())
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"


def _check_models() -> str:
    networks = {name: model_store.experiment(name).network for name in model_store.SHIPPED}
    return ", ".join(f"{name} {parameter_count(of):,}" for name, of in networks.items())


def _check_data() -> str:
    path = mnist.find_mnist()
    if path and not path.is_file():
        raise OSError(f"MNIST_PATH must name a file. Received: {path}")
    return str(path) if path else "MNIST is not here yet; the built-in digits are"


def _check_app(url: str) -> str:
    health_url = url.rstrip("/") + HEALTH_PATH
    with urllib.request.urlopen(health_url, timeout=TIMEOUT) as response:
        return f"{health_url} says {response.read(100).decode(errors='replace')}"
