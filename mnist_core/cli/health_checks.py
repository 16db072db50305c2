"""Is this installation well? What a person, or what looks after servers, asks; no TensorFlow."""

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
from mnist_core.runs import store as run_store
from mnist_core.system import settings, users

MIN_FREE_BYTES = 200 << 20  # bytes: a run takes up to 30 MB, and several end at once
TIMEOUT = 5.0  # seconds, for the queue and for the app
HEALTH_PATH = "/_stcore/health"  # Streamlit's own: that it serves


class Check(NamedTuple):
    """One thing that was looked at."""

    what: str
    is_well: bool
    words: str


def run_checks(url: str = "") -> Iterator[Check]:
    """Look at everything, one after the other.

    Args:
        url: of a running app, to ask it too; nothing: only what lies on the disk.
    """
    checks = {
        "settings": _settings, "folder": _folder, "room": _disk_space, "queue": _queue,
        "runs": _runs, "models": _models, "data": _data,
    }  # fmt: skip
    for what, check in checks.items():
        yield _run_check(what, check)
    if url:
        yield _run_check("app", lambda: _app(url))


def _run_check(what: str, check: Callable[[], str]) -> Check:
    try:
        return Check(what, True, check())
    except (ValueError, OSError, http.client.HTTPException) as fault:
        return Check(what, False, " ".join(str(fault).split()))


def _settings() -> str:
    settings.validate_all()
    own = [setting.name for setting in settings.ALL if setting.is_set()]
    return f"for {settings.PEOPLE.value()}; set: {', '.join(own) or 'none'}"


def _folder() -> str:
    users.home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=users.home()) as file:
        file.write(b"well")
        os.fsync(file.fileno())
    return f"{users.home()} can be written"


def _disk_space() -> str:
    free = shutil.disk_usage(users.home()).free
    if free < MIN_FREE_BYTES:
        raise OSError(
            f"There must be {MIN_FREE_BYTES >> 20} MB free for runs. Received: {free >> 20} MB"
        )
    return f"{free >> 20} MB free"


def _queue() -> str:
    try:
        with FileLock(users.home() / "queue.lock", timeout=TIMEOUT):
            return "nobody holds it for long"
    except Timeout:
        raise OSError(f"Somebody has held the queue for {TIMEOUT:g} seconds.") from None


def _runs() -> str:
    states = collections.Counter(run.state for run in run_store.all_users_runs())
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"


def _models() -> str:
    return ", ".join(
        f"{name} {model_store.card(name)['parameters']:,}" for name in model_store.SHIPPED
    )


def _data() -> str:
    place = mnist.find_mnist()
    if place and not place.is_file():
        raise OSError(f"MNIST_PATH must name a file. Received: {place}")
    return str(place) if place else "MNIST is not here yet; the built-in digits are"


def _app(url: str) -> str:
    address = url.rstrip("/") + HEALTH_PATH
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
        return f"{address} says {answer.read(100).decode(errors='replace')}"
