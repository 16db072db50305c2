"""A Ray cluster that trains runs: what `local` is for this machine, through Ray's Jobs API.

A run is a job, whose process is the one that a local run gets. The job's id stands in the run's
status under "ray". Everything is asked over HTTP: a process that is connected to a cluster in any
other way is ended by Ray a minute after that cluster has gone. Ray is imported late, so that
nobody needs it who doesn't use it.
"""

import functools
import logging
import os
import secrets
import shlex
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnist_core.runs.run import Run
from mnist_core.system import paths, settings, users
from mnist_core.system.error_messages import ClusterUnreachableError

CPUS = 2  # a training uses two cores well
DASHBOARD_PORT = 8265  # Ray's default
CURRENT_CLUSTER = Path("/tmp/ray/ray_current_cluster")  # Ray notes there where the head node is
TIMEOUT = 10.0  # seconds to answer; it takes milliseconds
RETRY_TIMEOUT = 1.0  # seconds to answer, for a cluster that could not be reached before
RETRY_INTERVAL = 10.0  # seconds for which such a cluster is not asked again
PASSED_ON = (settings.MNIST_PATH.name, "KERAS_HOME", "TF_CPP_MIN_LOG_LEVEL")  # and MNIST_CORE_*
WAITS = "Runs wait for the Ray cluster (MNIST_CORE_RAY):"
NO_NODE = "none of its machines that are there has a processor for them."
NOT_INSTALLED = 'Ray is not installed here: pip install "ray[default]>=2.52,<3"'
SEE_LOG = "the app's log says more."
SILENT = "it doesn't answer; is it started, and is the address right?"

log = logging.getLogger(__name__)
_lock = threading.RLock()
_failure: tuple[str, str, float] = ("", "", 0.0)  # the url asked last if it failed, why, and when


def job_environment() -> dict[str, str]:
    """The variables of this process that decide how a run is trained, wherever that is."""
    names = [name for name in os.environ if name in PASSED_ON or name.startswith("MNIST_CORE_")]
    chosen = {name: os.environ[name] for name in names}
    chosen[settings.HOME.name] = str(users.home().absolute())
    if path := chosen.get(settings.MNIST_PATH.name):
        chosen[settings.MNIST_PATH.name] = str(Path(path).expanduser().absolute())
    return {"TF_CPP_MIN_LOG_LEVEL": "2"} | chosen


def _dashboard_url() -> str:
    """Where the cluster's head node answers."""
    address = settings.RAY.value()
    if address != "auto":
        return f"http://{address}"
    head = os.environ.get("RAY_ADDRESS", "")  # Ray sets it in a job
    if not head and CURRENT_CLUSTER.is_file():
        head = CURRENT_CLUSTER.read_text()
    return f"http://{head.partition(':')[0] or '127.0.0.1'}:{DASHBOARD_PORT}"


@functools.lru_cache(maxsize=1)
def _client(url: str):
    os.environ["RAY_API_SERVER_ADDRESS"] = url  # goes before RAY_ADDRESS, which is set in a job
    from ray.job_submission import JobSubmissionClient

    class Client(JobSubmissionClient):
        """Doesn't wait for an answer as long as it takes."""

        def _do_request(self, *arguments, **options):
            return super()._do_request(*arguments, **{"timeout": _timeout()} | options)

    return Client(url)


def _timeout() -> float:
    return RETRY_TIMEOUT if _failure[0] else TIMEOUT


def _ask(question: Callable[[Any], Any]) -> Any:
    """What the cluster answers.

    Args:
        question: what to do with a client of it.

    Raises:
        ClusterUnreachableError: it doesn't answer, or can't do it; it isn't asked again so soon.
    """
    url = _dashboard_url()
    with _lock:
        failed_url, why, since = _failure
        if failed_url == url and time.monotonic() - since < RETRY_INTERVAL:
            raise ClusterUnreachableError(f"{WAITS} {why}")
        try:
            answer = question(_client(url))
        except Exception as error:
            why = _reason(error)
            _note(url, why)
            raise ClusterUnreachableError(f"{WAITS} {why}") from error
        _note()
        return answer


def _reason(error: Exception) -> str:
    """Why the cluster could not be asked."""
    if isinstance(error, ModuleNotFoundError):
        missing = str(error.name).partition(".")[0]
        return NOT_INSTALLED if missing == "ray" else f"{error.name} is not installed here."
    if isinstance(error, OSError) or type(error).__name__ == "ServerUnavailable":
        return SILENT
    return f"{type(error).__name__}; {SEE_LOG}"


def _note(url: str = "", why: str = "") -> None:
    """Log that the cluster can't be reached, or can again: once, not at each try."""
    global _failure
    if why and why != _failure[1]:
        log.warning("%s %s", WAITS, why, exc_info=why.endswith(SEE_LOG))
    elif _failure[1] and not why:
        log.info("The Ray cluster can be reached again.")
    _failure = url, why, time.monotonic()


def prewarm() -> None:
    """Nothing: a job's process is begun by its node."""


def _cpus(client) -> list[int]:
    """Of each node that is there."""
    from ray.util.state import list_nodes

    nodes = list_nodes(_dashboard_url(), timeout=_timeout(), limit=10_000)
    return [int(node.resources_total.get("CPU", 0)) for node in nodes if node.state == "ALIVE"]


def _cpus_each(cpus: list[int]) -> int:
    """How many a run takes; on a cluster of small machines not more than those have."""
    return min(CPUS, max([1, *cpus]))


def _slots() -> int:
    cpus = _ask(_cpus)
    return sum(count // _cpus_each(cpus) for count in cpus)


def capacity() -> int:
    """How many runs the cluster trains at the same time; 1 as long as it can't be reached."""
    try:
        return max(1, _slots())
    except ClusterUnreachableError:
        return 1


def submit(run: Run, **known) -> None:
    """Have the cluster train this run, as soon as a node is free.

    Args:
        known: more for its status.

    Raises:
        ClusterUnreachableError: the cluster can't be reached, or none of its nodes trains; the
            run still waits.
    """
    before = {key: run.status().get(key, 0) for key in known}
    if not _slots():
        raise ClusterUnreachableError(f"{WAITS} {NO_NODE}")
    token = secrets.token_hex(8)
    run.set_status("starting", **known, ray=token, host=None, pid=None, token=None)
    try:
        _ask(functools.partial(_submit_job, folder=run.folder.absolute(), token=token))
    except ClusterUnreachableError:
        run.set_status("queued", **before, ray=None)
        raise


def _submit_job(client, folder: Path, token: str) -> None:
    # -P: not the program that lies where the node was started, but the one that is sent along
    command = [sys.executable, "-P", "-m", "mnist_core", "work", token, str(folder)]
    client.submit_job(
        submission_id=token,
        entrypoint=f"exec {shlex.join(command)}",
        entrypoint_num_cpus=_cpus_each(_cpus(client)),
        runtime_env={
            "py_modules": [str(paths.PACKAGE)],  # so that a node needs the requirements only
            "excludes": ["**/__pycache__"],
            "env_vars": job_environment(),
        },
    )


def is_alive(status: dict) -> bool | None:
    """Whether the job that a run's status tells of still trains, or waits for a node.

    None: that can't be asked.
    """
    if not settings.RAY.is_set():
        return None
    try:
        return _ask(functools.partial(_is_job_alive, token=status["ray"]))
    except ClusterUnreachableError:
        return None


def _is_job_alive(client, token: str) -> bool:
    try:
        return not client.get_job_status(token).is_terminal()
    except RuntimeError as error:  # another cluster, which has never heard of it
        if "404" not in str(error):
            raise
        return False
