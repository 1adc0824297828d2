"""``list`` and ``calibrate`` over a suite of pytest, with what a session would tell."""

import json

import msgspec
import pytest

from rooflinear.bench.calibration.trials import Trial
from rooflinear.bench.commands import calibrate_guests, guest_sides, guests, list_guests
from rooflinear.bench.commands.requests import CalibrateRequest, ListRequest
from rooflinear.bench.errors import Lost, UsageError
from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.records import CaseResult, Comparison, Side
from rooflinear.bench.guests.messages import Listed, Listing
from rooflinear.bench.guests.session import Place, Suite
from rooflinear.bench.guests.sides import BASE, COPY, HEAD, Opened
from rooflinear.bench.lent.serving import PLANTED
from rooflinear.bench.records import Case

LISTED = Listed(
    [Listing(id="t.py::test_sum"), Listing(id="t.py::test_plain", refused="a test without a benchmark fixture")],
    failed={"u.py": "ImportError: no module"},
    notes=["switched off: xdist, which the suite's addopts ask for"],
)


class Session:
    told = LISTED

    def __init__(self, suite, place, seed):
        self.suite, self.ended = suite, False

    def list(self):
        if isinstance(self.told, Lost):
            raise self.told
        return self.told

    def end(self):
        self.ended = True


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A project with a file of tests, and a session that tells `LISTED`."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "t.py").write_text("")
    monkeypatch.setattr(list_guests, "Session", Session)
    return str(tmp_path / "t.py")


def test_a_list_says_what_is_measured_and_why_the_rest_is_not(suite, capsys):
    assert list_guests.show(ListRequest(pytest=(suite,))) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 benchmark",
        "  t.py::test_sum",
        "1 not measured",
        "  t.py::test_plain: a test without a benchmark fixture",
        "cannot be read: u.py: ImportError: no module",
        "note: switched off: xdist, which the suite's addopts ask for",
    ]


def test_a_list_as_json_names_the_suite_as_its_tool_takes_it(suite, capsys):
    list_guests.show(ListRequest(pytest=(suite,), keyword="sum", json=True))
    told = json.loads(capsys.readouterr().out)
    assert told["suite"] == {"kind": "pytest", "arguments": ["t.py", "-k", "sum"]}
    assert [each["id"] for each in told["benchmarks"]] == ["t.py::test_sum", "t.py::test_plain"]


def test_a_list_of_one_test_asks_for_that_test(suite, capsys):
    list_guests.show(ListRequest(pytest=(f"{suite}::test_sum",), json=True))
    assert json.loads(capsys.readouterr().out)["suite"]["arguments"] == ["t.py::test_sum"]


def test_a_suite_that_cannot_be_read_is_bad_usage(suite, monkeypatch):
    monkeypatch.setattr(Session, "told", Lost("crashed", "No module named pytest"))
    with pytest.raises(UsageError, match=r"t\.py: the suite cannot be read: No module named pytest"):
        list_guests.show(ListRequest(pytest=(suite,)))


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (ListRequest(pytest=("nowhere.py",)), "nowhere.py: no such file or folder"),
        (ListRequest(pytest=("a",), asv="b"), "--pytest and --asv: give the suite of one tool"),
        (ListRequest(pytest=("a",), bench=("x",), given=("pytest", "bench")), "--pytest has no such option"),
        (ListRequest(pyperf=("no_*.py",)), r"--pyperf no_\*.py: no such script"),
    ],
)
def test_what_names_no_suite_is_refused(request_, told):
    with pytest.raises(UsageError, match=told):
        list_guests.show(request_)


@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_a_calibration_compares_a_side_with_itself_and_plants_calls_on_head_alone(tmp_path, monkeypatch, effect):
    place = Place("python", tmp_path, tmp_path)
    opened = Opened(Suite("pytest", ("t.py",)), dict.fromkeys((BASE, HEAD, COPY), place), {BASE: {}, HEAD: {}})
    seen = {}

    def judged(opened, named, accepted, allowed, request, judge_all):
        seen.update(places=opened.places, judge_all=judge_all, seed=request.seed)
        case = CaseResult(case=Case("", "t.py::test_sum", "", {}, {}, "", 0, "cpu"), verdict="equivalent", margin=0.02)
        return Comparison(
            verdict="not slower", base=Side(label="a"), head=Side(label="a"), margin=0.02, cases=[case], suite="t.py"
        )

    monkeypatch.setattr(
        guest_sides, "open_sides", lambda request, typed, place: (seen.update(typed=typed) or opened, {})
    )
    monkeypatch.setattr(guests, "judged", judged)
    request = CalibrateRequest(revision="v1", runs="1", load="0", simulate="0", pytest=("t.py",), seed="3")
    with calibrate_guests.opened(request, Margins()) as (play, _):
        made = play(effect, 1, 2)
    assert seen["typed"] == {BASE: "v1", HEAD: "v1"}
    assert (seen["judge_all"], seen["seed"]) == (True, "7")
    planted = {side: each.environment.get(PLANTED) for side, each in seen["places"].items()}
    shares = ("0.0", "0.0", "0.05") if effect else (None, None, None)
    assert planted == dict(zip((BASE, COPY, HEAD), shares, strict=True))
    assert (made.judge, made.effect, made.load) == ("rooflinear --pytest", effect, 1)
    assert made.implementations == ["v1 t.py"]
    assert msgspec.json.decode(msgspec.json.encode(made), type=Trial) == made
