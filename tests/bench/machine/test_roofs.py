"""What follows from roofs: what must hold is made to hold, and what contradicts it is seen."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooflinear.bench.machine import roofs
from rooflinear.bench.records import Case, Ceilings, Result, Roof

FLOPS = {"float64": 50e9, "float32": 100e9}
ROOF = Roof([(8192, 100e9), (2**20, 50e9), (2**28, 20e9)], FLOPS, 36.0)
LARGEST = 2**28


def planted(**by_threads):
    return Ceilings(roofs={name.removeprefix("on_"): roof for name, roof in by_threads.items()})


def at(*rates, flops=FLOPS, call_ns=36.0):
    """A roof with these rates at 8 KiB, 1 MiB and 256 MiB."""
    return Roof(list(zip((8192, 2**20, 2**28), rates, strict=True)), flops, call_ns)


def rates(roof):
    return [rate for _, rate in roof.read]


def read(footprint, ns_per_byte, threads=1):
    case = Case("suite", "r2", "python", {"m": 100}, {}, "float64", threads, "cpu")
    return Result(case=case, footprint_bytes=footprint, reads=[(0, 7 * ns_per_byte), (1, ns_per_byte)])


@pytest.mark.parametrize(
    ("held", "rate"), [(8192, 100e9), (2**20, 50e9), (1, 100e9), (2**40, 20e9), (2**24, 35e9)], ids=str
)
def test_a_bandwidth_lies_between_those_of_its_neighbours(held, rate):
    assert roofs.bytes_per_second(ROOF, held) == pytest.approx(rate)


def test_the_better_of_two_roofs_is_the_faster_in_everything():
    other = at(80e9, 60e9, 25e9, flops={"float64": 60e9, "float32": 90e9}, call_ns=40.0)
    found = roofs.best(ROOF, other)
    assert (rates(found), found.flops, found.call_ns) == ([100e9, 60e9, 25e9], {"float64": 60e9, "float32": 100e9}, 36)
    assert roofs.best(ROOF, None) is ROOF


def test_the_better_of_two_roofs_is_busy_if_both_are_and_a_ceiled_one_if_it_is():
    busy = msgspec.structs.replace(ROOF, busy="stress")
    assert [roofs.best(*both).busy for both in ((busy, None), (busy, busy), (busy, ROOF), (ROOF, busy))] == [
        "stress", "stress", "", "",
    ]  # fmt: skip
    found = roofs.ceiled(planted(on_1=ROOF, on_2=busy, on_4=ROOF)).roofs
    assert [roof.busy for roof in found.values()] == ["", "stress", ""]


def test_a_call_that_was_not_measured_is_not_the_shortest():
    assert roofs.best(ROOF, at(1, 1, 1, call_ns=0.0)).call_ns == 36
    assert roofs.best(at(1, 1, 1, call_ns=0.0), ROOF).call_ns == 36


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        (at(80e9, 50e9, 20e9), "2 threads did less than 1"),
        (at(200e9, 100e9, 20e9, flops={"float64": 40e9, "float32": 100e9}), "2 threads did less than 1"),
        (at(200e9, 24e9, 20e9), "2 threads did less than 1"),
        (at(2e6, 90e9, 30e9), "2 threads did less than 1"),
        (at(200e9, 40e9, 90e9), "2 threads read a small working set slower than a large one"),
        (at(95e9, 48e9, 19e9), ""),
        (at(200e9, 100e9, 18e9), ""),
        (at(60e9, 100e9, 40e9), ""),
    ],
    ids=["peak", "flops", "one working set", "a thread woke late", "dip", "nearly as much", "memory", "tiny shares"],
)
def test_a_roof_that_contradicts_another_or_itself_is_doubted(more, doubt):
    assert roofs.doubts(planted(on_1=ROOF, on_2=more)) == ({2: doubt} if doubt else {})


def test_one_thread_that_read_a_cache_slower_than_memory_is_doubted():
    assert roofs.doubts(planted(on_1=at(1e9, 50e9, 20e9))) == {
        1: "1 thread read a small working set slower than a large one"
    }


def test_a_share_too_small_to_read_at_full_speed_is_no_doubt():
    many = at(20e9, 100e9, 40e9)
    assert roofs.doubts(planted(on_1=many)) != {}
    assert roofs.doubts(planted(on_2=many)) == {}


def test_thread_counts_are_compared_as_numbers():
    assert list(roofs.doubts(planted(on_16=ROOF, on_2=ROOF, on_4=at(1e9, 1e8, 1e7)))) == [4]


numbers = st.floats(1e6, 1e12)


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 64).map(str), st.tuples(numbers, numbers, numbers, numbers, numbers), max_size=5))
def test_ceilings_fall_from_cache_to_memory_and_rise_with_threads_and_are_never_lower_than_measured(found):
    measured = {
        count: at(*rates, flops={"float64": one, "float32": other}) for count, (*rates, one, other) in found.items()
    }
    made = roofs.ceiled(Ceilings(roofs=measured)).roofs
    assert made.keys() == measured.keys()
    ordered = [made[count] for count in sorted(made, key=int)]
    for roof in ordered:
        assert rates(roof) == sorted(rates(roof), reverse=True)
    for before, after in pairwise(ordered):
        assert all(one <= other for one, other in zip(rates(before), rates(after), strict=True))
        assert all(before.flops[dtype] <= after.flops[dtype] for dtype in FLOPS)
    for count, roof in made.items():
        assert all(one >= other for one, other in zip(rates(roof), rates(measured[count]), strict=True))
        assert max(rates(roof)) in {rate for each in measured.values() for rate in rates(each)}
    assert not roofs.doubts(Ceilings(roofs=made))


def test_what_a_run_read_raises_what_was_kept_and_everything_that_is_smaller():
    """2 MB/s were kept for ever, while every run read 344 GB/s."""
    made = roofs.raised(planted(on_1=at(2e6, 50e9, 20e9)), [read(2**20, 1 / 300)], LARGEST)
    assert rates(made.roofs["1"]) == pytest.approx([300e9, 300e9, 20e9])


@pytest.mark.parametrize(
    "result",
    [
        read(100, 1e-6),
        read(2**20, 10.0),
        read(2**20, 1e-6, threads=2),
        msgspec.structs.replace(read(2**20, 1), reads=[]),
    ],
    ids=["smaller than all", "slower", "other threads", "nothing read"],
)
def test_what_a_run_read_changes_nothing_else(result):
    assert roofs.raised(planted(on_1=ROOF), [result], LARGEST) == planted(on_1=ROOF)


def test_what_is_larger_than_all_was_read_as_the_largest():
    assert rates(roofs.raised(planted(on_1=ROOF), [read(2.0**33, 0.04)], LARGEST).roofs["1"]) == [100e9, 50e9, 25e9]


def test_an_empty_call_is_the_shortest_that_was_seen_and_never_a_stray_one():
    """A run overwrote what was kept with 53 ms of JAX and 174 ms of Dask: they were compiling."""
    kept = Ceilings(dispatch_ns={"jax": 6000.0, "numpy": 300.0})
    found = roofs.with_calls(kept, {"jax": 7000.0, "numpy": 250.0, "dask": 174e6, "tensorflow": 9000.0, "torch": 0.0})
    assert found.dispatch_ns == {"jax": 6000.0, "numpy": 250.0, "tensorflow": 9000.0}
