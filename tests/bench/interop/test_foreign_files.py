"""What files of asv, pytest-benchmark and pyperf hold means what their tools mean."""

import json

import msgspec
import pytest

from rooflinear.bench import interop
from rooflinear.bench.errors import UsageError
from rooflinear.bench.interop.foreign import NOBODY, timed
from rooflinear.bench.records import Case, Sample

from . import foreign_files as files
from .test_foreign_names import cases, labels, read
from .test_interop import a_run, results

CASE = Case("kernels", "gradient", "numpy", {"m": 100, "n": 2}, {}, "float64", 2, "cpu")
KEPT = msgspec.to_builtins(CASE)
TICK = 0.015625


def only(content):
    (found,) = read(content)
    return found


@pytest.mark.parametrize("word", ["worst", 3, None, {"operation": "mine"}, {**KEPT, "sizes": "many"}, [KEPT]])
@pytest.mark.parametrize("key", ["case", "rooflinear"])
def test_a_word_of_the_user_is_not_ours(key, word):
    found = only(files.pytest_benchmark(files.measured("t.py::test", extra={key: word, "first_call_ns": "late"})))
    assert (found.case.label, found.status, found.first_call_ns) == ("t.py::test", "ok", None)


def test_a_word_of_the_user_about_the_whole_file_is_not_ours():
    content = files.pytest_benchmark(files.measured("t.py::test"))
    assert only({**content, "rooflinear": {"branch": "main"}}).case.label == "t.py::test"
    with pytest.raises(UsageError, match="a rooflinear record in it is damaged"):
        read({**content, "rooflinear": {"run": {}, "results": []}})


@pytest.mark.parametrize("old", [True, False], ids=["before", "now"])
def test_our_own_record_is_read_before_and_now(old):
    record = {"case": KEPT, "source_sha256": "s", "inputs_sha256": "i", "first_call_ns": 7}
    found = only(
        files.pytest_benchmark(files.measured("t.py::test_quick", extra=record if old else {"rooflinear": record}))
    )
    assert (found.case, found.benchmark, found.warning) == (CASE, None, "")
    assert (found.source_sha256, found.inputs_sha256, found.first_call_ns) == ("s", "i", 7)


@pytest.mark.parametrize("damage", [{"case": {**KEPT, "threads": "two"}}, {"case": KEPT, "first_call_ns": "late"}])
def test_a_damaged_record_of_ours_is_said(damage):
    with pytest.raises(UsageError, match="a rooflinear record in it is damaged"):
        read(files.pytest_benchmark(files.measured("t.py::test", extra={"rooflinear": damage})))


def test_one_case_under_two_names_is_refused():
    found = [files.measured(f"t.py::test_{name}", extra={"rooflinear": {"case": KEPT}}) for name in "ab"]
    with pytest.raises(UsageError, match="'test_a' and 'test_b' would be one case"):
        read(files.pytest_benchmark(*found))


def test_our_export_keeps_cases_under_our_own_key():
    written = json.loads(interop.WRITERS["pytest-benchmark"](a_run(), results()))["benchmarks"]
    assert {tuple(each["extra_info"]) for each in written} == {("rooflinear",)}


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        ([0.0] * 18 + [TICK] * 2, "unsupported"),
        ([0.0] * 8 + [TICK] * 12, "unsupported"),
        ([0.0] * 3, "unsupported"),
        ([0.0] * 2 + [TICK] * 3 + [2 * TICK] * 6, "ok"),
        ([0.0] + [1e-3 + k * 1e-6 for k in range(9)], "ok"),
        ([TICK] * 20, "ok"),
    ],
)
def test_where_most_samples_lie_below_the_clocks_resolution_there_is_no_time(seconds, status):
    found = only(files.pytest_benchmark(files.measured("t.py::test", seconds)))
    assert found.status == status
    if status == "ok":
        assert [each.wall_ns for each in found.samples] == [round(each * 1e9) for each in seconds]
    else:
        assert found.reason.startswith("the clock is too coarse: most samples read 0")
        assert ("0.0156 s" in found.reason) == (TICK in seconds)
        assert not found.samples


@pytest.mark.parametrize(("q1", "median", "status"), [(0.0, TICK, "unsupported"), (2 * TICK, 3 * TICK, "ok")])
def test_quantiles_tell_a_coarse_clock_where_samples_were_not_kept(q1, median, status):
    """What ``--benchmark-autosave`` writes."""
    each = files.measured("t.py::test")
    each["stats"] = {"min": 0.0, "q1": q1, "median": median, "q3": 4 * TICK, "max": 1, "iterations": 1}
    assert only(files.pytest_benchmark(each)).status == status


def test_asv_says_a_coarse_clock_too():
    found = only(files.asv({"io.time_read": ([0.0], [])}))
    assert (found.status, found.reason) == ("unsupported", "the clock is too coarse: most samples read 0")


def test_what_is_no_time_is_left_out_and_counted():
    found = timed([1e-3, -1e-3, float("nan"), float("inf"), "1", True, 1e300], 1)
    assert found.samples == [Sample(0, 0, 1_000_000, 0, 1)]
    assert found.warning == "not verified; 6 of 7 samples are not times and are left out"
    assert timed([float("nan")]) == msgspec.structs.replace(
        timed([]), case=NOBODY, status="crashed", reason="the file has no time for it"
    )


@pytest.mark.parametrize("seconds", [4.7837e-10, 3e-10, 1.5e-9, 1.23456789e-9, 12.345678e-9, 1e-12, 4.5e-3])
@pytest.mark.parametrize("calls", [1, 3, 100_000])
def test_a_sample_is_not_rounded_to_whole_ns(seconds, calls):
    (sample,) = timed([seconds], calls).samples
    assert sample.wall_ns / sample.calls / 1e9 == pytest.approx(seconds, rel=1e-6)
    assert sample.calls % calls == 0


def test_calls_stay_what_they_were_where_whole_ns_lose_nothing():
    assert [(each.wall_ns, each.calls) for each in timed([4.587000148603693e-06, 1e-3], 1).samples] == [
        (4587, 1),
        (1_000_000, 1),
    ]


@pytest.mark.parametrize("calls", [-1, 10**13])
def test_so_many_calls_cannot_be(calls):
    with pytest.raises(ValueError, match="calls in one sample"):
        timed([1e-3], calls)


def test_contenders_are_what_shares_a_group():
    found = cases(
        files.pytest_benchmark(
            *(
                files.measured(
                    f"a.py::test_sum[{engine}-{n}]",
                    group="sums",
                    param=f"{engine}-{n}",
                    params={"engine": engine, "n": n},
                )
                for engine in ("list", "range")
                for n in (10, 100)
            ),
            *(files.measured(f"a.py::test_old[{n}]", group="sums", param=str(n), params={"n": n}) for n in (10, 100)),
        )
    )
    names = ["a.py::test_sum engine=list", "a.py::test_sum engine=range", "a.py::test_old"]
    assert [(each.operation, each.implementation, each.sizes, each.parameters) for each in found] == [
        ("sums", name, {"n": n}, {}) for name in names for n in (10, 100)
    ]


def test_what_some_of_a_group_lack_is_no_size():
    content = files.pytest_benchmark(
        files.measured("a.py::test_n[10]", group="g", param="10", params={"n": 10}),
        files.measured("a.py::test_all", group="g"),
    )
    assert [(each.implementation, each.sizes) for each in cases(content)] == [
        ("a.py::test_n n=10", {}),
        ("a.py::test_all", {}),
    ]


def test_without_groups_nothing_competes():
    found = cases(
        files.pytest_benchmark(
            *map(files.measured, ["tests/perf/test_io.py::test_sum", "tests/perf/test_io.py::test_len"])
        )
    )
    assert [(each.operation, each.implementation) for each in found] == [
        ("tests/perf/test_io.py::test_sum", ""),
        ("tests/perf/test_io.py::test_len", ""),
    ]


UNKNOWN = "UNSERIALIZABLE[<function f at 0x7f{}>]"


@pytest.mark.parametrize(
    ("params", "identity", "shown"),
    [
        ({"fn": UNKNOWN.format("01")}, "f", {"fn": "f"}),
        ({"n": "x", "fn": UNKNOWN.format("01")}, "x-f", {"n": "x", "fn": "f"}),
        ({"n": "a-b", "fn": UNKNOWN.format("01")}, "a-b-f", {"n": "a-b", "fn": "<function f>"}),
        ({"n": 3.5, "fn": UNKNOWN.format("01")}, "small-f", {"n": "3.5", "fn": "<function f>"}),
        ({"n": None, "data": list(range(1000))}, "None-data0", {"n": "None", "data": "data0"}),
        ({"text": "x" * 1000}, "long", {"text": "long"}),
        ({"fn": "<f at 0x7f01>"}, "<f at 0x7f01>", {"fn": "<f>"}),
        ({"fn": "'x'", "flag": True}, "'x'-True", {"fn": "\"'x'\"", "flag": "True"}),
    ],
)
def test_what_has_no_text_is_told_by_its_id(params, identity, shown):
    found = only(files.pytest_benchmark(files.measured(f"t.py::test[{identity}]", param=identity, params=params)))
    assert found.case.parameters == shown


def test_parameters_that_differ_by_an_address_are_the_same():
    """Two runs of one test: what ``ids=str`` and ``repr`` say of functions is another text each time."""

    def run(address):
        ids = [f"<function f at 0x{address}>", f"<function g at 0x{address}9>", f"<function f at 0x{address}8>"]
        found = [files.measured(f"t.py::test[{id}]", param=id, params={"fn": f"UNSERIALIZABLE[{id}]"}) for id in ids]
        return [each.benchmark for each in read(files.pytest_benchmark(*found))]

    assert run("7f01") == run("55aa")
    assert [each.name for each in run("7f01")] == [
        "t.py::test[<function f> (0)]",
        "t.py::test[<function g>]",
        "t.py::test[<function f> (1)]",
    ]
    old, new = (files.asv({"io.time_f": ([1.0, 1.0], [[f"<f at 0x{a}1>", f"<f at 0x{a}2>"]])}) for a in ("1", "2"))
    assert [each.benchmark for each in read(old)] == [each.benchmark for each in read(new)]


KINDS = {
    "io.time_read": True, "io.TimeSuite.time_read": True, "io.TimeRead": True, "io.Time_read": True,
    "io.timeraw_import": True, "io.TimerawImport": True, "other.name.time_it": True,
    "io.mem_list": False, "io.MemList": False, "io.peakmem_read": False, "io.PeakMemRead": False,
    "io.track_loss": False, "io.TrackLoss": False, "io.Timer": False, "io.Timeout.run": False, "io.timely": False,
}  # fmt: skip


def test_kinds_are_told_by_names_as_asv_does():
    found = read(files.asv(dict.fromkeys(KINDS, 1.0)))
    assert {each.case.operation: each.status == "ok" for each in found} == KINDS
    reasons = {each.case.operation: each.reason for each in found}
    assert reasons["io.peakmem_read"] == "asv: a benchmark of kind 'peakmemory' has no time"
    assert reasons["io.Timer"] == "asv: neither its name nor benchmarks.json says what it measures"


@pytest.mark.parametrize(
    ("name", "told", "reason"),
    [
        ("io.Suite.renamed", {"type": "time", "unit": "seconds"}, ""),
        ("io.Suite.renamed", {"type": "timeraw", "unit": "seconds"}, ""),
        ("io.time_read", {"type": "track", "unit": "items"}, "asv: a benchmark of kind 'track' in items has no time"),
        ("io.track_a", {"type": "time", "unit": "bytes"}, "asv: a benchmark of kind 'time' in bytes has no time"),
        ("io.time_x", {"type": "memory", "unit": "bytes"}, "asv: a benchmark of kind 'memory' in bytes has no time"),
    ],
)
def test_benchmarks_json_tells_kinds_where_it_is_there(name, told, reason, tmp_path):
    path = files.asv_folder(tmp_path, {name: 1.0}, {name: {"name": name, **told}})
    (found,) = interop.read(path)[1]
    assert (found.status, found.reason) == ("unsupported" if reason else "ok", reason)


@pytest.mark.parametrize("beside", [True, False], ids=["where asv puts it", "in the same folder"])
def test_parameters_have_their_names_from_benchmarks_json(beside, tmp_path):
    told = {"io.time_f": {"type": "time", "param_names": ["engine", "n"]}}
    path = files.asv_folder(tmp_path, {"io.time_f": ([1.0] * 2, [["'a'"], ["10", "20"]])}, told)
    if not beside:
        (tmp_path / "benchmarks.json").rename(path.parent / "benchmarks.json")
    run, found = interop.read(path)
    assert [(each.case.parameters, each.case.sizes) for each in found] == [
        ({"engine": "'a'"}, {"n": 10}),
        ({"engine": "'a'"}, {"n": 20}),
    ]
    assert len(run.warnings) == 1


@pytest.mark.parametrize("names", [None, ["n"], ["n", "n"], ["n", ""]])
def test_without_names_parameters_are_told_by_their_place(names, tmp_path):
    told = None if names is None else {"io.time_f": {"type": "time", "param_names": names}}
    path = files.asv_folder(tmp_path, {"io.time_f": ([1.0], [["'a'"], ["'b'"]])}, told)
    run, (found,) = interop.read(path)
    assert found.case.parameters == {"param1": "'a'", "param2": "'b'"}
    assert (names is None) == any(f"no {tmp_path / 'benchmarks.json'}" in each for each in run.warnings)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32505856", 31 * 2**30), ("8054652", 8054652 * 1024), ("263921000", 263921000 * 1024),
        ("25276502016", 25276502016), ("536870912", 2**29), ("17179869184", 2**34), ("123456789012", 123456789012),
        ("16", None), ("16384", None), ("4GB", None), ("", None),
    ],
)  # fmt: skip
def test_memory_in_kilobytes_is_not_taken_for_bytes(text, size, tmp_path):
    path = files.asv_folder(tmp_path, {"io.time_f": 1.0}, machine={"ram": text})
    assert interop.read(path)[0].machine.memory_bytes == size


@pytest.mark.parametrize("results", [{"io.time_f": 1.0}, {"io.time_f": {"result": [1.0], "params": [["1"]]}}])
def test_a_file_of_version_1_is_named_as_such(results, tmp_path):
    content = {
        "commit_hash": "c" * 40, "date": 0, "params": {}, "profiles": {}, "python": "3.6", "requirements": {},
        "results": results, "version": 1,
    }  # fmt: skip
    with pytest.raises(UsageError, match=r"asv results of version 1; needs 2 .* 'asv update'"):
        interop.read(files.written(tmp_path / "f.json", content))


@pytest.mark.parametrize("name", ["benchmarks.json", "machine.json"])
def test_what_lies_beside_results_of_asv_is_named_as_such(name, tmp_path):
    with pytest.raises(UsageError, match="is beside asv's results; give results/"):
        interop.read(files.written(tmp_path / name, {"version": 2, "io.time_f": {}}))


def test_failed_and_skipped_combinations_are_counted():
    found = read(files.asv({"io.time_f": ([1.0, None, float("nan")], [["1", "2", "3"]]), "io.time_g": (None, [])}))
    assert [(each.status, each.reason) for each in found] == [
        ("ok", ""),
        ("crashed", "asv: failed"),
        ("skipped", "asv: skipped"),
        ("crashed", "asv: failed"),
    ]


def test_pyperf_in_other_units_is_unsupported_beside_times():
    units = {"read": "second", "memory": "byte", "count": "integer"}
    told = {name: {"metadata": {"name": name, "unit": unit}, "runs": [{"values": [5]}]} for name, unit in units.items()}
    found = read(files.pyperf({**told, "plain": 1e-3}))
    assert {each.case.operation: (each.status, each.reason) for each in found} == {
        "read": ("ok", ""),
        "memory": ("unsupported", "unit byte: no time"),
        "count": ("unsupported", "unit integer: no time"),
        "plain": ("ok", ""),
    }


def test_pyperf_told_by_its_common_metadata():
    """What all benchmarks share stands once in a file."""
    content = files.pyperf({"a": {"runs": [{"warmups": [[1, 5]]}, {"values": [5]}]}}, name="mem", unit="byte")
    assert [(each.case.label, each.status) for each in read(content)] == [("mem", "unsupported")]
    content = files.pyperf({"a": {"runs": [{"warmups": [[1, 5]]}]}}, name="mem", unit="byte")
    assert only(content).reason == "unit byte: no time"


def test_pyperf_that_only_calibrated_has_no_time():
    found = only(files.pyperf({"read": [{"warmups": [[1, 1e-3]]}]}))
    assert (found.case.label, found.status, found.reason) == ("read", "crashed", "the file has no time for it")


def test_benchmarks_of_pyperf_without_a_name_are_numbered():
    nameless = [{"runs": [{"values": [seconds]}]} for seconds in (1e-3, 2e-3)]
    content = files.pyperf({"a": nameless[0], "benchmark 1 without a name": 1e-3, "b": nameless[1]})
    assert labels(content) == [f"benchmark {place} without a name" for place in (2, 1, 3)]


def test_pyperf_of_an_older_version_says_what_helps():
    with pytest.raises(UsageError, match=r"version 6; needs 1\.0, which 'pyperf convert' writes"):
        read({**files.pyperf({"a": 1.0}), "version": 6})


def test_a_zero_among_times_is_not_written_for_pyperf(tmp_path):
    """pyperf refuses a file with a value of 0."""
    run, found = interop.read(
        files.written(tmp_path / "f.json", files.pytest_benchmark(files.measured("t.py::t", [0.0, 1e-3, 2e-3, 3e-3])))
    )
    written = json.loads(interop.WRITERS["pyperf"](run, found))
    assert written["benchmarks"][0]["runs"][0]["values"] == [1e-3, 2e-3, 3e-3]
    again = tmp_path / "again.json"
    again.write_text(json.dumps(written))
    assert interop.read(again) == (run, found)


def test_benchmarks_of_a_file_share_no_round():
    """They were run one after the other."""
    content = files.pytest_benchmark(files.measured("t.py::a", [1e-3] * 3), files.measured("t.py::b", [1e-3] * 2))
    assert [[each.round for each in found.samples] for found in read(content)] == [[0, 1, 2], [3, 4]]


@pytest.mark.parametrize(("extra", "verified"), [({}, False), ({"rooflinear": {"case": KEPT}}, True)])
def test_what_another_tool_measured_is_not_verified_unless_our_suite_checked_it(extra, verified):
    found = only(files.pytest_benchmark(files.measured("t.py::test_quick", 1e-3, extra=extra)))
    assert (found.status, found.verified, found.warning) == ("ok", verified, "" if verified else "not verified")
