"""The report of a file of asv, pytest-benchmark or pyperf: its names, its sizes, and where it is written."""

import json

import pandas as pd
import pytest

from rooflinear.reports import text
from rooflinear.reports.page.page import html
from rooflinear.reports.page.page_data import run_data
from rooflinear.reports.report import write_reports
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.speedups import ALONE, choose_baseline, speedups, winners
from rooflinear.reports.tables.views import views

from ..bench.interop import foreign_files as files
from . import synthetic

ASV = files.asv(
    {
        "io.A.time_read": 1e-3,
        "io.time_n": ([1e-3, 2e-3, 3e-3], [["10", "100", "1000"]]),
        "io.time_text": ([1e-3, 2e-3], [["'a'", "10"]]),
        "io.time_whole": ([1e-3, 2e-3], [["1000.0", "10000.0"]]),
        "io.peakmem_read": 5,
    }
)
SAMPLES = {"list": (10, 11, 12, 10, 11, 10, 13), "range": (40, 42, 41, 40)}


def contender(name, n):
    seconds = [each * n * 1e-6 for each in SAMPLES[name]]
    return files.measured(f"t.py::test_{name}[{n}]", seconds, group="sums", param=str(n), params={"n": n})


SUMS = [contender(name, n) for name in SAMPLES for n in (10, 100, 1000)]
ALONE_FIRST = files.pytest_benchmark(files.measured("t.py::test_alone"), *SUMS)
GROUPS = files.pytest_benchmark(*SUMS, files.measured("t.py::test_alone"))
PYPERF = files.pyperf({"read/a b": 1e-3, "read/a c": 2e-3})


@pytest.fixture
def loaded(tmp_path):
    return lambda content: frames.load(files.written(tmp_path / "file.json", content))


@pytest.mark.parametrize("content", [ASV, GROUPS, PYPERF], ids=["asv", "pytest-benchmark", "pyperf"])
def test_no_name_is_empty(content, loaded):
    tables = loaded(content)
    assert "****" not in text.markdown(tables).decode()
    data = run_data(tables)
    assert all(data["implementations"])
    assert all(view["operation"] for view in data["views"])
    assert data["tool"] == tables.run.preset


def test_a_number_that_grows_is_a_size(loaded):
    tables = loaded(ASV)
    shown = {view.title: view.sizes for view in views(tables)}
    assert shown == {
        "io.A.time_read": [{}],
        "io.time_n": [{"param1": 10}, {"param1": 100}, {"param1": 1000}],
        "io.time_text param1='a'": [{}],
        "io.time_text param1=10": [{}],
        "io.time_whole": [{"param1": 1000}, {"param1": 10000}],
        "io.peakmem_read": [{}],
    }
    assert tables.cases["param1"].tolist()[1:4] == [10, 100, 1000]
    assert tables.cases["param1_value"].tolist()[4:6] == ["'a'", "10"]


def test_columns_of_parameters_never_meet(loaded):
    told = {"param1": "x", "status": "good", "status_value": "bad", "time_ns": "3"}
    tables = loaded(files.pytest_benchmark(files.measured("t.py::t[a]", param="a", params=told)))
    (row,) = tables.cases.to_dict("records")
    assert (row["status"], row["status_value"], row["status_value_value"]) == ("ok", "good", "bad")
    assert tables.parameter_columns["time_ns"] == "time_ns_value"
    assert row["time_ns"] == pytest.approx(1e6)


def test_without_groups_nothing_is_ranked(loaded):
    for content in (ASV, PYPERF):
        tables = loaded(content)
        assert set(winners(tables)["verdict"]) <= {ALONE, "none timed"}
        written = text.markdown(tables).decode()
        assert "No benchmarks are compared with each other." in written
        assert "| fastest |" not in written


def test_contenders_of_a_group_are_ranked_but_not_paired(loaded):
    """They were measured one after the other: no round is shared, and no scatter is taken out as that of a round."""
    tables = loaded(GROUPS)
    found = winners(tables)
    assert found["winner"].tolist() == ["t.py::test_list"] * 3 + ["pytest-benchmark"]
    assert found["verdict"].tolist() == ["ahead"] * 3 + [ALONE]
    rows = speedups(tables, "t.py::test_list").set_index("implementation").loc["t.py::test_range"]
    assert not rows["paired"].any()
    assert rows["speedup"].tolist() == pytest.approx([11 / 40.5] * 3, rel=1e-3)
    widths = (tables.cases["high_ns"] / tables.cases["low_ns"])[:6]
    assert (widths > 1.02).all()
    assert "## Speed-up over t.py::test_list" in text.markdown(tables).decode()


def test_a_contender_is_the_baseline_before_what_competes_with_nobody(loaded):
    assert choose_baseline(loaded(ALONE_FIRST)) == "t.py::test_list"
    assert choose_baseline(loaded(PYPERF)) == "pyperf"


def test_what_is_not_known_is_not_shown(loaded):
    data = run_data(loaded(PYPERF))
    assert {(view["dtype"], view["threads"]) for view in data["views"]} == {("", 0)}
    assert "float64" not in text.markdown(loaded(PYPERF)).decode()


PYTEST_FOLDER = "Linux-CPython-3.11-64bit"


@pytest.mark.parametrize(
    ("where", "beside", "content"),
    [
        (f".benchmarks/{PYTEST_FOLDER}/0001_x.json", [], GROUPS),
        (".benchmarks/kept.json", [], GROUPS),
        (f"perf/{PYTEST_FOLDER}/0001_x.json", [], GROUPS),
        (".asv/results/m/1f-x.json", [".asv/results/m/machine.json", ".asv/results/benchmarks.json"], ASV),
        ("results/m/1f-x.json", ["results/m/machine.json", "results/benchmarks.json"], ASV),
        ("m/1f-x.json", ["m/machine.json"], ASV),
        ("0001_x.json", [], GROUPS),
        ("1f-x.json", [], ASV),
    ],
)
def test_nothing_is_written_where_a_tool_keeps_its_files(where, beside, content, tmp_path):
    for name in beside:
        files.written(tmp_path / name, {})
    path = files.written(tmp_path / where, content)
    before = set(tmp_path.rglob("*"))
    made = write_reports([path], ["markdown", "json", "pyperf"])
    assert set(tmp_path.rglob("*")) - before == set(made)
    assert {each.parent for each in made} == {tmp_path}
    assert made[0].name == f"{path.stem}-report.md"


def test_every_form_is_made_of_a_file(tmp_path):
    path = files.written(tmp_path / "file.json", GROUPS)
    forms = ["html", "markdown", "csv", "parquet", "json", "png", "pytest-benchmark", "github-action-benchmark"]
    made = {each.suffix: each for each in write_reports([path], forms)}
    rows = json.loads((tmp_path / "file-report.json").read_text())
    assert [(row["operation"], row["implementation"], row["n"]) for row in rows[:2]] == [
        ("sums", "t.py::test_list", 10),
        ("sums", "t.py::test_list", 100),
    ]
    assert pd.read_parquet(made[".parquet"])["n"].tolist()[:6] == [10, 100, 1000] * 2
    names = [each["name"] for each in json.loads((tmp_path / "file-report.github-action-benchmark.json").read_text())]
    assert names[0] == "sums/t.py::test_list n=10"
    assert names[-1] == "t.py::test_alone"


@pytest.mark.parametrize(("content", "tool"), [(ASV, "asv"), (GROUPS, "pytest-benchmark"), (PYPERF, "pyperf")])
def test_the_page_tells_how_the_tool_measured_and_not_how_we_do(content, tool, loaded):
    page = html([loaded(content)]).decode()
    assert f"{tool} measured the times, one benchmark after another, and did not verify any result." in page
    assert '<section id="correctness" aria-labelledby="h-errors" hidden>' in page
    assert '<div class="prose" hidden>' in page


def test_the_page_of_a_suite_that_is_run_as_it_is_claims_no_oracle(tmp_path):
    record = synthetic.run([""], {"t.py::test": {"sizes": []}}, options={"tool": "pytest"}, preset="pytest", suite="")
    result = synthetic.ok(synthetic.case("", suite="", operation="t.py::test", sizes={}), [10, 11, 10], verified=False)
    page = html([frames.tables(tmp_path, record, [result])]).decode()
    assert "the benchmarks of a pytest suite as it is" in page
    assert "No result was verified." in page
    assert '<section id="correctness" aria-labelledby="h-errors" hidden>' in page
    assert '<div class="prose" hidden>' in page
    assert "<span>bench-1, <time" in page


def test_our_own_suite_under_another_tool_is_verified(loaded):
    case = {"suite": "kernels", "operation": "gradient", "implementation": "numpy", "sizes": {"m": 1}}
    case |= {"parameters": {}, "dtype": "float64", "threads": 1, "device": "cpu"}
    page = html([loaded(files.pytest_benchmark(files.measured("t.py::t", extra={"case": case})))]).decode()
    assert "pytest-benchmark measured the times, one benchmark after another.</p>" in page


def test_the_page_of_a_run_tells_how_we_measure(tmp_path):
    page = html(
        [frames.tables(tmp_path, synthetic.run(["numpy"], {}), [synthetic.ok(synthetic.case(), [10])])]
    ).decode()
    assert '<section id="correctness" aria-labelledby="h-errors">' in page
    assert '<div class="prose">' in page
    assert "measured the times, one benchmark after another" not in page
