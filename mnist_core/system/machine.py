"""What this process may use of the machine: affinity and a container's limits count, too."""

import contextlib
import functools
from pathlib import Path

import psutil

CGROUP_MEMORY = (  # a container's limit in bytes, or the word max: cgroup v2 and v1
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
CPU_INFO = Path("/proc/cpuinfo")  # Linux alone has it
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def cpu_count() -> int:
    """How many processors this process may use."""
    import joblib  # late: it takes 0.2 s, and most that import this never ask

    return joblib.cpu_count()


def memory() -> int:
    """How many bytes of memory this process may use. (psutil alone knows of no container.)"""
    limits = [psutil.virtual_memory().total]
    for path in CGROUP_MEMORY:
        with contextlib.suppress(OSError, ValueError):  # no such file, or no limit
            limits.append(int(path.read_text()))
    return min(limits)


@functools.cache
def has_bfloat16() -> bool:
    """Whether the processor has instructions for bfloat16; False where it can't be asked."""
    try:
        return not BFLOAT16_FLAGS.isdisjoint(CPU_INFO.read_text().split())
    except OSError:
        return False
