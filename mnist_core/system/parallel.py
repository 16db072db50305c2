"""A function over many parts, by a process for each processor: the same results as by one."""

from collections.abc import Callable, Iterable


def parallel_map(
    function: Callable, parts: Iterable, *arguments, on_done: Callable[[], None] = lambda: None
) -> list:
    """`function(part, *arguments)` of each part, in order.

    Args:
        function: one of a module, which other processes can import.
        on_done: called after each part, in this process.
    """
    results = []
    for result in _results(function, list(parts), arguments):
        results.append(result)
        on_done()
    return results


def _results(function, parts, arguments) -> Iterable:
    if len(parts) == 1:
        return [function(parts[0], *arguments)]
    # Not multiprocessing: its processes begin by running the main program again, which under
    # Streamlit is the page.
    import joblib  # late: pages that only import this module start sooner

    call = joblib.delayed(function)
    parallel = joblib.Parallel(n_jobs=-1, return_as="generator")
    return parallel(call(part, *arguments) for part in parts)


def call_here(function: Callable, *arguments):
    """`function(*arguments)`, in this process: what long work is done by unless told otherwise."""
    return function(*arguments)
