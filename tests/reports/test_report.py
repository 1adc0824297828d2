"""Files of every format: complete, strict, safe, and of the same numbers as the frames."""

import base64
import dataclasses
import gzip
import hashlib
import io
import json
import math
import re
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.records import Result, Sample, words
from rooflinear.reports import text
from rooflinear.reports.notebook import run_answer
from rooflinear.reports.page import page, page_samples
from rooflinear.reports.page.vega import vega
from rooflinear.reports.report import FORMATS, write, write_reports
from rooflinear.reports.tables import frames, speedups
from rooflinear.reports.tables.crossovers import crossovers
from rooflinear.reports.tables.growth import fits
from rooflinear.reports.tables.scaling import threads
from rooflinear.reports.tables.views import views

from . import synthetic
from .synthetic import HOSTILE, case, ok


@pytest.fixture(scope="module")
def html(tables):
    return page.html([tables]).decode()


@pytest.fixture(scope="module")
def markdown(tables):
    return text.markdown(tables).decode()


@pytest.fixture(scope="module")
def data(html):
    return unpacked_script(html, "run-data")


def unpacked_script(html, name):
    packed = re.search(rf'<script type="application/octet-stream" class="{name}">(.*?)</script>', html, re.S)
    assert packed
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


@pytest.fixture(scope="module")
def combined(tables):
    return speedups.with_speedups(tables, "numpy")


def unpacked(column):
    if isinstance(column, list):
        return column
    return [None if code < 0 else column["words"][code] for code in column["codes"]]


def strictly(content: bytes):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(content, parse_constant=refuse)


def test_csv_reads_back_as_the_frame(combined):
    read = pd.read_csv(io.BytesIO(text.csv(combined)))
    assert list(read.columns) == list(combined.columns)
    pd.testing.assert_series_equal(read["time_ns"], combined["time_ns"])
    pd.testing.assert_series_equal(read["speedup"], combined["speedup"])


def test_json_is_strict_and_equals_the_frame(combined):
    records = strictly(text.json(combined))
    assert len(records) == len(combined)
    assert [record["time_ns"] for record in records] == [
        None if math.isnan(value) else value for value in combined["time_ns"]
    ]


def test_parquet_reads_back_as_the_frame(combined):
    read = pd.read_parquet(io.BytesIO(text.parquet(combined)))
    assert read["speedup_low"].equals(combined["speedup_low"])
    assert read["m"].tolist() == combined["m"].tolist()


def test_markdown_names_every_winner_and_every_reason(tables, markdown):
    for name in speedups.winners(tables)["winner"].dropna():
        assert f"**{name}**" in markdown
    assert "No module named 'tensorflow'" in markdown
    assert "nan" not in re.findall(r"\w+", markdown.lower())


def test_markdown_shows_the_speed_up_of_the_frame(tables, markdown):
    frame = speedups.speedups(tables, "numpy")
    sizes = words(views(tables)[0].chosen)
    row = frame[(frame["sizes"] == sizes) & (frame["implementation"] == "numba_parallel")].iloc[0]
    assert f"| numba_parallel | {row['speedup']:.2f}× | {row['speedup_low']:.2f} –" in markdown


def test_markdown_escapes_hostile_names(markdown):
    assert "<script" not in markdown
    assert "&lt;script" in markdown


def test_programs_that_were_busy_beside_the_ceilings_are_told():
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), synthetic.sweep(lambda moved, rows: moved))
    roofs = {count: msgspec.structs.replace(roof, busy=HOSTILE) for count, roof in tables.run.ceilings.roofs.items()}
    ceilings = msgspec.structs.replace(tables.run.ceilings, roofs=roofs)
    busy = dataclasses.replace(tables, run=msgspec.structs.replace(tables.run, ceilings=ceilings))
    told = "the ceilings for 2 threads were measured while other programs were busy ("
    assert f"warning: {told}&lt;" in text.markdown(busy).decode()
    assert page.html([busy]).decode().count(f">{told}&lt;") == 2
    assert f"Warning: {told}&lt;" in run_answer.html(busy)
    assert told not in text.markdown(tables).decode()


def test_page_loads_nothing_from_anywhere(html):
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?!#)[^"'\s>]""", html)
    assert not re.findall(r"@import|url\((?!#)", html)


def test_page_allows_only_its_own_scripts_and_style(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in allowed
    for body in (*re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", html, re.S), vega().script):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def test_page_is_below_three_megabytes(html):
    assert len(html.encode()) < 3_000_000


def test_page_escapes_hostile_names(html):
    assert HOSTILE not in html
    assert "<b>times may vary" not in html
    assert "&lt;b&gt;times may vary" in html


def test_page_is_the_same_for_the_same_run(tables, html):
    assert page.html([tables]).decode() == html


def test_cases_in_the_page_equal_the_frame(tables, data):
    for name in ("implementation", "status", "reason", "sizes"):
        assert unpacked(data["cases"][name]) == tables.cases[name].tolist()
    for name in ("time_ns", "low_ns", "high_ns", "error_over_bound"):
        shown = [math.nan if value is None else value for value in data["cases"][name]]
        assert shown == pytest.approx(tables.cases[name].tolist(), rel=1e-5, nan_ok=True)


def test_speed_ups_in_the_page_equal_the_frame_for_every_baseline(tables, data):
    """Each pair is there once: the other way round it is the inverse, with both ends changed over."""
    shown = pd.DataFrame({name: unpacked(column) for name, column in data["pairs"].items()})
    views = shown["view"].map(lambda number: tuple(data["views"][number][name] for name in frames.VIEW))
    pairs = {
        (view, row["sizes"], row["baseline"], row["implementation"]): (row["speedup"], row["low"], row["high"])
        for view, row in zip(views, shown.to_dict("records"), strict=True)
    }
    back = {(*key[:2], key[3], key[2]): (1 / value, 1 / high, 1 / low) for key, (value, low, high) in pairs.items()}
    found = pairs | back
    for baseline in data["baselines"]:
        for row in speedups.speedups(tables, baseline).to_dict("records"):
            if row["implementation"] != baseline:
                key = (tuple(row[name] for name in frames.VIEW), row["sizes"], baseline, row["implementation"])
                assert found[key] == pytest.approx((row["speedup"], row["speedup_low"], row["speedup_high"]), rel=2e-5)


def test_beyond_the_budget_pairs_with_the_baseline_come_first(tables):
    frame = speedups.pairs(tables, "numba", 300)
    assert 300 <= len(frame) < 300 + 120
    assert (frame["baseline"].eq("numba") | frame["implementation"].eq("numba")).all()


def test_samples_in_the_page_are_those_recorded(tables, html):
    found = unpacked_script(html, "run-samples")
    place = tables.cases.index[tables.cases["status"].eq("ok")][40]
    start = sum(found["counts"][:place])
    recorded = sorted((each for one in tables.results[place] for each in one.samples), key=lambda one: one.started_ns)
    steps = found["steps"][start : start + found["counts"][place]]
    times = [tables.cases["time_ns"][place] * math.exp(step / found["precision"]) for step in steps]
    assert times == pytest.approx([each.wall_ns / each.calls for each in recorded], rel=1e-4)
    assert sum(found["counts"]) == len(found["steps"]) == len(found["flagged"])


def several_a_round(flagged=()):
    """A case of two rounds of four samples; ``flagged`` are places of those that somebody took time from."""
    times = (100, 900, 120, 110, 200, 210, 230, 990)
    samples = [
        Sample(1 + place // 4, place * 10**9, 10 * ns, 10 * ns, 10, {"steal_ticks": 1} if place in flagged else {})
        for place, ns in enumerate(times)
    ]
    result = Result(case=case(), status="ok", samples=samples)
    return frames.tables(Path("run"), synthetic.run(["numpy"], {}), [result])


def told_times(tables):
    found = page_samples.samples(tables)
    times = [tables.cases["time_ns"][0] * math.exp(step / found["precision"]) for step in found["steps"]]
    return found, times


def test_samples_have_the_round_they_belong_to():
    found, times = told_times(several_a_round())
    assert found["rounds"] == [1] * 4 + [2] * 4
    assert (len(times), found["thinned"]) == (8, 0)


@pytest.mark.parametrize(
    ("flagged", "expected", "marks"),
    [((), [115, 220], [0, 0]), ((1, 7), [110, 210], [0, 0]), ((0, 1, 2, 3), [115, 220], [1, 0])],
)
def test_above_the_budget_one_undisturbed_value_stands_for_each_round(flagged, expected, marks, monkeypatch):
    monkeypatch.setattr(page_samples, "MOST_SAMPLES", 7)
    found, times = told_times(several_a_round(flagged))
    assert times == pytest.approx(expected, rel=1e-3)
    assert (found["counts"], found["rounds"], found["flagged"], found["thinned"]) == ([2], [1, 2], marks, 8)
    assert found["gaps"] == [0, 4000]


def test_samples_above_the_budget_are_left_out_and_counted(tables, monkeypatch):
    monkeypatch.setattr(page_samples, "MOST_SAMPLES", 10)
    count = sum(len(one.samples) for group in tables.results for one in group)
    assert page_samples.samples(tables) == {"left_out": count}


def test_winners_in_the_page_equal_the_frame(tables, data):
    frame = speedups.winners(tables)
    assert unpacked(data["winners"]["winner"]) == frame["winner"].tolist()
    assert unpacked(data["winners"]["verdict"]) == frame["verdict"].tolist()


def edge_run(kind, folder):
    runs = {
        "nothing ok": [Result(case=case(), status="missing"), Result(case=case("torch"), status="crashed")],
        "verified only": [Result(case=case(), status="ok", error_over_bound=0.0)],
        "one sample": [ok(case(), [1000])],
        "one size": [ok(case(name, sizes={"length": n}), [n, n, n]) for name in "ab" for n in (1, 10)],
        "three sizes": [ok(case(sizes={"rows": r, "columns": 2, "depth": d}), [r]) for r in (1, 2) for d in (1, 2)],
        "no size": [ok(case(name, sizes={}), [10, 11]) for name in "ab"],
        "mixed parameters": [ok(case(parameters={"p": p}), [10]) for p in (1, 2.5, "x$\\nosuch$")],
    }
    return synthetic.write(folder, synthetic.run([], {}, versions={}, started_at=""), runs[kind])


@pytest.mark.parametrize(
    "kind",
    ["nothing ok", "verified only", "one sample", "one size", "three sizes", "no size", "mixed parameters"],
)
def test_every_format_is_written_for_a_run_with(kind, tmp_path):
    """SVG and PDF are the same drawings as PNG; `test_a_run_with_several_views_has_one_picture_each_and_one_pdf`."""
    folder = edge_run(kind, tmp_path / "run")
    written = write_reports([folder], [form for form in FORMATS if form not in ("pdf", "svg")], None)
    assert all(path.stat().st_size for path in written)
    strictly((folder / "report.json").read_bytes())
    assert not list(folder.glob(".*partial"))


def test_a_report_lies_in_the_run_folder_unless_an_output_is_named(tmp_path):
    folder = edge_run("one size", tmp_path / "run")
    assert write_reports([folder], ["csv", "html"], None) == [folder / "report.csv", folder / "report.html"]
    assert write_reports([folder], ["svg"], tmp_path / "mine.svg") == [tmp_path / "mine.svg"]
    assert (tmp_path / "mine.svg").read_bytes().startswith(b"<?xml")


def test_a_run_with_several_views_has_one_picture_each_and_one_pdf(tmp_path):
    folder = edge_run("mixed parameters", tmp_path / "run")
    assert len(write_reports([folder], ["svg"], None)) == 3
    assert write_reports([folder], ["pdf"], None) == [folder / "report.pdf"]


def test_several_runs_go_into_one_table_told_apart_by_the_run(tmp_path):
    folders = [edge_run("one size", tmp_path / name) for name in ("first", "second")]
    [path] = write_reports(folders, ["csv"], tmp_path / "both.csv")
    assert set(pd.read_csv(path)["run"]) == {"first", "second"}


@pytest.mark.parametrize(
    ("formats", "output", "message"),
    [(["htm"], None, "did you mean 'html'"), (["csv", "json"], "x", "one format"), ([], None, "nothing to report")],
)
def test_what_cannot_be_asked_is_refused_in_one_line(formats, output, message, tmp_path):
    folder = edge_run("one size", tmp_path / "run")
    with pytest.raises(UsageError, match=message):
        write_reports([folder], formats, output and tmp_path / output)


@pytest.mark.parametrize("table", ["fits", "crossovers", "threads"])
def test_every_table_is_written_in_every_tabular_format(table, tables, tmp_path):
    expected = {"fits": fits, "crossovers": crossovers, "threads": threads}[table](tables)
    for form, read in (("csv", pd.read_csv), ("json", pd.read_json), ("parquet", pd.read_parquet)):
        [path] = write([tables], [form], tmp_path / f"x.{form}", None, table)
        strict = strictly(path.read_bytes()) if form == "json" else read(path).to_dict("records")
        assert len(strict) == len(expected)
        assert not strict or list(strict[0]) == ["run", *expected.columns]


def test_a_table_has_its_name_in_the_name_of_its_file(tmp_path):
    folder = edge_run("one size", tmp_path / "run")
    assert write_reports([folder], ["csv"], table="fits") == [folder / "report-fits.csv"]


@pytest.mark.parametrize(
    ("form", "table", "message"),
    [("csv", "fit", "did you mean 'fits'"), ("html", "fits", "needs --format csv,parquet,json, not html")],
)
def test_a_table_that_cannot_be_written_is_refused(form, table, message, tmp_path):
    folder = edge_run("one size", tmp_path / "run")
    with pytest.raises(UsageError, match=message):
        write_reports([folder], [form], table=table)


def test_markdown_tells_how_time_grows_where_winners_change_and_how_threads_scale(tmp_path):
    results = [
        *synthetic.sweep(lambda moved, rows: 2000 + moved),
        *synthetic.sweep(lambda moved, rows: 20_000 + moved / 10, implementation="torch"),
        *synthetic.sweep(lambda moved, rows: 3000 + 1.8 * moved, threads=1),
        *synthetic.sweep(lambda moved, rows: 3000 + 1.8 * moved, ms=(1_000_000,), threads=1),
    ]
    written = text.markdown(frames.tables(tmp_path, synthetic.run(["numpy", "torch"], {}), results)).decode()
    assert "| numpy | 2.00 µs | 1.00 GB/s | — | — |" in written
    assert "| gradient, float64, 2 threads | n | m=100 | numpy | torch | n ≈ 23.2 |" in written
    assert re.search(r"\| numpy \| 73\.4 ms \| 1\.80× \([^)]*\), 90 % \|", written)


def test_several_runs_go_into_one_page(tmp_path):
    folders = [edge_run("one size", tmp_path / name) for name in ("first", "second")]
    [path] = write_reports(folders, ["html"], None)
    assert path == folders[0] / "report.html"
    assert len(re.findall('class="run-data"', path.read_text())) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"suite": "other"}, "their suites are 'builtin' and 'other'"),
        ({"data": "diabetes"}, "their data are 'gaussian' and 'diabetes'"),
        ({"options": {"condition": 100.0}}, "and 'gaussian condition=100.0'"),
        ({"operations": {"gradient": {"formula": "another", "sizes": ["m", "n"]}}}, "operation 'gradient' is not the"),
    ],
)
def test_runs_that_measured_other_things_are_not_mixed(changes, message):
    record = synthetic.run(["numpy"], synthetic.OPERATIONS)
    runs = [record, msgspec.structs.replace(record, **changes)]
    with pytest.raises(UsageError, match=message):
        page.html([frames.tables(Path("run"), each, [ok(case(), [10])]) for each in runs])


def test_runs_without_a_common_case_are_not_mixed(tmp_path):
    folders = [edge_run(kind, tmp_path / kind) for kind in ("one size", "three sizes")]
    with pytest.raises(UsageError, match="no case in common"):
        write_reports(folders, ["html"], None)


def test_an_output_that_cannot_be_written_says_what_to_do(tmp_path):
    folder = edge_run("one size", tmp_path / "run")
    with pytest.raises(CannotFinish, match="--output"):
        write_reports([folder], ["csv"], tmp_path / "absent" / "report.csv")
