"""A function over many parts, by a process for each processor: the same results as by one."""

from collections.abc import Callable, Iterable


def parallel_map(draw: Callable, parts: Iterable, *others) -> list:
    """`draw(part, *others)` for each part, in order, by a process for each processor."""
    import joblib  # late: it takes longer to import than the page that never needs it

    parts = list(parts)
    if len(parts) == 1:
        return [draw(parts[0], *others)]
    # Not multiprocessing: its processes begin by running the main program again, which under
    # Streamlit is the page.
    task = joblib.delayed(draw)
    return joblib.Parallel(n_jobs=-1)(task(part, *others) for part in parts)
