"""Orders on several machines: answers as they come, machines that go, and an end to all when it ends early."""

import contextlib

import msgspec
import pytest

from rooflinear.bench.fleet.cluster import hosts
from rooflinear.bench.fleet.orders import Answer, Order
from rooflinear.bench.fleet.playing import played

from .fake_cluster import three

ORDER = Order(command="run", request={"preset": "quick"})
LATE, NEVER = (lambda: {"status": 1, "told": "late"}, 3), (None,)


def answer(**fields):
    return (lambda: {"status": 0, **fields},)


def playing(client):
    return played(client, [(host, ORDER) for host in hosts(client, "", "name")], b"parcel", wait=lambda _: None)


def test_answers_come_as_they_are_ready():
    client = three(plays={"a": LATE, "b": answer(parcel=b"files"), "c": answer()})
    found = [(host.name, told) for host, told in playing(client)]
    assert [name for name, _ in found] == ["b", "c", "a"]
    assert found[0][1] == Answer(status=0, parcel=b"files")
    assert found[2][1] == Answer(status=1, told="late")


def test_every_machine_gets_its_order_and_the_parcel():
    client = three(plays=dict.fromkeys("abc", answer()))
    list(playing(client))
    for order, parcel, _ in client.submitted.values():
        assert (msgspec.json.decode(order, type=Order), parcel) == (ORDER, b"parcel")


def test_a_machine_whose_worker_goes_is_lost_and_the_others_play_on():
    client = three(plays={"a": LATE, "b": NEVER, "c": answer()}, dying={"b": 3})
    found = {host.name: told for host, told in playing(client)}
    assert found["b"] == "its Dask worker has ended"
    assert isinstance(found["a"], Answer)
    assert isinstance(found["c"], Answer)
    assert client.submitted["b"][-1].cancelled


@pytest.mark.parametrize("error", [OSError("no space left on device\nmore"), KeyError("x"), TimeoutError()])
def test_what_a_worker_raises_is_one_line(error):
    def fails():
        raise error

    client = three(plays={"a": (fails,), "b": answer(), "c": answer()})
    told = {host.name: told for host, told in playing(client)}["a"]
    assert told == (str(error).partition("\n")[0] or "TimeoutError")


def test_an_interrupt_cancels_what_is_still_played():
    client = three(plays={"a": NEVER, "b": answer(), "c": NEVER})
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(playing(client)) as found:
        for _ in found:
            raise KeyboardInterrupt
    assert {name for name, (*_, future) in client.submitted.items() if future.cancelled} == {"a", "c"}
