"""A process that belongs to somebody else may not be inspected: that says nothing against it."""

import os
import platform
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest
from small_runs import small_experiment

from mnist_core.runs import store as run_store
from mnist_core.scheduler import heartbeat, local, scheduler
from mnist_core.system import paths

NOBODY = 65534
GONE = 2**22 + 1  # larger than any pid


def answers_as_nobody(hidepid, pids):
    """`local.is_alive` of processes of this user, as another user of this system finds it.

    Args:
        hidepid: how Linux hides processes: 1 what they do, 2 that they exist.
    """
    code = f"""
        import os
        from mnist_core.scheduler import local
        os.setgroups([])
        os.setresgid(*[{NOBODY}] * 3)
        os.setresuid(*[{NOBODY}] * 3)
        print([local.is_alive({{"pid": pid, "token": "token"}}) for pid in {pids}])
    """
    mount = f'mount -t proc -o hidepid={hidepid} proc /proc && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mount, "sh", sys.executable, "-c"]
    result = subprocess.run(
        [*command, textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env=paths.subprocess_environment(),
    )
    if "mount" in result.stderr and "Traceback" not in result.stderr:
        pytest.skip(f"hiding processes is not allowed here: {result.stderr}")
    return result.stdout, result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can hide processes")
@pytest.mark.parametrize("hidepid", [1, 2])
def test_a_hidden_process_of_another_user_is_not_taken_for_dead(hidepid):
    assert answers_as_nobody(hidepid, [os.getpid(), GONE]) == ("[None, False]\n", "")


def test_a_run_whose_process_may_not_be_inspected_is_alive_as_long_as_its_files_change(
    home, monkeypatch
):
    run = run_store.create(small_experiment(), "theirs")
    run.set_status("training", host=platform.node(), pid=os.getpid(), token="token")
    monkeypatch.setattr(psutil.Process, "cmdline", Mock(side_effect=psutil.AccessDenied))
    scheduler.advance()
    assert run.state == "training"
    monkeypatch.setattr(heartbeat, "TIMEOUT", 0.0)
    scheduler.advance()
    assert run.state == "interrupted"


@pytest.mark.parametrize("pid", [None, -1, 0, GONE, 2**70, "1", 1.5, [1]])
def test_what_is_no_pid_names_no_process(pid):
    assert local.is_alive({"pid": pid, "token": "token"}) is False


def test_a_training_that_may_not_step_back_in_time_still_does_so_in_memory(monkeypatch):
    write = Mock()
    monkeypatch.setattr(psutil.Process, "nice", Mock(side_effect=psutil.AccessDenied))
    monkeypatch.setattr(Path, "write_text", write)
    local.lower_priority()
    write.assert_called_once_with(local.OOM_SCORE)
