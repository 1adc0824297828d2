"""What the machine can do: measured once, kept, measured anew where it must be, and never a reason to crash."""

import json
import os
import signal
import warnings
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.cli import app
from rooflinear.bench.commands import inspect
from rooflinear.bench.commands.ceilings_text import lines
from rooflinear.bench.commands.requests import MachineRequest
from rooflinear.bench.machine import ceilings, machine, meter
from rooflinear.bench.machine.neighbours import Neighbour
from rooflinear.bench.processes.worker_messages import Started
from rooflinear.bench.records import Case, Ceilings, Result, Roof, Run
from rooflinear.bench.runner import dispatch
from rooflinear.bench.store import read_run
from rooflinear.bench.suites import suite

from ..made import NUMPY, OPERATIONS, write_suite
from .computer import LINUX, busy_program, pids

ROOF = Roof([(8192, 100e9), (2**20, 50e9), (2**28, 20e9)], {"float64": 50e9, "float32": 100e9}, 36.0)
LATE = msgspec.structs.replace(ROOF, read=[(8192, 2e6), *ROOF.read[1:]])
"""A thread woke late in all tries of the smallest working set."""

BUSY = msgspec.structs.replace(ROOF, busy="stress (pid 7) 100 % of a core")
"""Measured beside another program."""

HERE = machine.describe()
RUN = ["run", "--operation", "double", "--preset", "quick", "--size", "m=1000", "--threads", "1"]
RUN += ["--blocks", "1", "--precision", "50%"]


@pytest.fixture(scope="module")
def shared_cache(kept_ceilings):
    """The cache of all tests."""
    return Path(os.environ["XDG_CACHE_HOME"])


@pytest.fixture(autouse=True)
def cache(shared_cache, tmp_path, monkeypatch):
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def warm(shared_cache, cache):
    """The test's own ceilings, beside what all tests keep: compiled code and the page's script."""
    (cache / "rooflinear").mkdir(parents=True)
    (shared_cache / "rooflinear" / "compiled").mkdir(exist_ok=True)  # no code is stored through a broken link
    for name in ("compiled", "vega.json"):
        (cache / "rooflinear" / name).symlink_to(shared_cache / "rooflinear" / name)
    return cache


@pytest.fixture
def measured(monkeypatch):
    """Stands in for measuring; the thread counts it was asked for."""
    counts = []
    monkeypatch.setattr(ceilings, "measure", lambda threads: counts.append(threads) or ROOF)
    return counts


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A repository whose suite has one implementation of NumPy and one of what is not installed."""
    write_suite(tmp_path / "kernels", absent="import no_such_framework\n" + NUMPY.replace('"numpy"', '"torch"'))
    monkeypatch.chdir(tmp_path)
    return suite.load(tmp_path / "kernels")


def planted(days=0, **changes):
    """Ceilings measured so many days ago."""
    measured_at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    fields = {"machine": HERE.identity, "roofs": {"1": ROOF, "2": ROOF}, "dispatch_ns": {"numpy": 300.0}}
    return Ceilings(**{"measured_at": measured_at} | fields | changes)


def run_with(made):
    return Run(command=[], options={}, machine=HERE, versions={}, environment={}, suite="suite", operations={},
               implementations={}, ceilings=made)  # fmt: skip


def kept(cache):
    [file] = cache.rglob("ceilings-*.json")
    return msgspec.json.decode(file.read_bytes(), type=Ceilings)


def measuring(monkeypatch, *found):
    """`measure` finds these roofs, one after another."""
    left, counts = list(found), []
    monkeypatch.setattr(ceilings, "measure", lambda threads: counts.append(threads) or left.pop(0))
    return counts


@pytest.fixture
def small(monkeypatch):
    """Whatever is measured in earnest in this process is measured on few working sets, in few rounds."""
    monkeypatch.setattr(meter, "working_sets", lambda: [2**14, 2**22])
    monkeypatch.setattr(meter, "ROUNDS", 2)
    monkeypatch.setattr(meter, "GEMM_ROUNDS", 1)


@pytest.fixture
def unnoticed(monkeypatch):
    """Every sample counts, whatever other programs did meanwhile: a case that they disturb says nothing of a limit."""
    monkeypatch.setattr("rooflinear.bench.timing.kept.disturbed", lambda samples: [False] * len(samples))


def test_working_sets_rise_by_twos_to_far_beyond_the_last_cache():
    sets = meter.working_sets()
    assert sets[0] == meter.SMALLEST_BYTES
    assert all(after == 2 * before for before, after in pairwise(sets))
    assert sets[-1] >= max(4 * size for size in HERE.caches_bytes.values())


def test_a_meter_s_ceilings_are_those_of_a_computer(warm, small):
    """Measured in earnest, on few working sets."""
    roof = meter.measure(1)
    assert [held for held, _ in roof.read] == [2**14, 2**22]
    assert all(1e6 < rate < 1e13 for _, rate in roof.read)
    assert all(1e6 < rate < 1e13 for rate in roof.flops.values())
    assert 1 < roof.call_ns < 1e6


def test_a_roof_is_the_best_of_rounds_that_try_everything(monkeypatch):
    """So that what disturbs one moment, such as a thread that wakes late, spoils one try of each at most."""
    asked = []

    class Disturbed:
        failure, pid = "", None

        def __init__(self, threads):
            pass

        def answer(self, *question):
            asked.append(question)
            return 8e6 if len(asked) % 7 else 0.5

        read_ns_per_byte = compute_ns_per_flop = call_ns = answer

        def stop(self):
            asked.append("stopped")

    monkeypatch.setattr(meter, "Meter", Disturbed)
    monkeypatch.setattr(meter, "working_sets", lambda: [2**14, 2**22])
    monkeypatch.setattr(meter, "ROUNDS", 8)
    monkeypatch.setattr(meter, "GEMM_ROUNDS", 7)
    roof = meter.measure(2)
    assert roof == Roof([(2**14, 2e9), (2**22, 2e9)], {"float64": 2e9, "float32": 2e9}, 0.5)
    assert asked[:5] == [(2**14,), (2**22,), ("float64", False), ("float32", False), ()] == asked[5:10]
    assert asked[-1] == "stopped"
    assert all(question[-1] is True for question in asked[-15:-1])


class Shares:
    """Stands in for `Neighbours`: one program, with these shares of a core from look to look."""

    def __init__(self, *shares):
        self.shares, self.now = list(shares), 0.0

    def look(self):
        self.now = self.shares.pop(0)

    def busy(self, least):
        return [Neighbour(7, "stress --cpu 1", self.now)] if self.now >= least else []

    @property
    def seen(self):
        return [Neighbour(7, "stress --cpu 1", 1.0)]


@pytest.mark.parametrize(
    ("shares", "busy"),
    [
        ([0.0] * 6, ""),
        ([0.9, 0, 0, 0, 0, 0], ""),
        ([0.2] * 6, ""),
        ([1.0] * 6, BUSY.busy),
        ([0.0, 0, 0, 0, 1, 1], BUSY.busy),
    ],
    ids=["quiet", "a moment", "a little", "all the time", "during the products"],
)
def test_a_roof_names_what_was_busy_while_it_was_measured(monkeypatch, shares, busy):
    monkeypatch.setattr(meter, "Neighbours", lambda own: Shares(*shares))
    monkeypatch.setattr(meter, "working_sets", lambda: [2**14])
    monkeypatch.setattr(meter, "ROUNDS", 4)
    monkeypatch.setattr(meter, "GEMM_ROUNDS", 2)
    monkeypatch.setattr(meter.Meter, "_each", lambda own, request: 1.0)
    assert meter.measure(1).busy == busy


@LINUX
def test_a_program_beside_the_meter_is_found_and_the_meter_is_none(monkeypatch, warm, small):
    seen = []
    monkeypatch.setattr(meter, "ROUNDS", 8)
    monkeypatch.setattr(meter, "named", lambda found, whole: seen.extend(found) or "named")
    monkeypatch.setattr(meter.Meter, "stop", lambda own, stop=meter.Meter.stop: seen.append(own.pid) or stop(own))
    with busy_program() as process:
        assert meter.measure(1).busy == "named"
    own, *found = seen
    assert process.pid in pids(found)
    assert own not in pids(found)


def test_what_was_measured_once_is_kept(measured):
    first = ceilings.known(HERE, [1, 2])
    assert ceilings.known(HERE, [1, 2]) == first
    assert measured == [1, 2]


def test_only_what_is_missing_is_measured(measured):
    ceilings.known(HERE, [1])
    assert set(ceilings.known(HERE, [1, 2]).roofs) == {"1", "2"}
    assert measured == [1, 2]


def test_what_was_measured_beside_busy_programs_is_told_and_measured_again_by_the_next_command(monkeypatch, cache):
    counts = measuring(monkeypatch, ROOF, BUSY, BUSY, ROOF)
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"2 threads .* \(stress .*\), and may be too low; they are not stored"):
            assert ceilings.known(HERE, [1, 2]).roofs == {"1": ROOF, "2": BUSY}
        assert kept(cache).roofs == {"1": ROOF}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ceilings.known(HERE, [1, 2]).roofs == {"1": ROOF, "2": ROOF}
    assert counts == [1, 2, 2, 2]
    assert kept(cache).roofs == {"1": ROOF, "2": ROOF}


@pytest.mark.filterwarnings("ignore:.*may be too low")
def test_what_follows_from_a_busy_measurement_is_not_stored_either(monkeypatch, cache, tiny):
    measuring(monkeypatch, BUSY)
    run = run_with(ceilings.known(HERE, [1]))
    case = Case("suite", "r2", "python", {"m": 100}, {}, "float64", 1, "cpu")
    reads = Result(case=case, footprint_bytes=8192.0, reads=[(0, 0.005)])
    run = ceilings.learned(run, {"numpy": 250.0}, [reads])
    assert run.ceilings.roofs["1"].read[0] == (8192, pytest.approx(200e9))
    assert run.ceilings.roofs["1"].busy == BUSY.busy
    dispatch.with_dispatch(HERE, run.ceilings, tiny)
    assert (kept(cache).roofs, kept(cache).dispatch_ns) == ({}, {"numpy": 250.0})


@pytest.mark.filterwarnings("ignore:.*may be too low")
def test_stored_ceilings_are_dropped_where_they_are_measured_anew_beside_busy_programs(monkeypatch, cache):
    ceilings.keep(HERE, planted())
    measuring(monkeypatch, BUSY)
    ceilings.known(HERE, [1], anew=True)
    assert kept(cache).roofs == {}


def test_a_busy_measurement_at_the_end_of_a_run_raises_what_is_stored_and_spoils_nothing(monkeypatch, cache):
    """The run's own readings may have been disturbed, and the stored ceilings right."""
    ceilings.keep(HERE, planted())
    measuring(monkeypatch, msgspec.structs.replace(BUSY, flops={"float64": 80e9, "float32": 90e9}))
    run = ceilings.measured_again(run_with(planted()), [2])
    for made in (run.ceilings, kept(cache)):
        assert made.roofs["2"].flops == {"float64": 80e9, "float32": 100e9}
        assert (set(made.roofs), made.remark) == ({"1", "2"}, "")


@pytest.mark.parametrize("again", [ROOF, BUSY], ids=["quiet", "busy"])
def test_ceilings_of_a_busy_start_are_measured_again_at_the_end_of_a_run(monkeypatch, cache, again):
    ceilings.keep(HERE, planted(roofs={}))
    measuring(monkeypatch, again)
    run = ceilings.measured_again(run_with(planted(roofs={"1": BUSY})), [1])
    assert run.ceilings.roofs == {"1": again}
    assert kept(cache).roofs == ({"1": ROOF} if again is ROOF else {})


def test_another_machine_is_measured_anew(measured):
    ceilings.known(HERE, [1])
    other = msgspec.structs.replace(HERE, cpu="another")
    assert ceilings.known(other, [1]).machine == other.identity
    assert measured == [1, 1]


def test_ceilings_kept_for_another_machine_under_this_one_s_name_are_not_believed(measured, cache):
    ceilings.known(HERE, [1])
    [file] = cache.rglob("*.json")
    file.write_bytes(msgspec.json.encode(planted(machine="another")))
    ceilings.known(HERE, [1])
    assert measured == [1, 1]


@pytest.mark.parametrize("content", [b"", b"{", b'{"roofs": 7}', b'{"schema_version": 99}'])
def test_a_file_that_cannot_be_read_is_measured_anew(measured, cache, content):
    ceilings.known(HERE, [1])
    [file] = cache.rglob("*.json")
    file.write_bytes(content)
    assert "1" in ceilings.known(HERE, [1]).roofs
    assert measured == [1, 1]


def test_what_is_asked_for_anew_is_measured_anew(measured):
    ceilings.known(HERE, [1])
    ceilings.known(HERE, [1], anew=True)
    assert measured == [1, 1]


def test_a_cache_that_cannot_be_written_is_told(measured, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    with pytest.warns(UserWarning, match=r"cannot store this machine's ceilings in .*XDG_CACHE_HOME"):
        assert "1" in ceilings.known(HERE, [1]).roofs


def test_a_user_without_a_home_has_ceilings(measured, monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("no home directory")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.home", homeless)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert "1" in ceilings.known(HERE, [1]).roofs
    assert list((tmp_path / "rooflinear").iterdir())


def test_compiled_code_is_kept_where_files_can_be(cache, monkeypatch):
    folder = cache / "rooflinear" / "compiled"
    assert meter._compiled_code() == {"NUMBA_CACHE_DIR": str(folder)}
    assert list(folder.iterdir()) == []
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert meter._compiled_code() == {}
    monkeypatch.setattr(store, "cache_folder", lambda: None)
    assert meter._compiled_code() == {}


def test_a_meter_that_cannot_start_costs_the_limits_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('no numba here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.warns(UserWarning, match="times without limits: .*no numba here"):
        assert ceilings.known(HERE, [1]).roofs == {}


def test_a_meter_that_dies_answers_nothing_from_then_on(warm):
    found = meter.Meter(1)
    assert found.read_ns_per_byte(2**14, 1000)
    os.kill(found._child._process.pid, signal.SIGKILL)
    assert found.read_ns_per_byte(2**14, 1000) is None
    assert found.read_ns_per_byte(2**14, 1000) is None
    assert "SIGKILL" in found.failure
    found.stop()


@pytest.mark.parametrize(("days", "times"), [(0, 0), (29, 0), (31, 1), (-1, 1)])
def test_what_is_kept_expires_and_a_day_ahead_is_not_believed(measured, days, times):
    ceilings.keep(HERE, planted(days))
    made = ceilings.known(HERE, [1])
    assert measured == [1] * times
    assert (set(made.roofs) == {"1"}) == bool(times)
    assert (made.dispatch_ns == {}) == bool(times)


@pytest.mark.parametrize(
    "changes", [{"measured_at": ""}, {"measured_at": "2026-01-01"}, {"schema_version": 1}], ids=str
)
def test_what_an_earlier_version_kept_is_measured_anew(measured, changes):
    ceilings.keep(HERE, planted(**changes))
    ceilings.known(HERE, [1])
    assert measured == [1]


def test_what_contradicts_itself_is_measured_again_and_the_best_of_all_tries_kept(monkeypatch, cache, capsys):
    better = Roof([(8192, 180e9), (2**20, 60e9), (2**28, 15e9)], ROOF.flops, 40.0)
    ceilings.keep(HERE, planted(roofs={"1": ROOF, "2": LATE}))
    counts = measuring(monkeypatch, better)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ceilings.known(HERE, [1, 2]).roofs["2"]
    assert counts == [2]
    assert "measuring again: 2 threads did less than 1" in capsys.readouterr().err
    assert found == Roof([(8192, 180e9), (2**20, 60e9), (2**28, 20e9)], ROOF.flops, 36.0)
    assert kept(cache).roofs["2"] == found
    ceilings.known(HERE, [1, 2])
    assert counts == [2]


def test_what_is_measured_for_the_first_time_is_measured_again_where_it_contradicts_itself(monkeypatch):
    counts = measuring(monkeypatch, ROOF, LATE, ROOF)
    assert ceilings.known(HERE, [1, 2]).roofs["2"] == ROOF
    assert counts == [1, 2, 2]


def test_doubts_that_stay_are_told_each_time_with_the_remedy(monkeypatch):
    less = msgspec.structs.replace(ROOF, flops={"float64": 1e9, "float32": 1e9})
    ceilings.keep(HERE, planted(roofs={"1": ROOF, "2": less}))
    for _ in range(2):
        counts = measuring(monkeypatch, less, less, less)
        with pytest.warns(UserWarning, match="2 threads did less than 1 when .* busy; .*rooflinear machine --fresh"):
            assert ceilings.known(HERE, [1, 2]).roofs["2"].flops == ROOF.flops
        assert counts == [2, 2]


def test_a_doubt_of_threads_that_nobody_asked_for_is_not_told(measured):
    ceilings.keep(HERE, planted(roofs={"1": ROOF, "2": LATE}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ceilings.known(HERE, [1])
        ceilings.known(HERE, [])
    assert measured == []


def test_what_was_measured_is_kept_and_what_follows_from_it_is_told(monkeypatch, cache):
    dip = msgspec.structs.replace(ROOF, read=[(8192, 60e9), (2**20, 90e9), (2**28, 20e9)])
    measuring(monkeypatch, dip)
    assert ceilings.known(HERE, [1]).roofs["1"].read == [(8192, 90e9), (2**20, 90e9), (2**28, 20e9)]
    assert kept(cache).roofs["1"] == dip


@pytest.mark.filterwarnings("ignore:2 threads did less than 1")
def test_a_second_measurement_that_fails_leaves_the_first(monkeypatch):
    def failing(threads):
        raise ceilings.CannotFinish("no memory")

    ceilings.keep(HERE, planted(roofs={"1": ROOF, "2": LATE}))
    monkeypatch.setattr(ceilings, "measure", failing)
    with pytest.warns(UserWarning, match="ceilings stay as they are: no memory"):
        assert set(ceilings.known(HERE, [1, 2]).roofs) == {"1", "2"}


def test_what_a_run_read_is_known_to_it_and_to_the_next(cache):
    ceilings.keep(HERE, planted(roofs={"1": LATE}))
    case = Case("suite", "r2", "python", {"m": 100}, {}, "float64", 1, "cpu")
    result = Result(case=case, footprint_bytes=8192.0, reads=[(0, 1.0), (1, 0.005)])
    run = ceilings.learned(run_with(planted(roofs={"1": LATE})), {"numpy": 250.0, "dask": 174e6}, [result])
    for made in (run.ceilings, kept(cache)):
        assert made.roofs["1"].read[0] == (8192, pytest.approx(200e9))
        assert made.dispatch_ns == {"numpy": 250.0}


def test_a_run_without_ceilings_keeps_none(cache):
    run = ceilings.learned(run_with(Ceilings()), {"numpy": 250.0}, [])
    assert run.ceilings.dispatch_ns == {"numpy": 250.0}
    assert list(cache.rglob("*.json")) == []


def test_ceilings_that_a_run_contradicts_are_the_better_of_two_measurements(monkeypatch, cache):
    faster = msgspec.structs.replace(ROOF, flops={"float64": 80e9, "float32": 90e9})
    ceilings.keep(HERE, planted())
    counts = measuring(monkeypatch, faster)
    run = ceilings.measured_again(run_with(planted()), [2, 64])
    assert counts == [2]
    for made in (run.ceilings, kept(cache)):
        assert made.roofs["2"].flops == {"float64": 80e9, "float32": 100e9}
        assert made.roofs["1"].flops == ROOF.flops


def test_an_empty_call_of_each_installed_library_is_measured_once(tiny, capsys):
    made = dispatch.with_dispatch(HERE, planted(dispatch_ns={}), tiny)
    assert list(made.dispatch_ns) == ["numpy"]
    assert 20 < made.dispatch_ns["numpy"] < 1e6
    assert "an empty call of numpy" in capsys.readouterr().err
    assert dispatch.with_dispatch(HERE, made, tiny) is made
    assert capsys.readouterr().err == ""
    assert ceilings.known(HERE, [1]).dispatch_ns == made.dispatch_ns


def test_a_stray_empty_call_is_not_kept(tiny, monkeypatch):
    """53 ms of JAX were kept for ever: its compiler's."""
    started = Started(0, "", {}, 0, dispatch_ns=53e6)
    monkeypatch.setattr("rooflinear.bench.runner.slot.Slot.start", lambda slot: started)
    with pytest.warns(UserWarning, match="an empty call of numpy took 53 ms: the machine was busy; not stored"):
        assert dispatch.with_dispatch(HERE, planted(dispatch_ns={}), tiny).dispatch_ns == {}
    assert ceilings.known(HERE, [1]).dispatch_ns == {}


def test_a_library_that_fails_is_told_and_left_out(tmp_path):
    failing = suite.load(write_suite(tmp_path / "failing", plain="raise OSError('broken')\n" + NUMPY))
    with pytest.warns(UserWarning, match="an empty call of numpy was not measured: .*broken"):
        assert dispatch.with_dispatch(HERE, planted(dispatch_ns={}), failing).dispatch_ns == {}


def test_a_library_is_asked_by_the_implementation_of_its_name(tmp_path):
    folder = write_suite(tmp_path / "several", numpy=NUMPY, zebra=NUMPY, alpha=NUMPY)
    assert dispatch.libraries(suite.load(folder))["numpy"].stem == "numpy"


def test_text_shows_bandwidth_by_cache_peaks_and_empty_calls():
    described = msgspec.structs.replace(HERE, caches_bytes={"L1d": 2**15, "L1i": 2**15, "L3": 2**25})
    shown = lines(described, planted(dispatch_ns={"torch": 1200.0, "numpy": 300.0}))
    assert shown[0].split() == ["read", "bandwidth", "1", "thread", "2", "threads"]
    assert [line.split()[2] for line in shown[1:4]] == ["L1d", "L3", "memory"]
    assert "100 GB/s" in shown[1]
    assert " ".join(shown[4].split()) == "peak arithmetic 1 thread float64 50.0 Gflop/s float32 100 Gflop/s"
    assert [line.split()[-3:] for line in shown[6:]] == [
        ["(function)", "36.0", "ns"],
        ["numpy", "300", "ns"],
        ["torch", "1.20", "µs"],
    ]


def test_text_tells_of_busy_programs_below_the_ceilings():
    told = "the ceilings for 1 thread were measured while other programs were busy (stress (pid 7) 100 % of a core)"
    assert lines(HERE, planted(roofs={"1": BUSY, "2": ROOF}))[-1] == f"{'remark':18} {told}, and may be too low"


def test_text_of_a_machine_without_ceilings_is_empty():
    assert lines(HERE, Ceilings()) == []


def test_machine_tells_its_ceilings_to_machines(tiny, measured, capsys):
    ceilings.keep(HERE, planted(roofs={}))
    assert inspect.show_machine(MachineRequest(json=True)) == 0
    found = json.loads(capsys.readouterr().out)["ceilings"]
    assert found["roofs"]["1"]["flops"] == ROOF.flops
    assert found["dispatch_ns"] == {"numpy": 300.0}


def test_machine_measures_anew_only_when_asked(tiny, measured, capsys, monkeypatch):
    monkeypatch.setattr(machine, "NOISE_SECONDS", 0.1)
    inspect.show_machine(MachineRequest())
    once = list(measured)
    inspect.show_machine(MachineRequest())
    assert measured == once
    inspect.show_machine(MachineRequest(fresh=True))
    assert measured == once * 2
    assert "peak arithmetic" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:.*may be too low")
def test_machine_measures_in_earnest(tiny, small, warm, cache, capsys, monkeypatch):
    """On few working sets, by a meter whose compiled code is kept."""
    monkeypatch.setattr(machine, "NOISE_SECONDS", 0.1)
    monkeypatch.setattr(inspect.options, "thread_ladder", lambda cores: [1])
    assert inspect.show_machine(MachineRequest()) == 0
    told = capsys.readouterr()
    assert "measuring what this machine can do on 1 thread" in told.err
    assert "read bandwidth" in told.out
    assert "an empty call" in told.out
    assert kept(cache).dispatch_ns.keys() == {"numpy"}
    compiled = {path.name.split("-")[0] for path in (cache / "rooflinear" / "compiled").resolve().rglob("*.nbc")}
    assert compiled >= {"ceiling_worker._read", "ceiling_worker._multiply_add"}


def test_ctrl_c_while_measuring_ends_everything(rooflinear, tiny, warm, cache):
    process = rooflinear.start("machine")
    assert process.stderr.readline().startswith("measuring")
    process.send_signal(signal.SIGINT)
    outcome = rooflinear.finish(process)
    assert (outcome.status, outcome.stderr.strip()) == (130, "interrupted")
    assert rooflinear.survivors() == []


@pytest.mark.usefixtures("unnoticed")
def test_a_peak_kept_too_low_is_measured_again_at_the_end_of_a_run(tmp_path, tiny, warm, small, cache):
    slow = msgspec.structs.replace(ROOF, flops={"float64": 1e3, "float32": 1e3})
    ceilings.keep(HERE, planted(roofs={"1": slow}))
    outcome = CliRunner().invoke(app, RUN)
    assert outcome.exit_code == 0
    assert (
        "measuring again what this machine can do on 1 thread: a case took less time than its limit" in outcome.stderr
    )
    assert "warning" not in outcome.stdout
    [folder] = (tmp_path / "results").iterdir()
    assert read_run(folder).ceilings.roofs["1"].flops["float64"] > 1e7
    for roof in kept(cache).roofs.values():  # none beside other tests
        assert roof.flops["float64"] > 1e7


@pytest.mark.usefixtures("unnoticed")
def test_a_cost_stated_too_high_is_told_as_a_fault_and_is_no_failure(measured, warm, tmp_path, monkeypatch):
    operations = OPERATIONS.replace('(sizes["m"], 2 * itemsize * sizes["m"])', '(1e12, 2 * itemsize * sizes["m"])')
    assert operations != OPERATIONS
    write_suite(tmp_path / "kernels", operations=operations)
    monkeypatch.chdir(tmp_path)
    ceilings.keep(HERE, planted(roofs={"1": ROOF}))
    outcome = CliRunner().invoke(app, RUN)
    assert outcome.exit_code == 0
    assert measured == [1]
    assert "warning: 1 case took less time than this machine's limit allows" in outcome.stdout
    assert "double/plain m=1000 float64" in outcome.stdout


def test_a_run_whose_meter_dies_has_times_and_no_limits(warm, tiny, tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "numba.py").write_text("raise ImportError('no numba here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    with pytest.warns(UserWarning, match="times without limits: .*no numba here"):
        outcome = CliRunner().invoke(app, RUN)
    assert outcome.exit_code == 0
    assert "1 ok, 1 missing" in outcome.stdout
    [folder] = (tmp_path / "results").iterdir()
    assert read_run(folder).ceilings.roofs == {}
