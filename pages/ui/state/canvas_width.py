"""A drawing on a canvas that becomes wider or narrower: it stays in the middle."""

import numpy as np

WIDE = 2  # sides: the width of a canvas for numbers; its height is one


def sides(wide: bool) -> int:
    """A canvas' width through its height."""
    return WIDE if wide else 1


def shift(side: float, wide: bool) -> float:
    """How far to the right all moves as the canvas becomes wide, or square again.

    Args:
        side: of the square one.
    """
    return (WIDE - 1) / 2 * side * (1 if wide else -1)


def fit(backdrop: np.ndarray | None, wide: bool) -> np.ndarray | None:
    """A backdrop on a canvas of this width: filled up with black, or cut.

    Args:
        backdrop: uint8 (h, h) or (h, 2 h), ink bright on 0.
    """
    if backdrop is None:
        return None
    height, has = backdrop.shape
    width = height * sides(wide)
    if has < width:
        return np.pad(backdrop, ((0, 0), ((width - has) // 2,) * 2))
    left = (has - width) // 2
    return np.ascontiguousarray(backdrop[:, left : left + width])
