"""Which machines a cluster has, whether each has the same rooflinear, and what is said where no cluster answers."""

import importlib.metadata
from types import SimpleNamespace

import pytest

from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.fleet import cluster
from rooflinear.bench.fleet.cluster import Host

from .fake_cluster import VERSION, Client, three, worker

AT = "tcp://node:8786"


@pytest.mark.parametrize(
    ("by", "names"), [("host", {"10.0.0.1": "tcp://1:1", "10.0.0.2": "tcp://2:1"}), ("name", dict.fromkeys("abc"))]
)
def test_there_is_one_host_for_each_machine_or_each_name(by, names):
    found = {host.name: host.address for host in cluster.hosts(three(), AT, by)}
    assert list(found) == list(names)
    assert by == "name" or found == names


def test_what_the_client_forgets_it_is_asked_again():
    assert len(cluster.hosts(three(forgets=3), AT, "name")) == 3


def test_names_can_be_parts_of_folders():
    client = Client({"tcp://1:1": worker("../rack 7/é"), "tcp://1:2": worker(0)})
    assert {host.name for host in cluster.hosts(client, AT, "name")} == {"rack-7-é", "0"}


def test_a_cluster_without_workers_is_refused():
    with pytest.raises(UsageError, match=f"^--scheduler {AT}: has no workers; start 'dask worker {AT}' on each host$"):
        cluster.hosts(Client({}), AT, "host")


def test_every_host_needs_the_same_version():
    client = three(versions={"b": "0.0.9", "c": importlib.metadata.PackageNotFoundError("rooflinear")})
    told = f"^rooflinear {VERSION} is needed on every host: b has 0.0.9, c has none; install it there$"
    with pytest.raises(UsageError, match=told):
        cluster.refuse_unlike(client, cluster.hosts(client, AT, "name"))
    cluster.refuse_unlike(client, [Host("a", "tcp://1:1")])


def test_a_host_that_does_not_say_its_version_is_named():
    with pytest.raises(UsageError, match=r"a has no answer \(TimeoutError\)"):
        cluster.refuse_unlike(three(versions={"a": TimeoutError()}), [Host("a", "tcp://1:1")])


def refusal(monkeypatch, client, address=AT):
    monkeypatch.setattr(cluster.importlib, "import_module", client)
    with pytest.raises((UsageError, CannotFinish)) as told, cluster.connected(address):
        pytest.fail("it connected")
    return type(told.value), str(told.value)


def raising(error):
    def client(*_, **__):
        raise error

    return lambda name: SimpleNamespace(Client=client)


def test_a_scheduler_that_does_not_answer_is_told_in_a_line(monkeypatch):
    remedy = "start one there with 'dask scheduler', and 'dask worker' on each host"
    told = (CannotFinish, f"--scheduler {AT}: no answer within 10 s; {remedy}")
    assert refusal(monkeypatch, raising(OSError("Timed out trying to connect"))) == told


def test_an_address_is_refused_before_it_is_tried(monkeypatch):
    told = "--scheduler 'node:8786': has no protocol; give it as the scheduler prints it: tcp://host:8786"
    assert refusal(monkeypatch, raising(AssertionError), "node:8786") == (UsageError, told)
    told = "--scheduler 'ftp://node': unknown address scheme; give it as the scheduler prints it"
    assert refusal(monkeypatch, raising(ValueError("unknown address scheme")), "ftp://node") == (UsageError, told)


def test_an_absent_dask_is_told_with_its_remedy(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name)

    told = "fleet needs Dask's distributed, which is not installed; pip install 'rooflinear[dask]'"
    assert refusal(monkeypatch, absent) == (UsageError, told)


def test_a_scheduler_that_goes_is_told():
    def gone():
        raise OSError

    with pytest.raises(CannotFinish, match="the scheduler has gone"):
        cluster.addresses(SimpleNamespace(nthreads=gone))
