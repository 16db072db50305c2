"""The Runs page: what it shows of one run, and what its buttons do."""

import json
import time

import pytest
from app_pages import chart_specs, choose_runs, chosen_runs, open_page, texts
from kept_runs import finished_run
from streamlit.delta_generator import DeltaGenerator

from mnist_core.config import ConvBlock, DenseLayer, Experiment, Network, validation
from mnist_core.models import export, index
from mnist_core.models import store as model_store
from mnist_core.network import keras_model, summary
from mnist_core.presets import PRESETS
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from pages.ui.runs import actions as run_actions
from pages.ui.runs import listing

TINY = PRESETS["tiny"]


@pytest.fixture
def app():
    """The app, open on the Runs page."""
    return open_page("runs")


@pytest.fixture
def done(home):
    return finished_run(TINY, "done", 0.9876)


@pytest.fixture
def queued(home):
    return run_store.create(TINY, "waits")


@pytest.fixture
def trained(done):
    """A run with real weights and all that a card holds."""
    keras_model.build(TINY.network).save(done.folder / "model.keras")
    card = {"name": "done", "experiment": validation.to_dict(TINY), "state": "finished"}
    card |= {"test": {"accuracy": 0.9876, "loss": 0.05, "images": 10_000}, "seconds": 1.0}
    card |= {"curves": [{"epoch": 1, "step": 2, "loss": 1.5, "accuracy": 0.5}], "data": {}}
    card |= {"versions": {}, "made": "2026-01-02T03:04:05+00:00"}
    (done.folder / "card.json").write_text(json.dumps(card))
    return done


def table(app):
    return app.dataframe[0].value.set_index("Name")


def metrics(app):
    return {m.label: m.value for m in app.metric}


def see_done(app):
    return choose_runs(app, "done")


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def upload(app, file, data):
    app.file_uploader(key="bundle 0").upload(file, data, "application/zip").run()


def name_field(app, file):
    """Where the name stands under which the uploaded reader is imported."""
    upload(app, file, export.to_bytes("reader", "bundle"))
    (field,) = [field for field in app.text_input if field.label == "Name"]
    return field


def is_fine_with_done_in_its_list(app):
    app.run()
    return not app.exception and "done" in table(app).index


def test_a_first_visitor_is_told_where_to_train_and_sees_the_model_that_ships(app):
    assert "Nothing has been trained here yet" in app.info[0].value
    assert "Train a network" in [link.label for link in app.get("page_link")]
    assert list(table(app).index) == ["reader", "classic"]
    assert app.button(key="delete").disabled
    assert "comes with the app" in app.button(key="delete").help


def test_all_runs_are_listed_newest_first_with_their_figures(done, queued, app):
    shown = table(app)
    assert list(shown.index) == ["waits", "done", "reader", "classic"]
    assert shown.loc["done", "Test"] == 98.76
    assert shown.loc["done", "Time"] == 12
    assert shown["Parameters"].iloc[0] == summary.parameter_count(TINY.network)
    shipped = ["Comes with the app", "Comes with the app, peeked"]
    assert list(shown["State"]) == ["Waiting, place 1", "Finished", *shipped]
    assert not app.info


def test_a_run_that_only_guesses_says_so_in_the_list_and_in_a_sentence(done, app):
    finished_run(TINY, "guesses", 0.1028)
    app.run()
    states = table(app)["State"]
    assert states["guesses"] == "Finished, guesses"
    assert states["done"] == "Finished"
    choose_runs(app, "guesses")
    assert "Finished. It does hardly better than guessing." in texts(app)
    assert "guessing" not in texts(see_done(app))


def test_a_chosen_run_shows_its_figures_and_both_curves(done, queued, app):
    see_done(app)
    assert metrics(app)["Test accuracy"] == "98.76 %"
    assert metrics(app)["Test loss"] == "0.3000"
    charts = chart_specs(app)
    assert len(charts) == 2
    assert all(chart["data"] for chart in charts)


def test_the_model_that_ships_has_curves_over_all_its_epochs(app):
    card = model_store.card("reader")
    chart = chart_specs(app)[0]
    assert chart["layout"]["xaxis"]["range"] == [0, card["curves"][-1]["step"]]
    assert metrics(app)["Test accuracy"] == f"{100 * card['test']['accuracy']:.2f} %"


def test_a_row_of_the_table_opens_its_run(done, queued, app):
    choose_runs(app, "done")
    assert "## done" in texts(app)
    assert app.session_state["run_table"]["selection"]["rows"] == [1]


def test_what_waits_or_trains_can_be_stopped_but_not_renamed_or_deleted(queued, app):
    assert app.button(key="delete").disabled
    assert "stop it first" in app.button(key="delete").help
    assert app.button(key="draw_on_run").disabled
    press(app, "stop_run")
    assert queued.state == "stopped"
    assert not app.button(key="delete").disabled


def test_renaming_keeps_the_run_open(done, queued, app):
    see_done(app)
    app.text_input(key=f"name of {done.id}").set_value("my best")
    press(app, "rename")
    assert [run.name for run in run_store.all_runs()] == ["waits", "my best"]
    assert chosen_runs(app) == ["my best"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("waits", "There is a run called 'waits' already"), ("../x", "A name")],
)
def test_a_name_that_cannot_be_is_refused_in_a_sentence(done, queued, app, name, sentence):
    see_done(app)
    app.text_input(key=f"name of {done.id}").set_value(name)
    press(app, "rename")
    assert sentence in app.error[0].value
    assert {run.name for run in run_store.all_runs()} == {"done", "waits"}


def test_deleted_runs_can_be_had_back_at_once_and_later(done, app):
    other = finished_run(TINY, "other")
    choose_runs(app, "done", "other")
    press(app, "delete")
    assert list(table(app).index) == ["reader", "classic"]
    assert "Deleted: **done**, **other**." in texts(app)
    assert not app.toast  # what one does oneself is no news
    press(app, "undo")
    assert set(chosen_runs(app)) == {"done", "other"}
    assert (done.exists(), other.exists()) == (True, True)
    assert "Deleted:" not in texts(app)
    choose_runs(app, "other")
    press(app, "delete")
    app.switch_page("pages/train.py").run()
    app.switch_page("pages/runs.py").run()
    assert "Deleted:" not in texts(app)
    (bring_back,) = [b.key for b in app.button if b.label == "Bring back"]
    press(app, bring_back)
    assert chosen_runs(app) == ["other"]
    assert not [b for b in app.button if b.label == "Bring back"]


def test_what_trains_or_ships_is_not_deleted_with_others(done, queued, app):
    for other, reason in (("waits", "waits is waiting or training"), ("reader", "comes with")):
        choose_runs(app, "done", other)
        assert app.button(key="delete").disabled
        assert reason in app.button(key="delete").help


def test_a_link_to_a_run_that_is_not_there_says_so(done):
    app = open_page("runs", {"run": "nobody"})
    assert [toast.value for toast in app.toast] == ["There is no run called 'nobody' here."]
    assert chosen_runs(app) == ["done"]


def test_a_variation_opens_train_with_the_runs_experiment(done, queued, app):
    see_done(app)
    assert app.button(key="open_in_train").label == "Start a variation"
    press(app, "open_in_train")
    assert app.session_state["session"].experiment == TINY
    assert app.session_state["session"].follower.run.name == "done"
    assert app.button(key="start")
    assert "The form holds the settings of done: change one, and Start." in texts(app)
    assert "The form holds" not in texts(app.run())  # said once


def test_every_export_is_offered(done, app):
    offered = {button.key for button in app.get("download_button")}
    assert offered == {"export_experiment", *(f"export_{kind}" for kind in export.FORMATS)}


def test_what_cannot_train_the_reader_alone_says_so_where_it_is_offered(app):
    offered = {button.key: button.help for button in app.get("download_button")}
    offered["open_in_train"] = app.button(key="open_in_train").help
    said = {key for key, help in offered.items() if "people's drawings" in help}
    assert said == {"export_script", "export_experiment", "open_in_train"}


def test_a_bundle_that_the_import_would_not_take_is_not_offered(home):
    block = ConvBlock(256, padding="same", pool_size=0)
    wide = Experiment(network=Network(blocks=(block,), dense=(DenseLayer(1024),)))
    finished_run(wide, "wide", 0.9)
    (button,) = [b for b in open_page("runs").get("download_button") if b.key == "export_bundle"]
    assert button.disabled
    assert "the import takes" in button.help


@pytest.mark.slow  # a model is built and loaded
def test_an_exported_bundle_comes_back_as_a_run_that_is_open(trained, app):
    upload(app, "done.bundle (1).zip", export.to_bytes("done", "bundle"))
    press(app, "import_bundle")
    assert chosen_runs(app) == ["done 2"]
    assert metrics(app)["Test accuracy"] == "98.76 %"
    assert model_store.load("done 2").count_params() == summary.parameter_count(TINY.network)


@pytest.mark.slow  # a model is built and loaded
def test_the_reader_goes_out_as_a_bundle_and_comes_back_under_a_free_name(app):
    assert name_field(app, "reader.bundle.zip").value == "reader 2"
    press(app, "import_bundle")
    assert chosen_runs(app) == ["reader 2"]
    assert not app.file_uploader(key="bundle 1").value
    ours, theirs = (model_store.card(name)["test"] for name in ("reader", "reader 2"))
    assert theirs == ours


@pytest.mark.slow
def test_an_imported_model_gets_the_name_that_was_typed(app):
    name_field(app, "reader.bundle.zip").set_value(" my reader ")
    press(app, "import_bundle")
    assert [run.name for run in run_store.all_runs()] == ["my reader"]


def test_a_name_that_an_import_cannot_have_is_refused_in_a_sentence(app):
    name_field(app, "reader.bundle.zip").set_value("../reader")
    press(app, "import_bundle")
    assert "A name must have only letters" in app.error[0].value
    assert run_store.all_runs() == []


def test_what_is_no_bundle_is_refused_in_a_sentence(app):
    upload(app, "x.zip", b"no zip")
    press(app, "import_bundle")
    assert app.error[0].value.startswith("x.zip: A bundle must be")
    assert run_store.all_runs() == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my net.bundle.zip", "my net"),
        ("my net.bundle (1).zip", "my net"),
        ("a/b..zip", "ab"),
        ("ß.zip", "ß"),
        ("con.zip", "imported"),
        ("!.zip", "imported"),
        (f"{'x' * 90}.bundle.zip", "x" * 50),
    ],
)
def test_an_imported_model_is_named_after_its_file(file, name):
    assert run_actions.name_for(file) == run_name.validate_new(name)


@pytest.mark.parametrize("part", ["model.keras", "card.json", "events.jsonl", "status.json"])
def test_a_missing_file_does_not_break_the_page(done, app, part):
    (done.folder / part).unlink()
    assert is_fine_with_done_in_its_list(app)


@pytest.mark.parametrize("part", ["card.json", "experiment.json"])
def test_a_damaged_file_is_named_and_does_not_break_the_page(done, app, part):
    (done.folder / part).write_text("{")
    assert is_fine_with_done_in_its_list(app)
    assert app.warning[0].value


def test_a_run_that_another_tab_deletes_leaves_the_list(done, queued, app):
    see_done(app)
    run_store.delete("done")
    app.run()
    assert not app.exception
    assert list(table(app).index) == ["waits", "reader", "classic"]


def test_the_table_is_made_anew_only_when_a_run_has_changed(done, app):
    app.run()
    known = listing.list_entries()
    app.run()
    assert listing.list_entries() is known
    run_store.rename("done", "renamed")
    assert "renamed" in table(app.run()).index
    assert listing.list_entries() is not known


class SlowLook:
    """A first look at thousands of runs that is asked twice before it has ended."""

    done, total = 1250, 5000

    def __init__(self):
        self.answers = [True, False, False]

    def wait(self, seconds):
        return self.answers.pop()

    def seconds_left(self):
        return 94.0


def test_a_list_that_is_still_being_read_says_how_long_it_will_take(done, monkeypatch):
    said, look = [], SlowLook()
    with monkeypatch.context() as patched:
        patched.setattr(index, "first_look", lambda: look)
        patched.setattr(DeltaGenerator, "progress", lambda bar, *said_now: said.append(said_now))
        app = open_page("runs")
    assert said == [(0.25, "Reading 5,000 runs, once after an update: 1 min 34 s left")]
    assert "done" in table(app).index


@pytest.mark.slow  # its seconds count
def test_the_list_is_quick_with_two_hundred_runs(app):
    for number in range(200):
        run_store.create(TINY, f"run {number}")
    began = time.perf_counter()
    app.run()
    assert len(table(app)) == 202
    assert time.perf_counter() - began < 3


def test_a_run_names_the_one_that_it_continues_by_its_name_of_now(done, app):
    more = run_store.create(TINY, "more", continues=done)
    run_store.rename("done", "first")
    finished_run(TINY, "done")
    choose_runs(app, more.name)
    assert "It continues first." in texts(app)
    run_store.delete("first")
    app.run()
    assert "It continues done, which was deleted." in texts(app)  # not the one of today
