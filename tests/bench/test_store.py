"""Records survive the disk, a kill and a newer version."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooflinear.bench import store
from rooflinear.bench.commands import calibrate
from rooflinear.bench.commands import run as commands
from rooflinear.bench.commands.requests import CalibrateRequest, RunRequest
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.records import SCHEMA_VERSION, Case, Exit, Machine, Result, Run, Sample
from rooflinear.reports import report

from .made import SMOOTHING

texts = st.text(max_size=20)
whole = st.integers(0, 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
counts = st.dictionaries(texts, whole, max_size=3)
lines = st.lists(texts, max_size=3)

cases = st.builds(
    Case, *(texts,) * 3, counts, st.dictionaries(texts, whole | finite | texts, max_size=3), texts, whole, texts
)
samples = st.lists(st.builds(Sample, *(whole,) * 5, counts), max_size=3)
results = st.builds(
    Result,
    case=cases,
    status=st.sampled_from(["ok", "wrong", "unsupported", "missing", "timeout", "skipped", "crashed"]),
    reason=texts,
    error_over_bound=st.none() | finite,
    first_call_ns=st.none() | whole,
    compiled_ns=st.none() | whole,
    samples=samples,
    steady=st.none() | st.booleans(),
    pools=st.dictionaries(texts, whole | texts, max_size=3),
    exit=st.none() | st.builds(Exit, st.none() | texts, st.none() | st.integers(-64, 255), lines),
    block=whole,
)
machines = st.builds(
    Machine,
    name=texts,
    system=texts,
    cpu=texts,
    cores_available=whole,
    memory_bytes=st.none() | whole,
    caches_bytes=counts,
    load_1min=st.none() | finite,
    warnings=lines,
)
runs = st.builds(
    Run,
    command=lines,
    options=st.dictionaries(texts, whole | texts | finite, max_size=3),
    machine=machines,
    versions=st.dictionaries(texts, texts, max_size=3),
    environment=st.dictionaries(texts, texts, max_size=3),
    suite=texts,
    operations=st.just({"smooth": {"sizes": ["length"]}}),
    implementations=st.just({"numpy": {"library": "numpy"}}),
    dirty=st.none() | st.booleans(),
    finished_at=st.none() | texts,
)


def result(**changes):
    of = Case("smoothing", "smooth", "numpy", {"length": 100, "width": 3}, {}, "float64", 1, "cpu")
    return msgspec.structs.replace(Result(case=of, status="ok", samples=[Sample(0, 1, 2, 3, 4)]), **changes)


def stored(folder, *found):
    file = store.ResultFile(folder)
    for each in found:
        file.append(each)
    file.close()
    return folder / store.CASES


@given(results)
def test_a_result_survives_json(found):
    assert msgspec.json.decode(msgspec.json.encode(found), type=Result) == found


@given(runs)
def test_a_run_survives_the_disk(tmp_path_factory, found):
    folder = tmp_path_factory.getbasetemp() / "run"
    store.write_run(folder, found)
    assert store.read_run(folder) == found


@given(cases)
def test_equal_cases_have_one_key_and_hash(case):
    turned = msgspec.structs.replace(
        case,
        sizes=dict(reversed(case.sizes.items())),
        parameters=dict(reversed(case.parameters.items())),
    )
    assert turned == case
    assert turned.key == case.key
    assert hash(turned) == hash(case)


@pytest.mark.parametrize("change", [{"sizes": {"length": 101, "width": 3}}, {"threads": 2}, {"parameters": {"a": 1}}])
def test_cases_that_differ_have_different_keys(change):
    case = result().case
    assert msgspec.structs.replace(case, **change).key != case.key


def test_results_are_read_in_the_order_they_were_appended(tmp_path):
    stored(tmp_path, result(block=0), result(block=1))
    stored(tmp_path, result(block=2))
    assert [each.block for each in store.read_results(tmp_path)] == [0, 1, 2]


def test_a_folder_without_results_has_none(tmp_path):
    assert store.read_results(tmp_path) == []


def test_a_torn_last_line_is_dropped_with_a_warning(tmp_path):
    path = stored(tmp_path, result(block=0), result(block=1))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.warns(UserWarning, match="incomplete last line"):
        assert [each.block for each in store.read_results(tmp_path)] == [0]


def test_appending_after_a_torn_line_removes_it(tmp_path):
    path = stored(tmp_path, result(block=0), result(block=1))
    path.write_bytes(path.read_bytes()[:-40])
    stored(tmp_path, result(block=2))
    assert [each.block for each in store.read_results(tmp_path)] == [0, 2]


def test_a_result_is_on_disk_when_append_returns(tmp_path):
    file = store.ResultFile(tmp_path)
    file.append(result())
    assert store.read_results(tmp_path) == [result()]
    file.close()


@pytest.mark.parametrize(
    "content", ["{}", "nonsense", "[]", '{"schema_version": "1"}', '{"schema_version": 1}', "null"]
)
def test_a_line_that_is_no_record_is_named(tmp_path, content):
    path = stored(tmp_path, result())
    path.write_text(path.read_text() + content + "\n")
    with pytest.raises(UsageError, match=r"cases\.jsonl:2: not a rooflinear record"):
        store.read_results(tmp_path)


def test_an_unknown_status_is_no_record(tmp_path):
    path = stored(tmp_path, result())
    path.write_text(path.read_text().replace('"status":"ok"', '"status":"fine"'))
    with pytest.raises(UsageError, match="not a rooflinear record"):
        store.read_results(tmp_path)


def test_a_result_of_before_reasons_had_a_kind_is_read(tmp_path):
    path = stored(tmp_path, result(status="skipped", lack="memory"))
    line = json.loads(path.read_text())
    assert line.pop("lack") == "memory"
    assert line.pop("verified") is True
    path.write_text(json.dumps(line) + "\n")
    (read,) = store.read_results(tmp_path)
    assert (read.status, read.lack, read.verified) == ("skipped", None, True)


def test_a_field_of_a_later_version_is_passed_over(tmp_path):
    path = stored(tmp_path, result(block=3))
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": 1}) + "\n")
    assert [each.block for each in store.read_results(tmp_path)] == [3]


def test_an_unknown_kind_of_reason_is_no_record(tmp_path):
    path = stored(tmp_path, result(status="skipped", lack="memory"))
    path.write_text(path.read_text().replace('"lack":"memory"', '"lack":"patience"'))
    with pytest.raises(UsageError, match="not a rooflinear record"):
        store.read_results(tmp_path)


@pytest.mark.parametrize(("lacks", "error"), [(["memory", "memory"], CannotFinish), (["memory", None], UsageError)])
def test_a_run_ends_for_memory_by_the_kind_of_its_reasons(tmp_path, lacks, error):
    """Not by their words; a run that goes on here finds no run.json to report."""
    found = [result(status="skipped", lack=each, reason="out of memory" if not each else "too large") for each in lacks]
    with pytest.raises(error):
        commands._conclude(tmp_path, found)


def test_a_newer_schema_is_refused(tmp_path):
    path = stored(tmp_path, result(schema_version=SCHEMA_VERSION + 1))
    with pytest.raises(UsageError, match="is newer than this rooflinear's"):
        store.read_results(tmp_path)
    path.unlink()


def test_a_newer_schema_is_refused_even_where_its_fields_are_others(tmp_path):
    (tmp_path / store.RUN).write_text(json.dumps({"schema_version": SCHEMA_VERSION + 1, "all": "new"}))
    with pytest.raises(UsageError, match="upgrade to read it"):
        store.read_run(tmp_path)


def test_a_folder_that_holds_no_run_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"run\.json: No such file.*give a folder that 'rooflinear run' wrote"):
        store.read_run(tmp_path)


def written(**changes):
    machine = Machine(name="here", system="Linux", cpu="any", cores_available=1)
    empty = {"command": [], "options": {}, "versions": {}, "environment": {}, "operations": {}, "implementations": {}}
    return Run(machine=machine, suite="smoothing", **empty, **changes)


def test_a_kill_while_run_json_is_written_leaves_the_old_one(tmp_path, monkeypatch):
    store.write_run(tmp_path, written(started_at="old"))

    def killed(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write_run(tmp_path, written(started_at="new"))
    assert store.read_run(tmp_path).started_at == "old"


def test_a_full_disk_ends_with_a_remedy(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    file = store.ResultFile(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotFinish, match="No space left on device; free space or choose another folder"):
        file.append(result())


def test_a_folder_that_is_a_file_ends_with_a_remedy(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(CannotFinish, match="cannot write to"):
        store.write_run(tmp_path / "taken", written())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    store.replace_file(pipe, b"a page")
    assert os.read(reader, 100) == b"a page"
    os.close(reader)
    assert pipe.is_fifo()
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_device_that_is_full_ends_with_a_remedy():
    with pytest.raises(CannotFinish, match="No space left on device; choose another place"):
        store.replace_file(Path("/dev/full"), b"a page")


def test_a_link_goes_on_to_lead_to_the_file(tmp_path):
    file, link = tmp_path / "page.html", tmp_path / "link.html"
    file.write_text("old")
    link.symlink_to(file)
    store.replace_file(link, b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_the_key_of_a_case_is_its_json():
    assert msgspec.json.decode(result().case.key, type=Case) == result().case


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_an_error_that_is_no_number_is_stored_as_none(tmp_path, value):
    stored(tmp_path, result(status="wrong", error_over_bound=value))
    assert store.read_results(tmp_path)[0].error_over_bound is None


def refused(action, *arguments):
    with pytest.raises(CannotFinish) as raised:
        action(*arguments)
    return str(raised.value)


@pytest.mark.parametrize("place", ["nosuch/file", "taken/file", "folder", "/proc/file", "loop/file"])
def test_where_no_file_can_be_put_is_said_beforehand(tmp_path, place):
    (tmp_path / "taken").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("nowhere")
    path = tmp_path / place
    assert refused(store.refuse_unwritable, "--html", path).startswith(f"--html {path}: cannot write there; choose")


def test_where_a_file_can_be_put_nothing_is_left_behind(tmp_path):
    (tmp_path / "old").write_text("kept")
    for path in (tmp_path / "new", tmp_path / "old", Path("/dev/null")):
        store.refuse_unwritable("--html", path)
    assert [each.name for each in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "kept"


@pytest.mark.parametrize("place", ["taken", "taken/results", "/proc/results"])
def test_where_no_run_can_be_kept_is_said_beforehand(tmp_path, place):
    (tmp_path / "taken").touch()
    assert refused(store.refuse_folder, tmp_path / place).startswith(f"cannot write to {tmp_path / place}: ")


def test_where_runs_can_be_kept_nothing_is_left_behind(tmp_path):
    store.refuse_folder(tmp_path / "results" / "deeper")
    assert not list(tmp_path.iterdir())


def measures(*_, **__):
    pytest.fail("it went on")


def test_a_run_that_cannot_be_kept_is_refused_before_the_machine_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "_busy_beside", measures)
    monkeypatch.setattr(commands, "new_record", measures)
    (tmp_path / "taken").touch()
    request = RunRequest(preset="quick", suite=SMOOTHING, results=tmp_path / "taken")
    assert "cannot write to" in refused(commands.run, request)


def test_a_calibration_that_cannot_be_kept_is_refused_before_it_is_played(tmp_path, monkeypatch):
    monkeypatch.setattr(calibrate, "_play", measures)
    request = CalibrateRequest(revision="HEAD", runs="1", load="0", simulate="0", output=Path("/proc/file"))
    assert refused(calibrate.calibrate, request).startswith("cannot write /proc/file: ")


def test_a_report_that_cannot_be_written_is_refused_before_it_is_rendered(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "load", measures)
    assert refused(report.write_reports, [tmp_path], ["html"], tmp_path).startswith(
        f"--output {tmp_path}: cannot write"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no locks")
def test_a_file_that_another_process_appends_to_is_left_alone(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom rooflinear.bench import store\n"
        f"file = store.ResultFile(Path({str(tmp_path)!r}))\nprint('open', flush=True)\nsys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "open\n"
    (tmp_path / store.CASES).write_text("half a li")
    with pytest.raises(UsageError, match="another rooflinear is at work on it"):
        store.ResultFile(tmp_path)
    assert (tmp_path / store.CASES).read_text() == "half a li"
    other.kill()
    other.communicate()
    store.ResultFile(tmp_path).close()
    assert (tmp_path / store.CASES).read_text() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="no locks")
def test_a_folder_is_one_call_s_at_a_time(tmp_path):
    with store.exclusive(tmp_path), pytest.raises(UsageError, match="another rooflinear"), store.exclusive(tmp_path):
        pass
    with store.exclusive(tmp_path):
        pass
