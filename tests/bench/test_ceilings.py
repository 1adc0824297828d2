"""What the machine can do: measured once, kept, measured anew where it must be, and never a reason to crash."""

import json
import os
import signal
import time
from itertools import pairwise

import msgspec
import pytest

from rooflinear.bench import ceilings, dispatch, facts, machine, suite
from rooflinear.bench.ceilings_text import lines
from rooflinear.bench.records import Ceilings, Roof
from rooflinear.bench.store import read_run

from .made import NUMPY, write_suite

ROOF = Roof([(8192, 100e9), (2**20, 50e9), (2**28, 20e9)], {"float64": 50e9, "float32": 100e9})
HERE = machine.describe()
RUN = ["--operation", "double", "--preset", "quick", "--size", "m=1000", "--threads", "1"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


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


def planted(**changes):
    fields = {"machine": HERE.identity, "roofs": {"1": ROOF, "2": ROOF}, "dispatch_ns": {"numpy": 300.0}}
    return Ceilings(**fields | changes)


def test_working_sets_rise_by_twos_to_far_beyond_the_last_cache():
    sets = ceilings.working_sets()
    assert sets[0] == ceilings.SMALLEST_BYTES
    assert all(after == 2 * before for before, after in pairwise(sets))
    assert sets[-1] >= max(4 * size for size in HERE.caches_bytes.values())


@pytest.mark.parametrize(
    ("held", "rate"), [(8192, 100e9), (2**20, 50e9), (1, 100e9), (2**40, 20e9), (2**24, 35e9)], ids=str
)
def test_a_bandwidth_lies_between_those_of_its_neighbours(held, rate):
    assert ceilings.bytes_per_second(ROOF, held) == pytest.approx(rate)


def test_a_meter_s_ceilings_are_those_of_a_computer(monkeypatch):
    """Measured in earnest, on few working sets."""
    monkeypatch.setattr(ceilings, "working_sets", lambda: [2**14, 2**22])
    monkeypatch.setattr(ceilings, "TRIES", 2)
    roof = ceilings.measure(1)
    assert [held for held, _ in roof.read] == [2**14, 2**22]
    assert all(1e6 < rate < 1e13 for _, rate in roof.read)
    assert all(1e6 < rate < 1e13 for rate in roof.flops.values())


def test_what_was_measured_once_is_kept(measured):
    first = ceilings.known(HERE, [1, 2])
    assert ceilings.known(HERE, [1, 2]) == first
    assert measured == [1, 2]


def test_only_what_is_missing_is_measured(measured):
    ceilings.known(HERE, [1])
    assert set(ceilings.known(HERE, [1, 2]).roofs) == {"1", "2"}
    assert measured == [1, 2]


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
    with pytest.warns(UserWarning, match=r"cannot keep this machine's ceilings in .*XDG_CACHE_HOME"):
        assert "1" in ceilings.known(HERE, [1]).roofs


def test_a_user_without_a_home_has_ceilings(measured, monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("no home directory")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.home", homeless)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert "1" in ceilings.known(HERE, [1]).roofs
    assert list((tmp_path / "rooflinear").iterdir())


def test_a_meter_that_cannot_start_costs_the_limits_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('no numba here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.warns(UserWarning, match="times without limits: .*no numba here"):
        assert ceilings.known(HERE, [1]).roofs == {}


def test_a_meter_that_dies_answers_nothing_from_then_on():
    meter = ceilings.Meter(1)
    assert meter.read_ns_per_byte(0, 2**14, 1000)
    os.kill(meter._child._process.pid, signal.SIGKILL)
    assert meter.read_ns_per_byte(1, 2**14, 1000) is None
    assert meter.read_ns_per_byte(2, 2**14, 1000) is None
    assert "SIGKILL" in meter.failure
    meter.stop()


@pytest.mark.parametrize(
    ("slower", "doubt"),
    [
        (Roof([(8192, 80e9)], ROOF.flops), True),
        (Roof(ROOF.read, {"float64": 40e9, "float32": 100e9}), True),
        (Roof([(8192, 95e9)], ROOF.flops), False),
    ],
    ids=["bandwidth", "flops", "nearly as much"],
)
def test_more_threads_that_did_less_are_doubted(slower, doubt):
    found = ceilings.doubts(planted(roofs={"1": ROOF, "2": slower}))
    assert found.startswith("2 threads did less than 1") == doubt


def test_doubtful_ceilings_are_told_each_time_with_the_remedy():
    ceilings.keep(HERE, planted(roofs={"1": ROOF, "2": Roof([(8192, 1e9)], ROOF.flops)}))
    with pytest.warns(UserWarning, match="rooflinear machine --fresh"):
        ceilings.known(HERE, [1, 2])


def test_an_empty_call_of_each_installed_library_is_measured_once(tiny, capsys):
    made = dispatch.with_dispatch(HERE, planted(dispatch_ns={}), tiny)
    assert list(made.dispatch_ns) == ["numpy"]
    assert 1 < made.dispatch_ns["numpy"] < 1e9
    assert "an empty call of numpy" in capsys.readouterr().err
    assert dispatch.with_dispatch(HERE, made, tiny) is made
    assert capsys.readouterr().err == ""
    assert ceilings.known(HERE, [1]).dispatch_ns == made.dispatch_ns


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
    assert [line.split()[-3] for line in shown[6:]] == ["numpy", "torch"]


def test_text_of_a_machine_without_ceilings_is_empty():
    assert lines(HERE, Ceilings()) == []


def test_machine_tells_its_ceilings_to_machines(tiny, measured, capsys):
    ceilings.keep(HERE, planted(roofs={}))
    assert facts.show_machine(as_json=True) == 0
    found = json.loads(capsys.readouterr().out)["ceilings"]
    assert found["roofs"]["1"]["flops"] == ROOF.flops
    assert found["dispatch_ns"] == {"numpy": 300.0}


def test_machine_measures_anew_only_when_asked(tiny, measured, capsys):
    facts.show_machine(as_json=False)
    once = list(measured)
    facts.show_machine(as_json=False)
    assert measured == once
    facts.show_machine(as_json=False, fresh=True)
    assert measured == once * 2
    assert "peak arithmetic" in capsys.readouterr().out


def test_machine_measures_in_earnest(rooflinear, tiny, cache):
    outcome = rooflinear("machine")
    assert outcome.status == 0
    assert "read bandwidth" in outcome.stdout
    assert "an empty call" in outcome.stdout
    [file] = cache.rglob("*.json")
    assert msgspec.json.decode(file.read_bytes(), type=Ceilings).dispatch_ns.keys() == {"numpy"}


def test_ctrl_c_while_measuring_ends_everything(rooflinear, tiny, cache):
    process = rooflinear.start("machine")
    assert process.stderr.readline().startswith("measuring")
    process.send_signal(signal.SIGINT)
    outcome = rooflinear.finish(process)
    assert (outcome.status, outcome.stderr.strip()) == (130, "interrupted")
    deadline = time.monotonic() + 10
    while rooflinear.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert rooflinear.processes() == []


def test_a_ceiling_planted_too_low_is_told_as_a_fault_and_is_no_failure(rooflinear, tiny):
    slow = Roof(ROOF.read, {"float64": 1e3, "float32": 1e3})
    ceilings.keep(HERE, planted(roofs={"1": slow}))
    outcome = rooflinear("run", *RUN)
    assert outcome.status == 0
    assert "warning: 1 case took less time than this machine's limit allows" in outcome.stdout
    assert "double/plain m=1000 float64" in outcome.stdout


def test_a_run_whose_meter_dies_has_times_and_no_limits(rooflinear, tiny, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "numba.py").write_text("raise ImportError('no numba here')")
    outcome = rooflinear("run", *RUN, environment={"PYTHONPATH": str(tmp_path / "broken")})
    assert outcome.status == 0
    assert "times without limits" in outcome.stderr
    assert "1 ok, 1 missing" in outcome.stdout
    [folder] = rooflinear.runs()
    assert read_run(folder).ceilings.roofs == {}
