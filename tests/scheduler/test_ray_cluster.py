"""Runs on a Ray cluster are the same runs, and neither node nor cluster takes more than its own.

The cluster is a real one of three nodes on this machine: a head that trains nothing, and two with
two processors each. REQUIRE_RAY=1 fails where Ray is not installed; else those tests are skipped.
"""

import os
import shutil
import socket
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import (
    LONG,
    PARAMETERS,
    events_of_kind,
    has_epochs,
    have_ended,
    output_of,
    small_experiment,
    start_python,
    wait_until,
)

from mnist_core.config import grid
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import heartbeat, job, job_process, ray_cluster, scheduler, sweeps
from mnist_core.system import error_messages, paths

STORE = 100 << 20  # bytes of shared memory for a node's objects, of which there are none
# A node that is gone is noticed after 2 s in place of 15
QUICK = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}
QUICK |= {"health_check_initial_delay_ms": 1000}
HEAD = {"num_cpus": 0, "object_store_memory": STORE}
HEAD |= {"include_dashboard": True, "dashboard_port": 0}  # 0: any that is free


@pytest.fixture(scope="module")
def nodes():
    """A head and two nodes that train; which one has to be there is up to the tests."""
    try:
        from ray.cluster_utils import Cluster
    except ImportError:
        if os.environ.get("REQUIRE_RAY") == "1":
            pytest.fail("REQUIRE_RAY=1, but Ray is not installed", pytrace=False)
        pytest.skip('Ray is not installed: pip install "ray[default]>=2.52,<3"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_DISABLE_IMPORT_WARNING", "1")
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
    if nodes.head_node and left:
        wait_until(have_ended(*left), advance=False)


@pytest.mark.slow
def test_a_sweep_spreads_over_the_nodes_and_each_run_is_what_it_would_be_here(
    cluster, tmp_path, monkeypatch
):
    experiments = grid.experiments(small_experiment(), "recipe.learning_rate", "0.01,0.003")
    runs = sweeps.start(experiments, "recipe.learning_rate", "spread")
    assert scheduler.max_concurrent_runs() == 2
    assert [run.state for run in runs] == ["starting", "starting"]
    wait_until(have_ended(*runs))
    assert [run.state for run in runs] == ["finished", "finished"]
    assert sorted(map(node_of, runs)) == sorted(node.node_id for node in cluster.worker_nodes)

    there = runs[0]
    with monkeypatch.context() as patch:  # a process of the cluster that ends would begin it
        patch.setenv("MNIST_CORE_HOME", str(tmp_path / "another"))
        here = run_store.create(there.experiment(), "here")
        job.train_run(here)
    began = [e["kind"] for e in there.events()[0]].index("status") + 1  # after "starting"
    assert event_fields(there)[began:] == event_fields(here)
    assert model_store.card(there).keys() == model_store.card(here).keys()
    pairs = zip(model_store.load(there).weights, model_store.load(here).weights, strict=True)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in pairs)


def node_of(run):
    """The id of the node that a run's process is on."""
    from ray.job_submission import JobSubmissionClient

    client = JobSubmissionClient(f"http://{os.environ['MNIST_CORE_RAY']}")
    return client.get_job_info(run.status()["ray"]).driver_node_id


def event_fields(run):
    """A run's events but for the figures; how many "steps" there are is a matter of speed."""
    events = [event for event in run.events()[0] if event["kind"] != "steps"]
    return [(event["kind"], event.get("state"), sorted(event)) for event in events]


@pytest.mark.slow
def test_a_run_goes_on_without_the_server_that_asked_and_stop_ends_it_within_a_batch(
    cluster, tmp_path
):
    """Three runs on two nodes: the third waits for a free one. Nobody is there when it gets it."""
    names = ("first", "second", "third")
    first, second, third = (run_store.create(small_experiment(**LONG), name) for name in names)
    copy = shutil.copytree(paths.PACKAGE, tmp_path / "elsewhere" / "mnist_core")
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
    output_of(start_python(code, cwd=copy.parent, **limits))
    assert third.state == "starting"
    have_steps = [lambda run=run: events_of_kind(run, "steps") for run in (first, second, third)]
    wait_until(lambda: have_steps[0]() and have_steps[1](), advance=False)
    scheduler.advance()  # another server looks: one without a node is not dead
    assert third.state == "starting"
    assert not events_of_kind(third, "start")

    scheduler.stop(first)
    wait_until(have_ended(first))
    assert first.state == "stopped"
    assert first.status()["sentence"].startswith("Stopped in epoch")
    assert events_of_kind(first, "test")
    assert model_store.load("first").count_params() == PARAMETERS
    wait_until(have_steps[2], advance=False)
    assert third.status()["tries"] == 1


@pytest.mark.slow
def test_a_killed_node_leaves_the_run_interrupted_and_continue_goes_on_on_the_other(cluster):
    run = scheduler.start(small_experiment(**LONG), "killed")
    wait_until(has_epochs(run, 2))
    there = {node.node_id: node for node in cluster.worker_nodes}
    cluster.remove_node(there.pop(node_of(run)), allow_graceful=False)
    wait_until(have_ended(run))
    assert run.state == "interrupted"
    assert "the weights of its last full epoch are kept" in run.status()["sentence"]
    assert scheduler.max_concurrent_runs() == 1
    epochs = events_of_kind(run, "epoch")[-1]["epoch"]
    assert len(model_store.card("killed")["curves"]) in (epochs, epochs - 1)

    more = run_store.create(small_experiment(**LONG | {"epochs": 1}), "on", continues="killed")
    wait_until(have_ended(more))
    assert more.state == "finished"
    assert node_of(more) in there
    assert events_of_kind(more, "epoch")[-1]["epoch"] == epochs + 1
    add_node(cluster)


@pytest.mark.slow
def test_a_server_survives_the_end_of_the_cluster_and_a_new_one_knows_its_runs_no_more(
    cluster, monkeypatch
):
    run = scheduler.start(small_experiment(**LONG), "orphan")
    wait_until(has_epochs(run, 1))
    cluster.shutdown()
    waiting = run_store.create(small_experiment(), "waits")
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "2")
    assert what_keeps_runs_waiting() == f"{ray_cluster.WAITS} {ray_cluster.SILENT}"
    assert waiting.state == "queued"
    assert run.state == "training"  # who knows

    from ray.cluster_utils import Cluster

    new = Cluster(initialize_head=True, head_node_args=HEAD)
    try:
        monkeypatch.setenv("MNIST_CORE_RAY", new.head_node.webui_url)
        no_node = f"{ray_cluster.WAITS} {ray_cluster.NO_NODE}"
        wait_until(lambda: what_keeps_runs_waiting() == no_node, advance=False)
        assert run.state == "interrupted"
        assert waiting.state == "queued"
        add_node(new)
        wait_until(lambda: waiting.state != "queued")
        scheduler.stop(waiting)
    finally:
        new.shutdown()


def what_keeps_runs_waiting():
    """What a page says."""
    with pytest.raises(error_messages.ClusterUnreachableError) as error:
        scheduler.advance()
    return error_messages.user_message(error.value)


def test_without_the_variable_nothing_imports_ray_and_no_process_is_started(home):
    code = """
        import sys, psutil
        from mnist_core.scheduler import scheduler
        scheduler.advance(), scheduler.max_concurrent_runs(), scheduler.stop
        print("ray" in sys.modules, len(psutil.Process().children()))
    """
    assert output_of(start_python(code, MNIST_CORE_RAY="")) == "False 0\n"


def test_where_ray_is_not_installed_the_run_waits_and_one_sentence_says_what_to_install(
    home, monkeypatch
):
    monkeypatch.setitem(sys.modules, "ray.job_submission", None)  # as if it weren't
    monkeypatch.setenv("MNIST_CORE_RAY", "auto")
    run = scheduler.start(small_experiment(), "waits")
    assert run.state == "queued"
    assert what_keeps_runs_waiting() == f"{ray_cluster.WAITS} {ray_cluster.NOT_INSTALLED}"
    assert scheduler.max_concurrent_runs() == 1
    scheduler.stop(run)
    assert run.state == "stopped"


@pytest.mark.slow
def test_an_address_where_nobody_is_is_waited_for_once_and_logged_once(home, monkeypatch, caplog):
    pytest.importorskip("ray")
    monkeypatch.setenv("MNIST_CORE_RAY", "127.0.0.1:9")
    run = run_store.create(small_experiment(), "waits")
    for most in (6, 1):
        began = time.monotonic()
        with pytest.raises(error_messages.ClusterUnreachableError, match="is the address right"):
            scheduler.advance()
        assert time.monotonic() - began < most
    assert run.state == "queued"
    messages = [record.getMessage() for record in caplog.records]
    assert messages.count(f"{ray_cluster.WAITS} {ray_cluster.SILENT}") == 1


@pytest.mark.parametrize(
    "elsewhere",
    [{"ray": "a job of a cluster"}, {"host": "another machine", "pid": 2**22 + 1, "token": "none"}],
    ids=["cluster", "machine"],
)
def test_a_run_elsewhere_that_can_not_be_asked_about_is_alive_as_long_as_its_files_change(
    home, monkeypatch, elsewhere
):
    now = [0.0]
    monkeypatch.setattr(heartbeat, "time", SimpleNamespace(monotonic=lambda: now[0]))
    run = run_store.create(small_experiment(), "elsewhere")
    run.set_status("training", **elsewhere)
    for _ in range(3):
        run.append({"kind": "epoch"})
        scheduler.advance()
        now[0] += 0.9 * heartbeat.TIMEOUT
        scheduler.advance()
        assert run.state == "training"
    now[0] += 0.2 * heartbeat.TIMEOUT
    scheduler.advance()
    assert run.state == "interrupted"


@pytest.mark.parametrize(
    ("status", "is_assigned"),
    [
        ({"state": "starting", "ray": "mine"}, True),
        ({"state": "starting", "ray": "another's"}, False),
        ({"state": "queued", "ray": "mine"}, False),
    ],
)
def test_a_job_whose_run_was_begun_anew_by_somebody_else_does_nothing(
    home, monkeypatch, status, is_assigned
):
    monkeypatch.setattr(job_process, "ASSIGNMENT_TIMEOUT", 0.05)
    run = run_store.create(small_experiment(), "anew")
    run.set_status(**status)
    assert job_process.is_assigned(run, "mine") == is_assigned


@pytest.mark.slow
def test_a_cluster_that_takes_connections_and_never_answers_is_not_waited_for_long(
    home, monkeypatch
):
    pytest.importorskip("ray")
    monkeypatch.setattr(ray_cluster, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("MNIST_CORE_RAY", f"127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        assert scheduler.max_concurrent_runs() == 1
        assert time.monotonic() - began < 5  # Ray's own client would wait for ever
