"""Several runs on the Runs page: picking them, what is shown of them, sweeps."""

import json
import re

import pytest
from app_pages import chart_specs, open_page, texts

from mnist_core.config import grid
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import sweeps

pytestmark = pytest.mark.slow  # a whole app per test

QUICK = PRESETS["quick"].with_values({"recipe.epochs": "2", "data": "built-in"})
PER_EPOCH = 4


def open_runs(**query):
    return open_page("runs", query)


def begun(name, epochs=1, **changes):
    """A run in training, so many of its two epochs done."""
    run = run_store.create(QUICK.with_values(changes), name)
    run.set_status("training")
    start = {"kind": "start", "first_step": 1, "total_steps": 2 * PER_EPOCH, "first_epoch": 1}
    run.append(start | {"steps_per_epoch": PER_EPOCH, "epochs": 2})
    for epoch in range(1, epochs + 1):
        add_epoch(run, epoch)
    return run


def add_epoch(run, epoch):
    first, last = (epoch - 1) * PER_EPOCH + 1, epoch * PER_EPOCH
    steps = {"loss": [1.0 / epoch] * PER_EPOCH, "accuracy": [0.5] * PER_EPOCH}
    run.append({"kind": "steps", "first": first, "every": 1, "epoch": epoch} | steps)
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 0.8, "val_accuracy": 0.6 + epoch / 10}
    run.append({"kind": "epoch", "epoch": epoch, "step": last, "seconds": 1.0} | figures)


def ended(name, accuracy=0.9, **changes):
    """A finished run with its card."""
    run = begun(name, 2, **changes)
    test = {"accuracy": accuracy, "loss": 0.3, "images": 10_000}
    (run.folder / "card.json").write_text(json.dumps({"test": test, "curves": []}))
    (run.folder / "model.keras").write_bytes(b"weights")
    run.set_status("finished", seconds=12.0)
    return run


@pytest.fixture
def slow_and_fast(home):
    ended("slow", 0.9, **{"recipe.learning_rate": "0.0001"})
    ended("fast", 0.97, **{"recipe.learning_rate": "0.003"})
    ended("third", 0.95, **{"recipe.seed": "3"})


def plain(cell) -> str:
    """What a person reads of a cell that holds Markdown."""
    text = re.sub(r":(?:color|small)\[(.*?)\](?:\{.*?\})?", r"\1", str(cell))
    return " ".join(re.sub(r"\\(.)", r"\1", text.replace("**", "")).split())


def rows(app, which):
    """The cells of a table, row by row: 0 how they did, 1 what differs."""
    data = app.table[which].value
    return [[plain(cell) for cell in row] for row in [data.columns, *data.values.tolist()]]


def keyless(cell) -> str:
    """A run's name without the piece of line before it."""
    return cell.split(maxsplit=1)[1]


def names(app):
    return {line["name"].split(",")[0] for chart in chart_specs(app) for line in chart["data"]}


def values_field(app):
    return next(field for field in app.text_input if field.label == "Values")


def test_a_link_opens_its_comparison(slow_and_fast):
    app = open_runs(compare=["slow", "fast"])
    assert app.multiselect(key="compare").value == ["slow", "fast"]
    assert "2 runs compared" in texts(app)
    assert names(app) == {"slow", "fast"}
    assert app.session_state["run_table"]["selection"]["rows"] == [2, 1]


def test_only_what_differs_is_in_the_table(slow_and_fast):
    app = open_runs(compare=["slow", "fast"])
    assert rows(app, 1)[1:] == [["Learning rate", "0.0001", "0.003"]]
    app.multiselect(key="compare").set_value(["slow", "fast", "third"]).run()
    assert rows(app, 1)[1:] == [
        ["Learning rate", "0.0001", "0.003", f"{QUICK.recipe.learning_rate:g}"],
        ["Seed", "0", "0", "3"],
    ]


def test_each_run_is_shown_with_its_own_figures(slow_and_fast):
    head, slow, fast = rows(open_runs(compare=["slow", "fast"]), 0)
    assert head == ["Run", "State", "Test accuracy", "Validation", "Parameters", "Time taken"]
    assert slow[:3] == ["━●━ slow", "Finished", "90.00% 89.40% to 90.57%"]
    assert [fast[0], fast[2].split()[0], *fast[3:]] == [
        "━■━ fast",
        "97.00%",
        "80.00%",
        "42,962",
        "12 s",
    ]


def test_curves_and_scatter_plots_hold_all_that_are_picked(slow_and_fast):
    accuracy, loss, parameters, seconds = chart_specs(open_runs(compare=["slow", "fast"]))
    for curves in (accuracy, loss):
        assert len(curves["data"]) == 4
        assert curves["layout"]["xaxis"]["range"] == [0, 2]
    assert [point["y"] for point in parameters["data"]] == [[0.9], [0.97]]
    assert parameters["layout"]["xaxis"]["type"] == "log"
    assert [point["x"] for point in seconds["data"]] == [[12.0], [12.0]]


def test_picking_one_beside_the_open_one_compares_both_and_the_link_says_so(slow_and_fast):
    app = open_runs(run="slow")
    app.multiselect(key="compare").set_value(["third"]).run()
    assert app.multiselect(key="compare").value == ["slow", "third"]
    assert app.query_params["compare"] == ["slow", "third"]
    assert "2 runs compared" in texts(app)


def test_what_is_left_of_a_comparison_is_opened(slow_and_fast):
    app = open_runs(compare=["slow", "fast"])
    app.multiselect(key="compare").set_value(["fast"]).run()
    assert app.selectbox(key="run").value == "fast"
    assert app.multiselect(key="compare").value == []
    assert app.session_state["run_table"]["selection"]["rows"] == [1]


def test_who_unpicks_all_comes_back_to_one_of_them(slow_and_fast):
    app = open_runs(compare=["slow", "fast"])
    app.multiselect(key="compare").set_value([]).run()
    assert app.selectbox(key="run").value == "slow"


def test_a_run_that_is_deleted_leaves_the_comparison(slow_and_fast):
    app = open_runs(compare=["slow", "fast", "third"])
    run_store.delete("fast")
    app.run()
    assert not app.exception
    assert names(app) == {"slow", "third"}


def test_a_link_with_a_name_that_is_none_opens_the_page(slow_and_fast):
    app = open_runs(compare=["nobody", "slow"])
    assert "slow" in texts(app)


def test_a_shipped_model_can_be_compared_with_a_run(slow_and_fast):
    app = open_runs(compare=["slow", "reader"])
    assert names(app) == {"slow", "reader"}
    assert len(rows(app, 1)) > 5


def test_a_damaged_run_is_left_out_of_the_table_and_said(slow_and_fast):
    (run_store.get("fast").folder / "experiment.json").write_text("{")
    app = open_runs(compare=["slow", "fast", "third"])
    assert "What fast was asked can't be read" in texts(app)
    assert [row[0] for row in rows(app, 1)[1:]] == ["Learning rate", "Seed"]


def test_a_comparison_follows_what_still_trains(home):
    ended("done")
    run = begun("going on", epochs=1)
    app = open_runs(compare=["done", "going on"])
    assert rows(app, 0)[2][1] == "Training epoch 1 of 2"
    assert app.button(key="stop_all")

    def marks(app):
        found = [line["x"] for chart in chart_specs(app) for line in chart["data"]
                 if line["name"] == "going on, validation"]  # fmt: skip
        return max(map(len, found))

    assert marks(app) == 1
    add_epoch(run, 2)
    app.run()
    assert marks(app) == 2
    assert rows(app, 0)[2][3] == "80.00%"


def test_nothing_of_an_earlier_comparison_is_left_in_the_next(home):
    for name in ("one", "two", "three"):
        begun(name)
    app = open_runs(compare=["one", "two"])
    app.multiselect(key="compare").set_value(["two", "three"]).run()
    assert names(app) == {"two", "three"}


def test_along_steps_and_closely_change_the_axes(slow_and_fast):
    app = open_runs(compare=["slow", "fast"])
    app.get("button_group")[0].set_value("steps").run()
    assert chart_specs(app)[0]["layout"]["xaxis"]["range"] == [0, 2 * PER_EPOCH]
    app.toggle(key="closely").set_value(True).run()
    assert chart_specs(app)[0]["layout"]["yaxis"]["range"][0] == 0.9


def test_a_sweep_queues_its_runs_and_shows_them_as_one_comparison(slow_and_fast):
    app = open_runs(run="slow")
    values_field(app).set_value("0.01, 0.02")
    app.button(key="sweep_start").click().run()
    assert not app.exception
    made = ["slow learning rate 0.01", "slow learning rate 0.02"]
    assert app.multiselect(key="compare").value == made
    assert "Sweep from slow: learning rate" in texts(app)
    assert [[keyless(row[0]), row[1]] for row in rows(app, 0)[1:]] == [
        [name, f"Waiting, place {number}"] for number, name in enumerate(made, 1)
    ]
    assert rows(app, 1)[1:] == [["Learning rate", "0.01", "0.02"]]
    wanted = run_store.get("slow").experiment().with_values({"recipe.learning_rate": "0.02"})
    assert run_store.get(made[1]).experiment() == wanted


def test_stop_all_ends_a_sweep(slow_and_fast):
    app = open_runs(run="slow")
    app.button(key="sweep_start").click().run()
    app.button(key="stop_all").click().run()
    states = [run.state for run in sweeps.members(sweeps.sweep_id(run_store.all_runs()[0]))]
    assert states == ["stopped"] * 3
    assert not [button for button in app.button if button.key == "stop_all"]


def test_a_run_of_a_sweep_leads_to_the_others(slow_and_fast):
    app = open_runs(run="slow")
    app.button(key="sweep_start").click().run()
    one = app.multiselect(key="compare").value[1]
    app = open_runs(run=one)
    app.button(key="open_sweep").click().run()
    assert one in app.multiselect(key="compare").value
    assert len(app.multiselect(key="compare").value) == 3


def test_a_bad_value_is_said_in_a_sentence_and_queues_nothing(slow_and_fast):
    app = open_runs(run="slow")
    values_field(app).set_value("0.01, 99")
    app.button(key="sweep_start").click().run()
    assert "With 99: Recipe.learning_rate must be from" in texts(app)
    assert len(run_store.all_runs()) == 3
    assert values_field(app).value == "0.01, 99"


def test_the_form_says_how_many_runs_and_about_how_long(slow_and_fast):
    app = open_runs(run="slow")
    values_field(app).set_value("1, 2, 3, 4").run()
    assert re.search(r"4 runs, about \d+ \w+ in all on this computer", texts(app))


def test_any_setting_of_a_preset_can_be_swept(slow_and_fast):
    app = open_runs(run="slow")
    app.selectbox(key="sweep_from").set_value("lenet (preset)").run()
    app.selectbox(key="sweep_field").set_value("network.blocks.1.filters").run()
    field = values_field(app)
    assert "From 1 to 256" in field.help
    assert field.value == "25, 50, 100"
    field.set_value("5, 10")
    app.button(key="sweep_start").click().run()
    made = app.multiselect(key="compare").value
    assert [run_store.get(n).experiment().network.blocks[1].filters for n in made] == [5, 10]


def test_every_setting_of_the_form_can_be_chosen_without_a_fault(slow_and_fast):
    app = open_runs(run="slow")
    for path in app.selectbox(key="sweep_field").options:
        assert path
    for path in grid.sweepable_paths(QUICK):
        app.selectbox(key="sweep_field").set_value(path).run()
        assert not app.exception, path


def test_a_variation_opens_train_with_the_runs_experiment(slow_and_fast):
    app = open_runs(run="fast")
    button = app.button(key="open_in_train")
    assert button.label == "Start a variation"
    button.click().run()
    assert app.session_state["session"].experiment == run_store.get("fast").experiment()
