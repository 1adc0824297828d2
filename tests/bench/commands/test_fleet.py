"""``fleet run`` and ``fleet compare`` on a made-up cluster: what is sent, kept, said, and how it ends."""

import contextlib
import json
import re

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.calibration.simulated_fleets import fleet_run as simulated
from rooflinear.bench.cli import app
from rooflinear.bench.commands import compare, guests, on_host, run
from rooflinear.bench.fleet import parcels
from rooflinear.bench.fleet.orders import COMPARISON, Order
from rooflinear.bench.gate.git import resolve
from rooflinear.bench.machine import machine
from rooflinear.bench.suites import trial
from rooflinear.reports import report as reporting

from ...reports import synthetic
from ..fleet.fake_cluster import three
from ..made_repository import SLOWER, Repository

AT = ("--scheduler", "tcp://node:8786")


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """Lets the commands find a cluster of three workers, in a repository with two commits."""
    repository = Repository(tmp_path / "project")
    repository.write(plain=SLOWER)
    repository.commit("second")
    monkeypatch.chdir(repository.folder)
    client = three()
    client.repository = repository

    def invoke(*words, **plays):
        client.plays = plays
        return CliRunner().invoke(app, ["fleet", *map(str, words)])

    client.invoke = invoke
    for place in ("fleet_run", "fleet_compare"):
        monkeypatch.setattr(f"rooflinear.bench.commands.{place}.connected", client.connected)
    monkeypatch.setattr(reporting, "write_reports", lambda *asked: client.reports.append(asked) or [asked[2] or "one"])
    client.reports = []
    return client


def ran(tmp_path, name, status=0):
    """The answer of a machine on which a run was made."""
    folder = tmp_path / "made" / name / f"20260101T00000{ord(name) - 97}Z-node-nocommit"
    record = msgspec.structs.replace(synthetic.run(["numpy"], synthetic.OPERATIONS), commit=None, command=["there"])
    synthetic.write(folder, record, [synthetic.ok(synthetic.case(), [1000.0, 1010.0])])
    return (lambda: {"status": status, "parcel": parcels.packed(folder.parent)},)


def compared(tmp_path, *effects):
    """The answers of machines that measured these slowdowns."""
    hosts = simulated(["quiet"] * len(effects), effects, 2, seed=3).hosts
    for host in hosts:
        (tmp_path / host.name).mkdir()
        (tmp_path / host.name / COMPARISON).write_bytes(store.pretty(host.comparison))
    made = [parcels.packed(tmp_path / host.name) for host in hosts]
    return [(lambda parcel=each: {"status": 1, "parcel": parcel},) for each in made]


def refused(status, told=""):
    return (lambda: {"status": status, "told": told},)


def order_of(client, name):
    return msgspec.json.decode(client.submitted[name][0], type=Order)


def test_runs_come_back_named_after_their_hosts_and_in_one_report(cluster, tmp_path):
    plays = {name: ran(tmp_path, name) for name in "abc"}
    outcome = cluster.invoke("run", *AT, "--by", "name", "--m", "100", **plays)
    assert outcome.exit_code == 0, outcome.output
    commit = resolve(cluster.repository.folder, "HEAD")[:8]
    folders = sorted(path.name for path in cluster.repository.folder.glob("results/*/"))
    node = store.read_run(cluster.repository.folder / "results" / folders[0]).machine.name
    assert folders == [f"20260101T00000{n}Z-{node}-{commit}-{name}" for n, name in enumerate("abc")]
    assert outcome.stdout == "report: results/20260101T000000Z-fleet.html\n"
    ((shown, forms, page),) = cluster.reports
    assert ([path.name for path in shown], forms) == (folders, ["html"])
    assert str(page) == "results/20260101T000000Z-fleet.html"
    record = store.read_run(cluster.repository.folder / "results" / folders[1])
    assert record.command[0] == "rooflinear"
    assert "there" not in record.command
    assert record.options["suite"] == str(cluster.repository.folder / "kernels")
    assert cluster.closed


def test_what_is_typed_reaches_the_hosts_and_nothing_of_this_machine(cluster, tmp_path):
    plays = {name: ran(tmp_path, name) for name in "abc"}
    cluster.invoke("run", *AT, "--by", "name", "--m", "100", "--threads", "2", "--results", tmp_path / "here", **plays)
    order = order_of(cluster, "b")
    assert (order.command, order.request["suite"]) == ("run", "suite/kernels")
    assert order.request["m"] == "100"
    assert order.request["given"] == ["m", "threads"]
    assert not {"results", "scheduler", "by"} & order.request.keys()
    assert str(tmp_path) not in json.dumps(order.request)


def test_by_default_a_host_plays_once_however_many_workers_it_has(cluster, tmp_path):
    outcome = cluster.invoke("run", *AT, a=ran(tmp_path, "a"), c=ran(tmp_path, "c"))
    assert outcome.exit_code == 0, outcome.output
    assert sorted(cluster.submitted) == ["a", "c"]


def test_a_host_that_fails_costs_its_run_alone(cluster, tmp_path):
    plays = {"a": ran(tmp_path, "a"), "b": refused(5, "rooflinear: no space"), "c": ran(tmp_path, "c", status=1)}
    outcome = cluster.invoke("run", *AT, "--by", "name", **plays)
    assert outcome.exit_code == 1
    assert "b: failed with status 5: rooflinear: no space\n" in outcome.stderr
    assert len(list(cluster.repository.folder.glob("results/*/"))) == 2


@pytest.mark.parametrize(("status", "wanted"), [(2, 2), (5, 5), (1, 5)])
def test_where_no_host_finishes_the_reason_is_said_once(cluster, status, wanted):
    told = "rooflinear: unknown implementation 'nunpy'; did you mean 'numpy'?"
    outcome = cluster.invoke("run", *AT, "--by", "name", **dict.fromkeys("abc", refused(status, told)))
    assert outcome.exit_code == wanted
    assert outcome.stderr.splitlines()[-1] == f"rooflinear: on every host: {told.removeprefix('rooflinear: ')}"
    assert not list(cluster.repository.folder.glob("results/*"))


def test_an_interrupted_fleet_keeps_what_came_back(cluster, tmp_path):
    def interrupts():
        raise KeyboardInterrupt

    outcome = cluster.invoke("run", *AT, "--by", "name", a=ran(tmp_path, "a"), b=(interrupts,), c=(None,))
    assert outcome.exit_code == 130
    assert outcome.stderr.splitlines()[-1] == "interrupted; runs of a are stored; the hosts end what they play"
    assert cluster.submitted["c"][-1].cancelled


def test_a_file_that_is_only_here_is_refused(cluster):
    outcome = cluster.invoke("run", *AT, "--data", "houses.csv")
    told = "each host reads it from its own disk; give an absolute path that is the same on all"
    assert (outcome.exit_code, outcome.stderr) == (2, f"rooflinear: --data houses.csv: {told}\n")
    assert cluster.invoke("run", *AT, "--by", "rack").stderr == "rooflinear: unknown --by 'rack'; known: host, name\n"


def test_hosts_that_agree_are_judged_together(cluster, tmp_path):
    plays = dict(zip("abc", compared(tmp_path, 0.05, 0.05, 0.05), strict=True))
    outcome = cluster.invoke("compare", "HEAD~1", "HEAD", *AT, "--by", "name", "--output", "found.json", **plays)
    assert outcome.exit_code == 1, outcome.output
    assert outcome.stdout.startswith(
        "Slower: 2 of 2 cases are slower by more than their margin\n  HEAD against HEAD~1\n"
    )
    assert re.search(r"on a, b and c together: 1\.0\d+ on a, 1\.0\d+ on b, 1\.0\d+ on c\n", outcome.stdout)
    found = json.loads((cluster.repository.folder / "found.json").read_text())
    assert [each["name"] for each in found["hosts"]] == ["a", "b", "c"]
    assert {len(each["confirm"]["ratios"]) for each in found["cases"]} == {each["blocks"] for each in found["cases"]}
    assert found["base"]["label"] == "HEAD~1"


def test_hosts_that_disagree_are_told_apart(cluster, tmp_path):
    plays = dict(zip("abc", compared(tmp_path, 0.08, 0.0, 0.0), strict=True))
    outcome = cluster.invoke("compare", "HEAD~1", "HEAD", *AT, "--by", "name", "--html", "page.html", **plays)
    assert outcome.exit_code == 1, outcome.output
    assert outcome.stdout.count("hosts disagree: 1.0") == 2
    assert "hosts disagree: 1.0" in (cluster.repository.folder / "page.html").read_text()


def test_each_host_gets_a_seed_and_a_share_of_the_level(cluster, tmp_path):
    plays = dict(zip("abc", compared(tmp_path, 0.0, 0.0, 0.0), strict=True))
    (cluster.repository.folder / "margins.json").write_text('{"* memory": "20%"}')
    words = ("--by", "name", "--seed", "10", "--margins", "margins.json")
    assert cluster.invoke("compare", "HEAD~1", *AT, *words, **plays).exit_code == 0
    requests = {name: order_of(cluster, name).request for name in "abc"}
    assert {name: (each["seed"], each["families"]) for name, each in requests.items()} == {
        "a": ("10", 6), "b": ("12", 6), "c": ("14", 6),
    }  # fmt: skip
    assert requests["a"]["base"] == resolve(cluster.repository.folder, "HEAD~1")
    assert (requests["a"]["head"], requests["a"]["suite"]) == (None, "suite/kernels")
    parcels.unpack(cluster.submitted["a"][1], tmp_path / "sent")
    assert (tmp_path / "sent" / requests["a"]["margins"]).read_text() == '{"* memory": "20%"}'


def test_a_lost_host_is_said_and_the_others_judge(cluster, tmp_path):
    a, c = compared(tmp_path, 0.0, 0.0)
    cluster.dying = {"b": 1}
    outcome = cluster.invoke("compare", "HEAD~1", "HEAD", *AT, "--by", "name", a=a, b=(None,), c=c)
    assert outcome.exit_code == 0, outcome.output
    assert "note: b is lost, and its blocks with it: its Dask worker has ended\n" in outcome.stdout


@pytest.mark.parametrize(("status", "wanted"), [(4, 5), (2, 2)])
def test_where_every_host_is_lost_nothing_is_judged(cluster, status, wanted):
    lost = refused(status, "rooflinear: no git")
    outcome = cluster.invoke("compare", "HEAD~1", "HEAD", *AT, a=lost, c=lost)
    assert (outcome.exit_code, outcome.stderr.splitlines()[-1]) == (wanted, "rooflinear: on every host: no git")


def test_only_revisions_can_be_compared_on_a_fleet(cluster):
    told = "margins.json: is a file; a fleet measures revisions; use 'rooflinear compare' for files"
    (cluster.repository.folder / "margins.json").write_text("{}")
    assert cluster.invoke("compare", "margins.json", *AT).stderr == f"rooflinear: {told}\n"
    assert cluster.invoke("compare", *AT).stderr == "rooflinear: BASE is missing; give a git revision\n"
    assert "'nowhere' is neither a revision" in cluster.invoke("compare", "nowhere", *AT).stderr
    assert cluster.submitted == {}


def test_a_host_plays_what_it_is_asked(cluster, tmp_path, monkeypatch):
    """The request that a host's program builds of an order is the one that was typed."""
    cluster.invoke("run", *AT, "--m", "100", "--threads", "2", a=ran(tmp_path, "a"), c=ran(tmp_path, "c"))
    caught = []
    monkeypatch.setattr(run, "run", lambda request: caught.append(request) or 0)
    assert on_host.play(order_of(cluster, "a")) == 0
    (request,) = caught
    assert (request.m, request.threads, request.given) == ("100", ("2",), ("m", "threads"))
    assert (str(request.suite), str(request.results)) == ("suite/kernels", "results")


@pytest.fixture
def benchmarks(cluster):
    """Suites of other tools in a part of the repository, committed; the current folder is that part."""
    part = cluster.repository.folder / "part"
    (part / "tests").mkdir(parents=True)
    (part / "tests" / "test_sum.py").write_text("def test_sum(benchmark):\n    benchmark(sum, [1])\n")
    (part / "pyproject.toml").write_text("")
    (part / "benchmarks").mkdir()
    (part / "asv.conf.json").write_text('{"benchmark_dir": "benchmarks"}')
    cluster.repository.commit("suites of other tools")
    with contextlib.chdir(part):
        yield part


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (("--pytest", "tests/test_sum.py::test_sum"), {"pytest": ["suite/part/tests/test_sum.py::test_sum"]}),
        (("--pytest", "../part/tests", "-k", "sum"), {"pytest": ["suite/part/tests"], "keyword": "sum"}),
        (("--asv", "asv.conf.json", "--bench", "Sum"), {"asv": "suite/part/benchmarks", "bench": ["Sum"]}),
        (("--pyperf", "tests/*.py", "--build", "make"), {"pyperf": ["suite/part/tests/test_sum.py"], "build": "make"}),
        (("--pytest", "tests", "--python", "/opt/of-the-hosts/python"), {"python": "/opt/of-the-hosts/python"}),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_suite_of_another_tool_is_named_by_its_place_in_what_is_sent(cluster, benchmarks, typed, sent):
    cluster.invoke("compare", "HEAD~1", "HEAD", *AT, *typed, a=refused(5), c=refused(5))
    request = order_of(cluster, "a").request
    assert {name: request[name] for name in sent} == sent
    assert (request["suite"], request["base"]) == (None, resolve(cluster.repository.folder, "HEAD~1"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("yarl==1.0", "--pytest", "tests"), "yarl==1.0: is a release; a fleet measures revisions"),
        (("HEAD", "--pytest", "tests", "--with", "numpy"), "leave out --with"),
        (("HEAD", "--pytest", "tests", "--dtype", "float32"), "leave out --dtype"),
        (("HEAD", "--pytest", "tests", "--measure", "first-call"), "cannot tell first calls"),
        (("HEAD", "--pytest", "absent"), "absent: no such file or folder"),
        (("HEAD", "-k", "sum"), "no suite of another tool is given"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_a_suite_of_another_tool_has_not_is_refused_here(cluster, benchmarks, typed, told):
    outcome = cluster.invoke("compare", *typed, *AT)
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert cluster.submitted == {}


@pytest.mark.parametrize(("gate", "suite"), [(compare, ()), (guests, ("--pytest", "tests"))], ids=["kernels", "pytest"])
def test_the_share_of_the_level_reaches_the_gate_of_a_host(cluster, benchmarks, monkeypatch, gate, suite):
    class Reached(Exception):
        pass

    def play(*_, families, **__):
        assert families == 4  # of two hosts
        raise Reached

    monkeypatch.setattr(gate, "play", play)
    monkeypatch.setattr(trial, "require_unharmed", lambda *_: None)
    folder = () if suite else ("--suite", "../kernels")
    cluster.invoke("compare", "HEAD", *AT, *suite, *folder, a=refused(5), c=refused(5))
    order = order_of(cluster, "a")
    monkeypatch.chdir(cluster.repository.folder.parent)
    (cluster.repository.folder.parent / "suite").symlink_to(cluster.repository.folder)
    with pytest.raises(Reached):
        on_host.play(order)


def test_a_host_leaves_its_comparison_where_it_is_looked_for(cluster, tmp_path, monkeypatch):
    (found, *_) = simulated(["quiet", "quiet"], [0.05, 0.05], 1, seed=1).hosts
    monkeypatch.setattr(compare, "measured", lambda request: found.comparison)
    cluster.invoke("compare", "HEAD~1", *AT, a=refused(5), c=refused(5))
    monkeypatch.chdir(tmp_path)
    assert on_host.play(order_of(cluster, "a")) == found.comparison.exit_status
    written = json.loads((tmp_path / "results" / COMPARISON).read_text())
    assert (written["verdict"], written["machine"]["name"]) == (found.comparison.verdict, machine.describe().name)
