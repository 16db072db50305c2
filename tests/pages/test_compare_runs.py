"""Several runs on the Runs page: picking them, what is shown of them, sweeps."""

import re

import pytest
from app_pages import chart_specs, choose_runs, chosen_runs, open_page, texts
from kept_runs import STEPS_PER_EPOCH, add_epoch, finished_run, training_run

from mnist_core.config import grid
from mnist_core.config.schema import OPTIONS
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import sweeps

pytestmark = pytest.mark.slow  # several runs of a page and many figures each

QUICK = PRESETS["quick"].with_values({"recipe.epochs": "2", "data": "built-in"})


@pytest.fixture
def compare(home):
    """A function that opens the page of the runs slow, fast and third; some are compared."""
    finished_run(QUICK.with_values({"recipe.learning_rate": "0.0001"}), "slow")
    finished_run(QUICK.with_values({"recipe.learning_rate": "0.003"}), "fast", 0.97)
    finished_run(QUICK.with_values({"recipe.seed": "3"}), "third", 0.95)
    return lambda *names: open_page("runs", {"compare": list(names)})


@pytest.fixture
def slow(compare):
    """The page with the run slow open."""
    return open_page("runs", {"run": "slow"})


def plain(cell) -> str:
    """What a person reads of a cell that holds Markdown."""
    text = re.sub(r":(?:color|small)\[(.*?)\](?:\{.*?\})?", r"\1", str(cell))
    return " ".join(re.sub(r"\\(.)", r"\1", text.replace("**", "")).split())


def table(app, number) -> list[list[str]]:
    """The cells below the heads of a table, row by row: 0 how they did, 1 what differs."""
    return [list(map(plain, row)) for row in app.table[number].value.values.tolist()]


def lines_of(app) -> set[str]:
    """The runs that have a line or a point in some chart."""
    return {line["name"].split(",")[0] for chart in chart_specs(app) for line in chart["data"]}


def values_field(app):
    return next(field for field in app.text_input if field.label == "Values")


def start_sweep(app, values):
    """Start one; Streamlit is told of the values and of the click at once."""
    values_field(app).set_value(values)
    app.button(key="sweep_start").click().run()
    assert not app.exception


def test_a_link_opens_its_comparison(compare):
    app = compare("slow", "fast")
    assert chosen_runs(app) == ["slow", "fast"]
    assert "2 runs chosen" in texts(app)
    assert lines_of(app) == {"slow", "fast"}
    assert app.session_state["run_table"]["selection"]["rows"] == [2, 1]


def test_only_what_differs_is_in_the_table_and_the_heading_says_what_it_means(compare):
    app = compare("slow", "fast")
    assert table(app, 1) == [["Learning rate", "0.0001", "0.003"]]
    (heading,) = [text for text in app.markdown if "What differs" in text.value]
    assert heading.proto.help == f"- **Learning rate**: {OPTIONS['recipe.learning_rate'].help}"
    choose_runs(app, "slow", "fast", "third")
    rate = f"{QUICK.recipe.learning_rate:g}"
    assert table(app, 1) == [["Learning rate", "0.0001", "0.003", rate], ["Seed", "0", "0", "3"]]


def test_each_run_is_shown_with_its_own_figures_behind_its_key(compare):
    app = compare("slow", "fast")
    heads = ["Run", "State", "Test accuracy", "On new images", "Parameters", "Time taken"]
    assert app.table[0].value.columns.tolist() == heads
    slow, fast = table(app, 0)
    assert slow[:3] == ["━●━ slow", "Finished", "90.00 % 89.40 % to 90.57 %"]
    assert [fast[0], fast[2][:7]] == ["━■━ fast", "97.00 %"]
    assert fast[3:] == ["80.00 %", "63,466", "12 s"]


def test_a_run_that_only_guesses_is_told_beside_its_accuracy(compare):
    finished_run(QUICK, "guesses", 0.1028)
    rows = table(compare("fast", "guesses"), 0)
    assert [row[1] for row in rows] == ["Finished", "Finished hardly better than guessing"]


def test_a_figure_of_images_that_it_was_validated_on_is_marked_wherever_it_stands(compare):
    finished_run(QUICK.with_values({"recipe.validation": "test"}), "peeks")
    app = compare("fast", "peeks")
    assert [row[2].endswith(", peeked") for row in table(app, 0)] == [False, True]
    hovers = [point["hovertemplate"] for point in chart_specs(app)[-1]["data"]]
    assert [", peeked" in hover for hover in hovers] == [False, True]
    states = app.dataframe[0].value.set_index("Name")["State"]
    assert (states["fast"], states["peeks"]) == ("Finished", "Finished, peeked")
    shown = [metric.label for metric in open_page("runs", {"run": "peeks"}).metric]
    assert "Test accuracy, peeked" in shown


def test_curves_and_scatter_plots_hold_all_that_are_picked(compare):
    accuracy, loss, seconds = chart_specs(compare("slow", "fast"))
    for curves in (accuracy, loss):
        assert len(curves["data"]) == 4
        assert curves["layout"]["xaxis"]["range"] == [0, 2]
    assert [point["y"] for point in seconds["data"]] == [[90], [97]]
    assert [point["x"] for point in seconds["data"]] == [[12.0], [12.0]]


def test_accuracy_stands_against_parameters_where_these_differ(compare):
    parameters = chart_specs(compare("slow", "reader"))[2]
    assert parameters["layout"]["xaxis"]["title"]["text"] == "Parameters"
    assert parameters["layout"]["xaxis"]["type"] == "log"


def test_what_is_chosen_is_in_the_address(slow):
    choose_runs(slow, "slow", "third")
    assert slow.query_params["compare"] == ["slow", "third"]
    assert "run" not in slow.query_params
    choose_runs(slow, "fast")
    assert slow.query_params["run"] == "fast"
    assert "compare" not in slow.query_params


def test_more_than_a_figure_holds_are_chosen_and_the_first_of_them_compared(home):
    names = [finished_run(QUICK, f"run {number}").name for number in range(14)]
    app = choose_runs(open_page("runs"), *names)
    assert "14 runs chosen" in texts(app)
    assert "The first 12 of them are compared here." in texts(app)
    assert lines_of(app) == set(names[:12])
    app.button(key="delete").click().run()
    assert run_store.all_runs() == []


def test_a_run_that_is_deleted_leaves_the_comparison(compare):
    app = compare("slow", "fast", "third")
    run_store.delete("fast")
    app.run()
    assert not app.exception
    assert lines_of(app) == {"slow", "third"}


def test_a_link_with_a_name_that_is_none_opens_the_page(compare):
    assert "slow" in texts(compare("nobody", "slow"))


def test_a_shipped_model_can_be_compared_with_a_run(compare):
    app = compare("slow", "reader")
    assert lines_of(app) == {"slow", "reader"}
    assert len(table(app, 1)) > 4


def test_a_damaged_run_is_left_out_of_the_table_and_said(compare):
    (run_store.get("fast").folder / "experiment.json").write_text("{")
    app = compare("slow", "fast", "third")
    assert "The experiment of fast can't be read" in texts(app)
    assert [row[0] for row in table(app, 1)] == ["Learning rate", "Seed"]


def test_a_comparison_follows_what_still_trains(home):
    finished_run(QUICK, "done")
    run = training_run(QUICK, "going on")
    app = open_page("runs", {"compare": ["done", "going on"]})
    assert table(app, 0)[1][1] == "Training epoch 1 of 2"
    assert app.button(key="stop_all")

    def epochs_drawn():
        lines = [line for chart in chart_specs(app) for line in chart["data"]]
        return max(len(line["x"]) for line in lines if line["name"] == "going on, on new images")

    assert epochs_drawn() == 1
    add_epoch(run, 2)
    app.run()
    assert epochs_drawn() == 2
    assert table(app, 0)[1][3] == "80.00 %"


def test_nothing_of_an_earlier_comparison_is_left_in_the_next(home):
    for name in ("one", "two", "three"):
        training_run(QUICK, name)
    app = open_page("runs", {"compare": ["one", "two"]})
    choose_runs(app, "two", "three")
    assert lines_of(app) == {"two", "three"}


def test_along_steps_and_closely_change_the_axes(compare):
    app = compare("slow", "fast")
    app.get("button_group")[0].set_value("steps").run()
    assert chart_specs(app)[0]["layout"]["xaxis"]["range"] == [0, 2 * STEPS_PER_EPOCH]
    app.toggle(key="closely").set_value(True).run()
    assert chart_specs(app)[0]["layout"]["yaxis"]["range"][0] == 90


def test_a_sweep_queues_its_runs_and_shows_them_as_one_comparison(slow):
    start_sweep(slow, "0.01, 0.02")
    names = ["slow learning rate 0.01", "slow learning rate 0.02"]
    assert chosen_runs(slow) == names
    assert "Sweep from slow: learning rate" in texts(slow)
    assert [row[:2] for row in table(slow, 0)] == [
        [f"━●━ {names[0]}", "Waiting, place 1"],
        [f"━■━ {names[1]}", "Waiting, place 2"],
    ]
    assert table(slow, 1) == [["Learning rate", "0.01", "0.02"]]
    wanted = run_store.get("slow").experiment().with_values({"recipe.learning_rate": "0.02"})
    assert run_store.get(names[1]).experiment() == wanted


def swept(accuracies, path="recipe.learning_rate"):
    """A sweep whose runs have the accuracies of these values, None without a test; its page."""
    sweep, names = {"id": "1", "field": path, "from": "quick"}, []
    for value, accuracy in accuracies.items():
        experiment = QUICK.with_values({path: value})
        make = finished_run if accuracy else training_run
        run = make(experiment, f"quick {value}", **({"accuracy": accuracy} if accuracy else {}))
        run.update_status(sweep=sweep)
        names.append(run.name)
    return open_page("runs", {"compare": names})


def test_a_sweep_says_which_value_is_best_and_leads_to_drawing_on_it(home, loaded_models):
    app = swept({"0.001": 0.98, "0.002": 0.9895, "0.004": 0.9904})
    said = "**0.004** is best, 99.04 % (98.83 % to 99.21 %); the intervals overlap with 0.002, so"
    assert f"{said} chance may be the reason." in texts(app).replace("\\", "")
    (chart,) = [c for c in chart_specs(app) if c["layout"]["xaxis"].get("type") == "log"][:1]
    assert chart["layout"]["xaxis"]["ticktext"] == ["0.001", "0.002", "0.004"]
    app.button(key="draw_on_best").click().run()
    assert app.session_state["session"].model.name == "quick 0.004"


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        (
            {"0.001": 0.9, "0.002": 0.99},
            "**0.002** is best, 99.00 % (98.79 % to 99.18 %); no other",
        ),
        ({"0.001": 0.1, "0.1": 0.11}, "None of them does better than guessing."),
        ({"0.001": 0.9, "0.002": None}, "test images right. 1 of 2 have no test yet."),
        ({"0.001": None, "0.002": None}, "Which value is best will stand here once"),
    ],
)
def test_a_verdict_claims_no_more_than_the_tests_show(home, accuracies, verdict):
    assert verdict in texts(swept(accuracies)).replace("\\", "")


def test_a_sweep_of_what_this_version_does_not_know_has_no_verdict(home):
    app = swept({"0.001": 0.9, "0.002": 0.99})
    for run in run_store.all_runs():
        run.update_status(sweep={"id": "1", "field": "recipe.magic", "from": "quick"})
    assert "is best" not in texts(app.run())
    assert not app.exception


def test_stop_all_ends_a_sweep(slow):
    slow.button(key="sweep_start").click().run()
    slow.button(key="stop_all").click().run()
    runs = sweeps.members(sweeps.sweep_id(run_store.all_runs()[0]))
    assert [run.state for run in runs] == ["stopped"] * 3
    assert "stop_all" not in [button.key for button in slow.button]


def test_a_run_of_a_sweep_leads_to_the_others(slow):
    slow.button(key="sweep_start").click().run()
    names = chosen_runs(slow)
    app = open_page("runs", {"run": names[1]})
    app.button(key="open_sweep").click().run()
    assert sorted(chosen_runs(app)) == sorted(names)
    assert len(names) == 3


def test_a_bad_value_is_said_in_a_sentence_and_queues_nothing(slow):
    start_sweep(slow, "0.01, 99")
    assert "recipe.learning_rate must be from" in texts(slow)
    assert len(run_store.all_runs()) == 3
    assert values_field(slow).value == "0.01, 99"


def test_the_form_says_how_many_runs_and_about_how_long(slow):
    values_field(slow).set_value("1, 2, 3, 4").run()
    assert re.search(r"4 runs, about \d+ \w+ in all on this computer", texts(slow))


def test_any_setting_of_a_preset_can_be_swept(slow):
    slow.selectbox(key="sweep_from").set_value("lenet (preset)").run()
    slow.selectbox(key="sweep_field").set_value("network.blocks.1.filters").run()
    assert "From 1 to 256" in values_field(slow).help
    assert values_field(slow).value == "25, 50, 100"
    start_sweep(slow, "5, 10")
    experiments = [run_store.get(name).experiment() for name in chosen_runs(slow)]
    assert [experiment.network.blocks[1].filters for experiment in experiments] == [5, 10]


def test_every_setting_of_the_form_can_be_chosen(slow):
    assert all(slow.selectbox(key="sweep_field").options)
    for path in grid.sweepable_paths(QUICK):
        slow.selectbox(key="sweep_field").set_value(path).run()
        assert not slow.exception, path
