"""Runs on a Ray cluster are the same runs, and neither node nor cluster takes more than its own.

The cluster is a real one of three nodes on this machine: a head that trains nothing, and two with
two processors each. REQUIRE_RAY=1 fails where Ray is not installed; else those tests are skipped.
"""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_core.config import grid
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import heartbeat, job, job_process, local, ray_cluster, scheduler, sweeps
from mnist_core.system import error_messages, settings

ROOT = Path(__file__).parents[2]
SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=16)])
LONG = {"epochs": 200, "train_images": 10_000}  # minutes
PATIENCE = 120  # seconds; an actor is there after 8, on a busy machine after several times that
STORE = 100 << 20  # bytes of shared memory for a node's objects, of which there are none
# A node that is gone is noticed after 2 s in place of 15
QUICK = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}
QUICK |= {"health_check_initial_delay_ms": 1000}
HEAD = {"num_cpus": 0, "object_store_memory": STORE}
HEAD |= {"include_dashboard": True, "dashboard_port": 0}  # 0: any that is free


def experiment(**recipe):
    chosen = {"train_images": 400, "epochs": 1, "learning_rate": 0.01} | recipe
    return Experiment(network=SMALL, recipe=Recipe(**chosen), data=loading.best_available())


@pytest.fixture(scope="module")
def nodes():
    """A head and two nodes that train; which one has to be there is up to the tests."""
    try:
        from ray.cluster_utils import Cluster
    except ImportError:
        if os.environ.get("REQUIRE_RAY") == "1":
            pytest.fail("REQUIRE_RAY=1, but Ray is not installed", pytrace=False)
        pytest.skip('Ray is not installed: pip install "ray[default]>=2.52,<3"')
    known = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DISABLE_IMPORT_WARNING": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setenv(name, value)
        patch.delenv("PYTHONPATH", raising=False)  # the nodes have no program of ours
        cluster = Cluster(initialize_head=True, head_node_args=HEAD | {"_system_config": QUICK})
        for _ in range(2):
            add_node(cluster)
        yield cluster
        cluster.shutdown()


def add_node(cluster):
    return cluster.add_node(num_cpus=2, object_store_memory=STORE)


@pytest.fixture
def cluster(nodes, home, monkeypatch):
    """The cluster, turned on for this process; its runs are stopped afterwards."""
    monkeypatch.setenv("MNIST_CORE_RAY", nodes.head_node.webui_url)
    yield nodes
    left = [run for run in run_store.all_runs() if run.state not in ENDED]
    sweeps.stop_all(left)
    end = time.monotonic() + PATIENCE
    while nodes.head_node and any(run.state not in ENDED for run in left):
        assert time.monotonic() < end
        time.sleep(0.2)


def wait_for(condition):
    """Look at runs as a page does until it is as wanted."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, [
            (r.status(), r.events()[0][-2:]) for r in run_store.all_runs()
        ]
        scheduler.advance()
        time.sleep(0.1)


def have_ended(*found):
    return lambda: all(run.state in ENDED for run in found)


def kinds(run, kind):
    return [event for event in run.events()[0] if event["kind"] == kind]


def in_a_fresh_python(code, cwd=None, **variables):
    """What it prints; a server that ends right after that."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_a_sweep_spreads_over_the_nodes_and_each_run_is_what_it_would_be_here(cluster):
    found = grid.experiments(experiment(), "recipe.learning_rate", "0.01,0.003")
    made = sweeps.start(found, "recipe.learning_rate", "spread")
    assert scheduler.max_concurrent_runs() == 2
    assert [run.state for run in made] == ["starting", "starting"]
    wait_for(have_ended(*made))
    assert [run.state for run in made] == ["finished", "finished"]
    assert sorted(map(node_of, made)) == sorted(node.node_id for node in cluster.worker_nodes)

    there, here = made[0], run_store.create(made[0].experiment(), "here")
    job.train_run(here)
    began = [e["kind"] for e in there.events()[0]].index("status") + 1  # after "starting"
    assert story(there)[began:] == story(here)
    assert model_store.card(there.name).keys() == model_store.card(here.name).keys()
    pairs = zip(
        model_store.load(there.name).weights, model_store.load(here.name).weights, strict=True
    )
    assert all(np.allclose(a, b, atol=1e-4) for a, b in pairs)


def node_of(run):
    """The id of the node that a run's process is on."""
    from ray.job_submission import JobSubmissionClient

    client = JobSubmissionClient(f"http://{os.environ['MNIST_CORE_RAY']}")
    return client.get_job_info(run.status()["ray"]).driver_node_id


def story(run):
    """A run's events but for the figures; how many "steps" there are is a matter of speed."""
    told = [(e["kind"], e.get("state"), sorted(e)) for e in run.events()[0]]
    return [each for each in told if each[0] != "steps"]


@pytest.mark.slow
def test_a_run_goes_on_without_the_server_that_asked_and_stop_ends_it_within_a_batch(
    cluster, tmp_path
):
    """Three runs on two nodes: the third waits for a free one. Nobody is there when it gets it."""
    for name in ("first", "second", "third"):
        run_store.create(experiment(**LONG), name)
    first, second, third = map(run_store.get, ("first", "second", "third"))
    copy = shutil.copytree(ROOT / "mnist_core", tmp_path / "elsewhere" / "mnist_core")
    code = f"""
        import shutil
        from pathlib import Path
        from mnist_core.scheduler import scheduler
        assert scheduler.__file__.startswith({str(copy)!r})
        scheduler.advance()
        shutil.rmtree({str(copy)!r})  # what a node has there is another version
        Path({str(copy)!r}).mkdir()
        Path({str(copy / "__init__.py")!r}).write_text("raise ImportError")
    """
    limits = {"MNIST_CORE_RUNS_AT_ONCE": "3", "PYTHONPATH": str(copy.parent)}
    in_a_fresh_python(textwrap.dedent(code), cwd=copy.parent, **limits)
    assert third.state == "starting"
    end = time.monotonic() + PATIENCE
    while not (kinds(first, "steps") and kinds(second, "steps")):
        assert time.monotonic() < end
        time.sleep(0.1)
    scheduler.advance()  # another server looks: one without a node is not dead
    assert third.state == "starting"
    assert not kinds(third, "start")

    scheduler.stop(first)
    wait_for(have_ended(first))
    assert first.state == "stopped"
    assert first.status()["sentence"].startswith("Stopped in epoch")
    assert kinds(first, "test")
    assert model_store.load("first").count_params() == 11_042
    wait_for(lambda: kinds(third, "steps"))
    assert third.status()["tries"] == 1


@pytest.mark.slow
def test_a_killed_node_leaves_the_run_interrupted_and_continue_goes_on_on_the_other(cluster):
    run = scheduler.start(experiment(**LONG), "killed")
    wait_for(lambda: len(kinds(run, "epoch")) >= 2)
    there = {node.node_id: node for node in cluster.worker_nodes}
    cluster.remove_node(there.pop(node_of(run)), allow_graceful=False)
    wait_for(have_ended(run))
    assert run.state == "interrupted"
    assert "the weights of its last full epoch are kept" in run.status()["sentence"]
    assert scheduler.max_concurrent_runs() == 1
    epochs = kinds(run, "epoch")[-1]["epoch"]
    assert len(model_store.card("killed")["curves"]) in (epochs, epochs - 1)

    more = run_store.create(experiment(**LONG | {"epochs": 1}), "on", continues="killed")
    wait_for(have_ended(more))
    assert more.state == "finished"
    assert node_of(more) in there
    assert kinds(more, "epoch")[-1]["epoch"] == epochs + 1
    add_node(cluster)


@pytest.mark.slow
def test_a_server_survives_the_end_of_the_cluster_and_a_new_one_knows_its_runs_no_more(
    cluster, monkeypatch
):
    run = scheduler.start(experiment(**LONG), "orphan")
    wait_for(lambda: kinds(run, "epoch"))
    cluster.shutdown()
    waiting = run_store.create(experiment(), "waits")
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "2")
    assert what_keeps_runs_waiting() == f"{ray_cluster.WAITS} {ray_cluster.SILENT}"
    assert waiting.state == "queued"
    assert run.state == "training"  # who knows

    from ray.cluster_utils import Cluster

    new = Cluster(initialize_head=True, head_node_args=HEAD)
    try:
        monkeypatch.setenv("MNIST_CORE_RAY", new.head_node.webui_url)
        end = time.monotonic() + PATIENCE
        while what_keeps_runs_waiting() != f"{ray_cluster.WAITS} {ray_cluster.NO_NODE}":
            assert time.monotonic() < end
        assert what_keeps_runs_waiting()
        assert run.state == "interrupted"
        assert waiting.state == "queued"
        add_node(new)
        wait_for(lambda: waiting.state != "queued")
        scheduler.stop(waiting)
    finally:
        new.shutdown()


def what_keeps_runs_waiting():
    """What a page says."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            scheduler.advance()
        except error_messages.ClusterUnreachableError as fault:
            return error_messages.user_message(fault)
        time.sleep(0.1)
    raise AssertionError(scheduler.max_concurrent_runs())


def test_without_the_variable_no_room_imports_ray_and_no_process_speaks_with_a_cluster(home):
    code = """
        import sys, psutil
        from mnist_core.scheduler import scheduler
        scheduler.advance(), scheduler.max_concurrent_runs(), scheduler.stop
        print("ray" in sys.modules, len(psutil.Process().children()))
    """
    assert in_a_fresh_python(textwrap.dedent(code), MNIST_CORE_RAY="") == "False 0\n"


def test_where_ray_is_not_installed_the_run_waits_and_one_sentence_says_what_to_install(
    home, monkeypatch
):
    monkeypatch.setitem(sys.modules, "ray.job_submission", None)  # as if it weren't
    monkeypatch.setenv("MNIST_CORE_RAY", "auto")
    run = scheduler.start(experiment(), "waits")
    assert run.state == "queued"
    with pytest.raises(error_messages.ClusterUnreachableError) as fault:
        scheduler.advance()
    assert (
        error_messages.user_message(fault.value)
        == f"{ray_cluster.WAITS} {ray_cluster.NOT_INSTALLED}"
    )
    assert scheduler.max_concurrent_runs() == 1
    scheduler.stop(run)
    assert run.state == "stopped"


@pytest.mark.slow
def test_an_address_where_nobody_is_is_waited_for_once_and_logged_once(home, monkeypatch, caplog):
    pytest.importorskip("ray")
    monkeypatch.setenv("MNIST_CORE_RAY", "127.0.0.1:9")
    run = run_store.create(experiment(), "waits")
    for most in (6, 1):
        began = time.monotonic()
        with pytest.raises(error_messages.ClusterUnreachableError, match="is the address right"):
            scheduler.advance()
        assert time.monotonic() - began < most
    assert run.state == "queued"
    said = [record.getMessage() for record in caplog.records]
    assert said.count(f"{ray_cluster.WAITS} {ray_cluster.SILENT}") == 1


@pytest.mark.parametrize("text", ["local", "yes", "http://10.0.0.5:6379", "ray://10.0.0.5:10001"])
def test_the_variable_must_be_auto_or_an_address(text, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_RAY", text)
    with pytest.raises(ValueError, match=r"^MNIST_CORE_RAY must be auto, or a host and a port"):
        settings.validate_all()


def test_a_server_without_the_variable_leaves_a_cluster_s_run_alone_as_long_as_it_speaks(
    home, monkeypatch
):
    run = run_store.create(experiment(), "elsewhere")
    run.set_status("training", ray="some token")
    scheduler.advance()
    assert run.state == "training"
    monkeypatch.setattr(heartbeat, "TIMEOUT", 0.2)
    for _ in range(3):
        time.sleep(0.15)
        run.append({"kind": "epoch"})
        scheduler.advance()
        assert run.state == "training"
    time.sleep(0.3)
    scheduler.advance()
    assert run.state == "interrupted"


def test_a_process_of_another_machine_is_not_taken_for_dead_as_long_as_its_run_speaks(
    home, monkeypatch
):
    run = run_store.create(experiment(), "elsewhere")
    run.set_status("training", host="another machine", pid=2**22 + 1, token="none")
    assert local.is_alive(run.status()) is None
    scheduler.advance()
    assert run.state == "training"
    monkeypatch.setattr(heartbeat, "TIMEOUT", 0.0)
    scheduler.advance()
    assert run.state == "interrupted"


def test_an_actor_whose_run_was_begun_anew_by_somebody_else_does_nothing(home, monkeypatch):
    monkeypatch.setattr(job_process, "ASSIGNMENT_TIMEOUT", 0.3)
    run = run_store.create(experiment(), "anew")
    run.set_status("starting", ray="mine")
    assert job_process.is_assigned(run, "mine")
    run.set_status("starting", ray="another's")
    assert not job_process.is_assigned(run, "mine")
    run.set_status("queued", ray="mine")
    assert not job_process.is_assigned(run, "mine")
