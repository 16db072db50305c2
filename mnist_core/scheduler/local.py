"""Processes on this machine that train a run each.

A prewarmed one that has TensorFlow loaded waits for the next run, so that Start is quick. A run's
status holds the pid of its process and a random token. The token is also on the process's command
line, so a process is recognized even where its pid was given to another one since.
"""

import atexit
import contextlib
import logging
import os
import platform
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from mnist_core.runs.run import Run
from mnist_core.system import machine, paths, settings

NICENESS = 5  # drawing on the page stays quick while a run trains
MEMORY_PER_RUN = 1 << 30  # bytes; a process that trains was measured to take 0.9 GB
OOM_SCORE = "1000"  # of -1000 to 1000: when memory runs out, Linux ends this process first
PREWARM_DELAY = 3.0  # seconds after a start, so that loading TensorFlow doesn't hold up that run

log = logging.getLogger(__name__)
_lock = threading.Lock()
_prewarmed: subprocess.Popen | None = None
_children: list[subprocess.Popen] = []
_last_start = 0.0


def capacity() -> int:
    """How many runs this machine trains at the same time without any being slower for it.

    As much memory as for a run is left to the server and to a prewarmed process.
    """
    by_memory = machine.memory() // MEMORY_PER_RUN - 1
    return max(1, min(machine.cpu_count() // 2, by_memory))


def submit(run: Run, **fields) -> None:
    """Have a process train this run.

    Args:
        fields: of its status, to set besides.

    Raises:
        OSError: its status can't be written; the run waits as before.
    """
    global _prewarmed, _last_start
    _children[:] = [child for child in _children if child.poll() is None]
    with _lock:
        process = _prewarmed if _is_running(_prewarmed) else _spawn()
        _prewarmed = None
    fields |= {"host": platform.node(), "pid": process.pid, "token": process.args[-1]}
    try:
        run.set_status("starting", **fields, ray=None)
    except OSError:  # a full disk, say; the next `advance` tries again, soon and often
        with _lock:
            if _prewarmed is None and run.status().get("token") != fields["token"]:
                _prewarmed = process
            else:  # without a folder it ends
                process.stdin.close()
        raise
    with process.stdin, contextlib.suppress(BrokenPipeError):  # ended: `is_alive` will say so
        os.write(process.stdin.fileno(), os.fsencode(run.folder) + b"\n")
    _last_start = time.monotonic()


def is_alive(status: dict) -> bool | None:
    """Whether the process that a run's status names still exists.

    None: that can't be asked. It is on another machine that shares the folder, or belongs to a user
    of this one whose processes may not be inspected.
    """
    if status.get("host") not in (None, platform.node()):
        return None
    try:
        return status["token"] in psutil.Process(status["pid"]).cmdline()
    except psutil.AccessDenied:
        return None
    except psutil.NoSuchProcess as error:
        return None if _is_hidden(error.pid) else False
    except (KeyError, TypeError, ValueError):
        return False


def _is_hidden(pid: int) -> bool:
    """Whether there is such a process after all: Linux may hide those of others (hidepid)."""
    try:
        if os.name == "posix":  # elsewhere it would end the process, and none is hidden
            os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        pass
    return False


def _is_running(process: subprocess.Popen | None) -> bool:
    return process is not None and process.poll() is None


def _spawn() -> subprocess.Popen:
    """A process that loads TensorFlow and waits for a run's folder on standard input."""
    token = secrets.token_hex(8)
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", "work", token],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
        env=paths.subprocess_environment(TF_CPP_MIN_LOG_LEVEL="2"),
    )
    _children.append(process)
    return process


def prewarm() -> None:
    """Have a process load TensorFlow and wait, unless one waits or a run has just begun."""
    global _prewarmed
    with _lock:
        if not _is_running(_prewarmed) and time.monotonic() - _last_start > PREWARM_DELAY:
            _prewarmed = _spawn()


@atexit.register
def end_prewarmed() -> None:
    """End the process that waits: nobody else knows of it. (It ends with this process, too.)"""
    global _prewarmed
    process, _prewarmed = _prewarmed, None
    if _is_running(process):
        process.stdin.close()
        process.terminate()


def lower_priority(niceness: int = NICENESS) -> None:
    """Have this process give way to all others, in time and in memory.

    Args:
        niceness: how much, in time, beyond the server's; what trains gives way most.
    """
    this = psutil.Process()
    with contextlib.suppress(psutil.AccessDenied):  # a sandbox: no reason not to train
        if os.name == "nt":
            this.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:  # below the server's, whatever that is: 5 alone would be above that of a niced one
            this.nice(min(this.nice() + niceness, 19))
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def limit_memory() -> None:
    """Limit this process's memory to what one run may take (`settings.RUN_MEMORY`).

    TensorFlow must be loaded by now. The limit is on the process's own data (heap and the like),
    not on shared libraries.
    """
    megabytes = settings.RUN_MEMORY.value()
    if not megabytes:
        return
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    except (ImportError, ValueError, OSError) as error:  # on Windows there is no such limit
        log.warning("%s can't be kept here: %s", settings.RUN_MEMORY.name, error)
