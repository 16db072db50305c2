"""How many runs train at once, and with how many threads, goes by what this process may use."""

import os

import pytest
from small_runs import output_of, start_python

from mnist_core.scheduler import local
from mnist_core.system import machine

needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system has no affinity"
)


@needs_affinity
def test_processors_that_this_process_may_not_use_are_not_counted(monkeypatch):
    usable = len(os.sched_getaffinity(0))
    monkeypatch.setattr(os, "cpu_count", lambda: 1024)  # of the machine
    assert machine.cpu_count() <= usable
    assert local.capacity() <= max(1, usable // 2)


@pytest.mark.parametrize(
    ("limit", "runs"), [("max", 8), (str(64 << 30), 8), (str(4 << 30), 3), (str(1 << 29), 1)]
)
def test_no_more_runs_train_at_once_than_a_containers_memory_holds(
    monkeypatch, tmp_path, limit, runs
):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(machine, "CGROUP_MEMORY", [tmp_path / "memory.max"])
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: Machine)
    monkeypatch.setattr(machine, "cpu_count", lambda: 16)
    assert local.capacity() == runs


class Machine:
    """Of a large machine, what psutil says."""

    total = 256 << 30


@needs_affinity
@pytest.mark.slow
def test_a_training_computes_with_no_more_threads_than_processors_it_may_use():
    code = """
        import io, os, sys
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        os.cpu_count = lambda: 64
        sys.stdin = io.TextIOWrapper(io.BytesIO())  # no run comes
        from mnist_core.scheduler import job_process
        job_process.run_assigned("token")
        from tensorflow.config import threading
        print(threading.get_intra_op_parallelism_threads())
        print(threading.get_inter_op_parallelism_threads())
    """
    assert output_of(start_python(code)) == "1\n1\n"
