"""How long a picture takes to become an image, beside the plain way with floats throughout.

python tests/bench/preprocess.py
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))
from mnist_core.data import synthesis
from mnist_core.preprocess.mnist_rule import to_mnist
from mnist_core.strokes.rasterize import place, rasterize

LIMIT = 2.0  # milliseconds for a 280x280 RGBA canvas


def naive(picture):
    """The same rule on a canvas with a black ground, with float arrays of the whole picture."""
    grey = (picture / 255.0)[..., :3].max(axis=2)
    rows, columns = np.nonzero(grey)
    crop = grey[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    side = max(*crop.shape, 10)
    square = np.zeros((side, side))
    top, left = (side - crop.shape[0]) // 2, (side - crop.shape[1]) // 2
    square[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    small = np.asarray(Image.fromarray(square.astype(np.float32)).resize((20, 20), Image.BOX))
    small = np.round(small / small.max() * 255)
    y, x = np.mgrid[:20, :20] + 0.5
    move = [int(15 - (axis * small).sum() / small.sum()) for axis in (y, x)]
    return np.roll(np.pad(small, (0, 8)), move, axis=(0, 1)).astype(np.uint8)


def milliseconds(call, *arguments, times=200):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call(*arguments)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1000


def main():
    strokes = place([[[12, 25], [30, 4], [58, 0], [80, 18], [70, 48], [10, 98], [94, 96]]])
    drawing = rasterize(strokes)
    full = np.full_like(drawing, 255)
    canvas = np.dstack([drawing, drawing, drawing, full])
    plain = milliseconds(naive, canvas)
    print(f"naive, 280x280 RGBA    {plain:7.3f} ms")
    forms = {"RGBA": canvas, "alpha only": np.dstack([full, full, full, drawing]), "grey": drawing}
    for name, picture in forms.items():
        taken = milliseconds(to_mnist, picture)
        print(f"{name + ', 280x280':22} {taken:7.3f} ms, {plain / taken:4.1f} times as fast")
        if taken > LIMIT:
            print(f"  slower than {LIMIT} ms")
    large = np.zeros((8192, 8192, 4), np.uint8)
    large[1000:7000, 3000:4000, 3] = 255
    print(f"alpha only, 8192x8192  {milliseconds(to_mnist, large, times=3):7.0f} ms")
    print(f"draw, 280x280          {milliseconds(rasterize, strokes):7.3f} ms")
    start = time.perf_counter()
    synthesis.synthesize(1000)
    print(f"synthesis              {1000 / (time.perf_counter() - start):7.0f} digits/s")


if __name__ == "__main__":
    main()
