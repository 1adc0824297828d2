"""A cluster of two worker processes that are told apart by name: what is measured there, and what is left after a kill.

No ssh is called: a program of that name, first on the path, would say so.
"""

import json
import logging
import os
import signal

import psutil
import pytest

from rooflinear.bench import store

from ...absent import needs
from ...waiting import came_true, wait_for
from ..made_repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.needs("distributed")]

PROGRAM = "rooflinear.bench.commands.on_host"
FEW = ("--implementation", "plain", "--m", "100", "--dtype", "float64")


class Fleet:
    """A cluster whose workers' folders lie in one folder; ``command`` runs rooflinear in a repository."""

    def __init__(self, cluster, command, temporary, ssh):
        self.cluster, self.command, self.temporary, self.ssh = cluster, command, temporary, ssh
        self.at = ("--scheduler", cluster.scheduler_address, "--by", "name")

    def playing(self):
        """Processes that play an order now, by the name of the worker that started them."""
        pids = {name: each.pid for name, each in self.cluster.workers.items() if each.pid}
        found = {name: [each for each in psutil.Process(pid).children() if _plays(each)] for name, pid in pids.items()}
        return {name: processes[0] for name, processes in found.items() if processes}

    def remains(self):
        """Processes and folders of orders, wherever they are."""
        processes = [each for each in psutil.process_iter() if _plays(each) and _is_ours(each, self.temporary)]
        return processes, sorted(path.name for path in self.temporary.glob("rooflinear-*"))


def _plays(process):
    try:
        return PROGRAM in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _is_ours(process, temporary):
    try:
        return process.environ().get("TMPDIR") == str(temporary)
    except psutil.Error:
        return False


@pytest.fixture(scope="module")
def fleet(tmp_path_factory, another_rooflinear):
    needs("distributed")
    from distributed import Nanny, Scheduler, SpecCluster

    place = tmp_path_factory.mktemp("hosts")
    temporary, ssh = place / "tmp", place / "ssh-was-called"
    temporary.mkdir()
    (place / "ssh").write_text(f"#!/bin/sh\ntouch {ssh}\nexit 1\n")
    (place / "ssh").chmod(0o755)
    variables = {"TMPDIR": str(temporary), "PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}
    options = {"nthreads": 1, "env": variables, "silence_logs": logging.CRITICAL, "local_directory": str(place)}
    workers = {name: {"cls": Nanny, "options": {**options, "name": name}} for name in ("a", "b")}
    scheduler = {"cls": Scheduler, "options": {"host": "127.0.0.1", "dashboard": False}}
    command = another_rooflinear()
    Repository(command.folder)
    with SpecCluster(workers=workers, scheduler=scheduler, silence_logs=logging.CRITICAL) as cluster:
        yield Fleet(cluster, command, temporary, ssh)


def test_each_worker_makes_a_run_in_a_process_of_its_own(fleet):
    outcome = fleet.command("fleet", "run", *fleet.at, *FEW, "--preset", "quick")
    assert outcome.status == 0, outcome.stderr
    runs = {path.name.rpartition("-")[2]: path for path in fleet.command.runs()}
    assert sorted(runs) == ["a", "b"]
    for path in runs.values():
        (result,) = store.read_results(path)
        assert (result.status, result.case.sizes) == ("ok", {"m": 100})
        assert store.read_run(path).suite == "kernels"
    (page,) = fleet.command.results.glob("*-fleet.html")
    assert outcome.stdout.endswith(f"report: {page.relative_to(fleet.command.folder)}\n")
    assert all(path.name in page.read_text() for path in runs.values())
    assert fleet.remains() == ([], [])
    assert not fleet.ssh.exists()


def test_a_worker_that_is_killed_costs_its_blocks(fleet):
    """Nothing changed, so that the verdict does not depend on the times: a's six blocks of a control remain."""
    told = ("HEAD", "HEAD", *fleet.at, *FEW, "--output", "found.json")
    process = fleet.command.start("fleet", "compare", *told)
    wait_for(lambda: len(fleet.playing()) == 2)
    os.kill(psutil.Process(fleet.playing()["b"].pid).ppid(), signal.SIGKILL)
    outcome = fleet.command.finish(process)
    assert outcome.status == 0, outcome.stderr
    found = json.loads((fleet.command.folder / "found.json").read_text())
    assert [(each["name"], each["lost"]) for each in found["hosts"]] == [("a", ""), ("b", "its Dask worker has ended")]
    (case,) = found["cases"]
    assert (case["blocks"], case["unchanged"]) == (6, True)
    assert "b is lost, and its blocks with it: its Dask worker has ended" in outcome.stdout
    assert came_true(lambda: fleet.remains() == ([], [])), fleet.remains()


def test_an_interrupt_leaves_no_process_and_no_folder_on_any_host(fleet):
    wait_for(lambda: all(each.pid for each in fleet.cluster.workers.values()))
    process = fleet.command.start("fleet", "run", *fleet.at, "--preset", "standard")
    wait_for(lambda: len(fleet.playing()) == 2)
    process.send_signal(signal.SIGINT)
    outcome = fleet.command.finish(process)
    assert (outcome.status, outcome.stderr.splitlines()[-1]) == (
        130, "interrupted; no run is stored; the hosts end what they play",
    )  # fmt: skip
    assert came_true(lambda: fleet.remains() == ([], [])), fleet.remains()
    assert fleet.command.survivors() == []
