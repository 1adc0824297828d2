"""``rooflinear history`` on real commits: what it measures and confirms, how it grows, and what it refuses."""

import json
import signal
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.cli import app
from rooflinear.bench.commands import history_range
from rooflinear.bench.commands.history import history
from rooflinear.bench.commands.history_range import suite_name
from rooflinear.bench.commands.requests import HistoryRequest
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.history.history_records import HISTORY, MEASURED, Anchor, History, Measured
from rooflinear.bench.history.records import Commit

from ...absent import needs
from ...waiting import wait_for
from ..interop import foreign_files
from ..made_repository import KERNEL, SIZES, SLOWER, Repository
from .test_guests import Project

FOLDER = Path("results/history-kernels")


@pytest.fixture
def repository(rooflinear):
    """Four commits: the third makes ``plain`` slower; the last changes no code that is measured."""
    return made(rooflinear.folder, (KERNEL, KERNEL + "# 1\n", SLOWER, SLOWER))


SIX = KERNEL, KERNEL, KERNEL + "# 2\n", SLOWER, SLOWER + "# 4\n", SLOWER + "# 4\n"


def made(folder, texts=SIX):
    needs("ruptures")
    found = Repository(folder)
    found.write(other=None)
    for number, text in enumerate(texts):
        found.write(plain=text)
        (folder / "notes.txt").write_text(f"{number}\n")
        found.commit(f"change {number}")
    return found


def run(rooflinear, repository, *arguments, **options):
    """With ``--json``; whatever happens, git and the checkout must be as before."""
    before = repository.state()
    outcome = rooflinear("history", *arguments, "--json", **options)
    assert repository.state() == before
    assert not list(rooflinear.temporary.glob("rooflinear-*"))
    return outcome.status, json.loads(outcome.stdout) if outcome.stdout.startswith("{") else outcome.stderr


def subjects(found):
    return [each["commit"]["subject"] for each in found["changes"] if each["state"] == "confirmed"]


@pytest.mark.alone
def test_it_goes_on_after_it_was_killed_confirms_a_slower_commit_and_adds_a_later_one(rooflinear, repository):
    folder = rooflinear.folder / FOLDER
    path = folder / MEASURED
    process = rooflinear.start("history", "HEAD~3..HEAD~1", "--blocks", "4", *SIZES)
    wait_for(lambda: (path.exists() and path.read_bytes().count(b"\n")) or process.poll())
    process.send_signal(signal.SIGKILL)
    process.wait()
    lines = path.read_bytes()
    status, found = run(rooflinear, repository)
    assert path.read_bytes().startswith(lines)
    assert found["measured"] == 3 - lines.count(b"\n")
    assert (status, subjects(found)) == (1, ["change 2"])
    (series,) = found["series"]
    names = [each["name"] for each in found["commits"]]
    assert [names.index(each["commit"]) for each in series["points"]] == [0, 1, 2]
    assert json.loads((folder / HISTORY).read_text()) == found
    assert "change 2" in (folder / "history.html").read_text()
    assert "change 2" in (folder / "history.atom").read_text()

    lines = path.read_bytes()
    status, found = run(rooflinear, repository, "--add", "HEAD")
    assert (status, subjects(found)) == (0, ["change 2"])
    assert path.read_bytes().startswith(lines)
    assert found["series"][0]["points"][-1]["same_as"] == names[2]


BENCHMARK = """
    import pkg

    def test_work(benchmark):
        benchmark(pkg.work)
    """


@pytest.mark.needs("pytest_benchmark", "ruptures")
def test_a_suite_of_another_tool_is_measured(rooflinear):
    """No verdict here depends on a time."""
    project = Project(rooflinear)
    for number, mib in enumerate((1, 1, 3)):
        project.commit({
            "pkg/__init__.py": f"def work():\n    return b'x' * {mib} * 2**20\n", "notes.txt": f"{number}",
            "benchmarks/test_it.py": BENCHMARK,
        })  # fmt: skip
    asked = ("--pytest", "benchmarks", "--blocks", "4", "--measure", "memory", "--json")
    outcome = rooflinear("history", "HEAD~2..", *asked)
    found = json.loads(outcome.stdout)
    first, second, third = (each["name"] for each in found["commits"])
    (series,) = found["series"]
    assert {each["commit"]: each["same_as"] for each in series["points"]} == {first: "", second: first, third: ""}
    assert outcome.status == 1
    assert [each["commit"]["name"] for each in found["changes"]] == [third]
    assert found["changes"][0]["result"]["low"] > 2
    assert list((rooflinear.folder / "results").iterdir()) == [
        rooflinear.folder / f"results/history-{rooflinear.folder.name}"
    ]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return made(tmp_path)


def chosen(*, found=None, lines=(), **fields):
    request = HistoryRequest(preset="quick", **fields)
    return history_range.chosen(request, request, found, lines)


def numbers(checkout, names):
    """Names of commits as the numbers in their subjects."""
    return [int(checkout.git("log", "-1", "--format=%s", each).split()[-1]) for each in names]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"every": "2"}, [0, 2, 4, 5]),
        ({"every": "3"}, [0, 3, 5]),
        ({"commits": ("HEAD~2,HEAD~4",)}, [1, 3]),
    ],
)
def test_which_commits_are_measured(checkout, fields, asked):
    found = chosen(range="HEAD~5..HEAD", **fields)
    assert numbers(checkout, found.names) == asked
    assert found.asked == found.names
    assert numbers(checkout, [found.anchors[0].name, found.anchors[0].suite_of]) == [0, 5]
    assert len(found.commits) == 6


def test_a_folder_in_which_another_works_leaves_no_watcher_open(checkout, watchers, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    with store.exclusive(folder), pytest.raises(UsageError, match="another rooflinear is at work"):
        history(HistoryRequest(preset="quick", range="HEAD~1..HEAD", results=folder))
    assert all(each.closed for each in watchers)
    assert list(folder.iterdir()) == []


def test_a_history_that_cannot_be_begun_leaves_no_watcher_open(checkout, watchers, monkeypatch):
    def cannot(folder, content):
        raise CannotFinish("the disk is full")

    monkeypatch.setattr(store, "replace_file", cannot)
    with pytest.raises(CannotFinish, match="disk is full"):
        history(HistoryRequest(preset="quick", range="HEAD~1..HEAD"))
    assert all(each.closed for each in watchers)


def known(checkout, first, last, **more):
    found = chosen(range=f"HEAD~{5 - first}..HEAD~{5 - last}")
    return History(commits=found.commits, asked=found.asked, anchors=found.anchors, **more)


def test_a_history_grows_at_both_ends_and_keeps_its_anchor(checkout):
    begun = known(checkout, 2, 3)
    later = chosen(found=begun, range="HEAD~2..HEAD")
    assert numbers(checkout, [each.name for each in later.commits]) == [2, 3, 4, 5]
    earlier = chosen(found=begun, range="HEAD~5..HEAD~2")
    assert numbers(checkout, [each.name for each in earlier.commits]) == [0, 1, 2, 3]
    for each in (later, earlier):
        assert each.anchors == begun.anchors
    assert numbers(checkout, earlier.asked) == [0, 1, 2, 3]


def test_an_earlier_range_that_does_not_touch_the_history_joins_it(checkout):
    found = chosen(found=known(checkout, 3, 5), range="HEAD~5..HEAD~4")
    assert numbers(checkout, [each.name for each in found.commits]) == [0, 1, 2, 3, 4, 5]
    assert numbers(checkout, found.asked) == [0, 1, 3, 4, 5]


def test_one_commit_is_added(checkout):
    found = chosen(found=known(checkout, 0, 2), add="HEAD")
    assert numbers(checkout, found.names) == [5]
    assert numbers(checkout, found.asked) == [0, 1, 2, 5]
    assert numbers(checkout, [each.name for each in found.commits]) == [0, 1, 2, 3, 4, 5]


def test_a_commit_on_another_line_is_refused(checkout):
    begun = known(checkout, 0, 5)
    checkout.git("checkout", "-q", "-b", "side", "HEAD~3")
    checkout.write(plain=SLOWER + "# side\n")
    checkout.commit("on a side")
    with pytest.raises(UsageError, match="is on another line of first parents"):
        chosen(found=begun, add="HEAD")


def measured(checkout, *places):
    names = checkout.git("rev-list", "--reverse", "HEAD").split()[1:]
    return [
        Measured(commit=Commit(names[place]), anchor=names[0], numbers={"a": [0.1]}, codes={"a": str(place)})
        for place in places
    ]


def test_a_new_anchor_is_joined_by_the_newest_measured_commits(checkout):
    begun = known(checkout, 0, 4)
    found = chosen(found=begun, lines=measured(checkout, 1, 2, 3, 4), range="HEAD~5..HEAD", anchor="HEAD~2")
    assert numbers(checkout, [each.name for each in found.anchors]) == [0, 3]
    assert numbers(checkout, [each.suite_of for each in found.anchors]) == [4, 5]
    assert numbers(checkout, found.overlapping) == [4, 3, 2]
    same = chosen(found=begun, lines=measured(checkout, 1), range="HEAD~5..HEAD", anchor="HEAD~5")
    assert (same.anchors, same.overlapping) == (begun.anchors, [])
    with pytest.raises(UsageError, match="needs 3 measured commits that differ from one another; there are 2"):
        chosen(found=begun, lines=measured(checkout, 1, 2), range="HEAD~5..HEAD", anchor="HEAD~2")


def test_another_anchor_than_the_first_may_be_given_at_once(checkout):
    assert numbers(checkout, [chosen(range="HEAD~5..HEAD", anchor="HEAD").anchors[0].name]) == [5]


@pytest.mark.parametrize(
    ("remote", "web"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b/commit/"),
        ("https://me:secret@gitlab.com/a/b", "https://gitlab.com/a/b/commit/"),
        ("https://bitbucket.org/a/b/", "https://bitbucket.org/a/b/commits/"),
        ("git@github.com:a/b.git", ""),
        ("/srv/git/b.git", ""),
        ("javascript:alert(1)", ""),
        (None, ""),
    ],
)
def test_where_commits_are_shown(checkout, remote, web):
    if remote:
        checkout.git("remote", "add", "origin", remote)
    assert chosen(range="HEAD~1..HEAD").web == web


def test_a_folder_is_named_after_the_suite(checkout):
    assert suite_name(HistoryRequest(preset="quick")) == "kernels"
    benchmark = Path("tests/test_it.py")
    benchmark.parent.mkdir()
    benchmark.touch()
    checkout.commit("a benchmark")
    assert suite_name(HistoryRequest(preset="quick", pytest=(f"{benchmark}::test_a",))) == Path.cwd().name


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "A..B is missing, and results/ contains no history"),
        (("HEAD",), "write it as A..B"),
        (("..HEAD",), "write it as A..B"),
        (("HEAD~1...HEAD",), "write it as A..B"),
        (("HEAD..HEAD",), "are the same commit"),
        (("HEAD..HEAD~1",), "is not an ancestor"),
        (("nothing..HEAD",), "'nothing' is neither a revision"),
        (("HEAD~1..", "--suite", "absent"), "no such folder"),
        (("HEAD~1..", "-k", "a"), "no suite of another tool is given"),
        (("HEAD~1..", "--pytest", "x.py", "--dtype", "float32"), "has no such choice"),
        (("HEAD~1..", "--every", "0"), "--every"),
        (("HEAD~1..", "--every", "2", "--commits", "HEAD"), "give one of them"),
        (("HEAD~1..", "--commits", "HEAD~2"), "is not one of the commits"),
        (("HEAD~1..", "--anchor", "HEAD~2"), "is not one of the commits"),
        (("HEAD~1..", "--add", "HEAD"), "--add takes one commit"),
        (("--add", "HEAD"), "results/ contains no history"),
        (("--add", "HEAD", "--results", "absent"), "contains no history; begin one"),
        (("yarl==1..HEAD",), "releases are measured by a suite of another tool"),
        (("HEAD~1..", "--blocks", "1"), "needs at least 2"),
        (("HEAD~1..", "--margin", "0"), "must be more than 0"),
        (("HEAD~1..", "--time-budget", "-3"), "--time-budget"),
        (("--read", "absent", "--m", "3"), "--read measures nothing; leave out --m"),
        (("--read", "absent"), "absent: no such folder"),
    ],
)
def test_bad_usage_is_told_in_a_line(checkout, arguments, told):
    outcome = CliRunner().invoke(app, ["history", *arguments])
    assert outcome.exit_code == 2, outcome.output
    assert told in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 3
    assert not list(Path().glob("results/*"))


def stored(folder, **fields):
    folder.mkdir(parents=True)
    request = {"preset": "quick", "range": "HEAD~1..HEAD", "m": "10"}
    found = History(commits=[], anchors=[Anchor("a", "b")], request=request, **fields)
    (folder / HISTORY).write_bytes(msgspec.json.encode(found))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("HEAD~1..", "--m", "20"), "was begun with another choice of --m; repeat it, or give another --results"),
        (("HEAD~1..", "--dtype", "float32", "--m", "10"), "another choice of --dtype"),
        (("--add", "HEAD", "--m", "10"), "goes on with the options that it was begun with; leave out --m"),
    ],
)
def test_a_history_keeps_its_options(checkout, arguments, told):
    stored(FOLDER)
    outcome = CliRunner().invoke(app, ["history", *arguments])
    assert outcome.exit_code == 2, outcome.output
    assert told in outcome.stderr


def test_of_several_histories_one_is_named(checkout):
    stored(Path("results/history-a"))
    stored(Path("results/history-b"))
    outcome = CliRunner().invoke(app, ["history", "--add", "HEAD"])
    assert outcome.exit_code == 2
    assert "contains 2 histories; name one: --results results/history-a" in outcome.stderr


def test_results_of_another_tool_are_shown(checkout):
    foreign_files.asv_folder(Path("asv"), {"bench.time_it": 1e-3})
    outcome = CliRunner().invoke(app, ["history", "--read", "asv"])
    assert outcome.exit_code == 0, outcome.output
    assert "Unpaired: no change is suspected" in outcome.stdout
    folder = Path("results/history-asv-unpaired")
    assert sorted(each.name for each in folder.iterdir() if each.stat().st_size) == ["history.html", "history.json"]
    again = CliRunner().invoke(app, ["history", "--read", "asv", "--json"])
    assert json.loads(again.stdout) == json.loads((folder / HISTORY).read_text())


def test_results_of_another_tool_do_not_grow(checkout):
    stored(FOLDER, method="unpaired")
    outcome = CliRunner().invoke(app, ["history", "--add", "HEAD"])
    assert outcome.exit_code == 2
    assert "shows results of another tool" in outcome.stderr
