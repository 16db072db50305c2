"""A function over many parts, by a process for each processor: the same results as by one."""

from collections.abc import Callable, Iterable


def parallel_map(function: Callable, parts: Iterable, *arguments) -> list:
    """`function(part, *arguments)` of each part, in order.

    Args:
        function: one of a module, which other processes can import.
    """
    parts = list(parts)
    if len(parts) == 1:
        return [function(parts[0], *arguments)]
    # Not multiprocessing: its processes begin by running the main program again, which under
    # Streamlit is the page.
    import joblib  # late: pages that only import this module start sooner

    call = joblib.delayed(function)
    return joblib.Parallel(n_jobs=-1)(call(part, *arguments) for part in parts)


def call_here(function: Callable, *arguments):
    """`function(*arguments)`, in this process: what long work is done by unless told otherwise."""
    return function(*arguments)
