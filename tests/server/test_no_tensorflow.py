"""The server itself never loads TensorFlow: what needs it is done by processes beside it."""

import psutil
import pytest
from app import App
from visitor import Visitor

from mnist_core.data import loading

pytestmark = pytest.mark.slow
VIEWS = ("Layers", "Filters", "Which ink spoke", "Look-alikes", "What would change its mind")
FEW = "recipe.train_images=600&recipe.epochs=1&network.blocks.0.filters=4&network.dense.0.units=16"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App(tmp_path_factory.mktemp("home"))
    yield app
    app.stop()


def libraries(process: psutil.Process, name: str) -> set[str]:
    """The libraries of this package that a process has loaded."""
    return {m.path for m in process.memory_maps() if name in m.path.lower()}


def test_a_drawing_is_read_without_pandas(app):
    visitor = Visitor(app.url).open("/")
    assert visitor.draw([(100, 60), (180, 60), (130, 220)]).digit.isdigit()
    assert not libraries(psutil.Process(app.pid), "pandas")
    assert libraries(psutil.Process(app.pid), "numpy")


def test_a_page_that_is_served_loads_no_tensorflow(app):
    visitor = Visitor(app.url).open("/")
    visitor.draw([(100, 60), (180, 60), (130, 220)])
    for view in VIEWS:
        visitor.open(f"/inside?model=classic&look_at=A digit of a set&view={view}")
    visitor.open("/evaluate?model=classic")
    visitor.press("move")
    visitor.wait(lambda: "of 46" in visitor.text(), 120)
    visitor.press("stop_moving")
    visitor.open("/data?by=classic")
    visitor.open("/runs?run=classic")
    visitor.open(f"/train?{FEW}&data={loading.best_available()}")
    visitor.press("start")
    visitor.wait(lambda: "Finished" in visitor.text(), 120)
    assert not visitor.failures
    server = psutil.Process(app.pid)
    assert not libraries(server, "tensorflow")
    assert any(libraries(child, "tensorflow") for child in server.children(recursive=True))
