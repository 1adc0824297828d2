"""``compare --confirm``: which sides, cases and options it reads from the file, and what it refuses."""

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench import cli
from rooflinear.bench.commands import compare, confirm
from rooflinear.bench.commands.requests import CompareRequest, recorded
from rooflinear.bench.gate.records import CaseResult, Comparison, Earlier, Side
from rooflinear.bench.records import Case

from ..made_repository import Repository


def result(name, verdict, **more):
    case = Case("made", "double", name, {"m": 10}, {"steps": 5}, "float64", 1, "cpu")
    return CaseResult(case=case, verdict=verdict, margin=0.03, **more)


SLOWER = result("plain", "slower", ratio=1.116, low=1.104, high=1.127, blocks=12)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """The current folder, with three commits."""
    made = Repository(tmp_path / "checkout")
    for name in ("second", "third"):
        (made.folder / name).write_text(name)
        made.commit(name)
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def commits(repository):
    return [repository.git("rev-parse", name).strip() for name in ("HEAD~2", "HEAD~1", "HEAD")]


class Replay:
    """Runs the command on a file, and keeps what it would have measured."""

    def __init__(self, folder):
        self.file, self.asked, self.now = folder / "earlier.json", [], [SLOWER]

    def write(self, **what):
        self.file.write_bytes(msgspec.json.encode(Comparison(**{"verdict": "slower", "margin": 0.02} | what)))

    def measured(self, request, only):
        self.asked.append((request, only))
        sides = [Side(label=str(each), commit=str(each)) for each in (request.base, request.head)]
        return Comparison(verdict="slower", base=sides[0], head=sides[1], margin=0.02, cases=self.now)

    def __call__(self, *words):
        outcome = CliRunner().invoke(cli.app, ["compare", "--confirm", str(self.file), *words])
        assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
        return outcome

    def refused(self, *words):
        outcome = self(*words)
        assert (outcome.exit_code, outcome.stdout, self.asked) == (2, "", [])
        (line,) = outcome.stderr.splitlines()
        return line.removeprefix("rooflinear: ")


@pytest.fixture
def replay(tmp_path, monkeypatch):
    made = Replay(tmp_path)
    monkeypatch.setattr(compare, "measured", made.measured)
    return made


@pytest.fixture
def of_commits(replay, commits):
    """The file of a comparison of the first commit and a clean working tree at the second."""
    base = Side(label="main~2", commit=commits[0], dirty=False)
    head = Side(label="working tree", commit=commits[1], dirty=False)
    replay.write(base=base, head=head, cases=[result("other", "equivalent"), SLOWER], seed=5)
    return replay


@pytest.mark.parametrize("words", [(), ("HEAD~2",), ("HEAD~2", "HEAD~1")])
def test_the_commits_of_the_file_are_compared_whatever_is_checked_out(of_commits, commits, words):
    outcome = of_commits(*words)
    assert outcome.exit_code == 1, outcome.output
    ((request, only),) = of_commits.asked
    assert (request.base, request.head) == (commits[0], commits[1])
    assert only == {"time": {SLOWER.case: 0.03}}
    assert outcome.stdout.startswith("Slower: 1 of 1 confirmed slowdown recurs")


@pytest.mark.parametrize(("words", "told"), [
    (("HEAD",), "BASE 'HEAD': the file compared main~2 ({0})"),
    (("HEAD~2", "HEAD"), "HEAD 'HEAD': the file compared working tree ({1})"),
])  # fmt: skip
def test_another_revision_than_the_files_is_refused(of_commits, commits, words, told):
    rest = "; leave it out, or compare anew without --confirm"
    assert of_commits.refused(*words) == told.format(*(each[:8] for each in commits)) + rest


def test_a_working_tree_with_changes_must_be_named_and_that_is_said(replay, commits):
    base = Side(label="main~2", commit=commits[0], dirty=False)
    replay.write(base=base, head=Side(label="working tree", commit=commits[1], dirty=True), cases=[SLOWER])
    told = "its head was a working tree with changes, which cannot be had again"
    remedy = f"commit them and name both: --confirm {replay.file} BASE HEAD"
    assert replay.refused() == f"--confirm {replay.file}: {told}; {remedy}"
    outcome = replay("HEAD~2", "HEAD")
    assert (replay.asked[0][0].base, replay.asked[0][0].head) == (commits[0], "HEAD")
    assert f"note: {replay.file} compared a working tree; whether HEAD is the same code is not known" in outcome.stdout


def test_releases_are_replayed_by_their_names(replay):
    sides = {"base": Side(label="yarl==1.9.4"), "head": Side(label="yarl==1.9.6")}
    replay.write(**sides, cases=[SLOWER], options={"request": {"pytest": ["bench"], "keyword": "url"}})
    replay()
    request = replay.asked[0][0]
    assert (request.base, request.head) == ("yarl==1.9.4", "yarl==1.9.6")
    assert (request.pytest, request.keyword, request.given) == (("bench",), "url", ("pytest", "keyword"))


def test_a_release_that_is_not_the_files_is_refused(replay):
    replay.write(base=Side(label="yarl==1.9.4"), head=Side(label="yarl==1.9.6"), cases=[SLOWER])
    told = "BASE 'yarl==1.9.5': the file compared yarl==1.9.4"
    assert replay.refused("yarl==1.9.5") == f"{told}; leave it out, or compare anew without --confirm"


def test_what_was_typed_of_what_is_measured_is_read_from_the_file(monkeypatch, tmp_path):
    words = ["--suite", "kernels", "--operation", "predict", "--size", "m=10", "--margin", "3%", "--json"]
    caught = []
    monkeypatch.setattr(compare, "compare", lambda request: caught.append(request) or 0)
    CliRunner().invoke(cli.app, ["compare", "main", *words])
    typed = msgspec.json.decode(msgspec.json.encode(recorded(caught[0])))
    assert typed == {"suite": "kernels", "operation": ["predict"], "size": ["m=10"]}
    again = confirm.restored(CompareRequest(preset="quick", confirm=tmp_path, given=("confirm",)), typed, base="a")
    of = {"suite", "operation", "size"}
    assert {name: getattr(again, name) for name in of} == {name: getattr(caught[0], name) for name in of}
    assert (again.given, again.confirm, again.margin) == (("suite", "operation", "size"), None, None)


def test_what_is_typed_beside_it_comes_before_the_file(replay):
    sides = {"base": Side(label="yarl==1.9.4"), "head": Side(label="yarl==1.9.6")}
    replay.write(**sides, cases=[SLOWER], options={"request": {"pytest": ["bench"], "timeout": "9s"}})
    replay("--pytest", "elsewhere", "--time-budget", "5m")
    request = replay.asked[0][0]
    assert (request.pytest, request.timeout, request.time_budget) == (("elsewhere",), "9s", "5m")


def test_the_seed_is_another_than_the_files(of_commits, monkeypatch):
    drawn = iter([4, 5, 6, 77])
    monkeypatch.setattr(confirm.secrets, "randbelow", lambda _: next(drawn))
    of_commits()
    of_commits("--seed", "9")
    assert [request.seed for request, _ in of_commits.asked] == ["77", "9"]


@pytest.mark.parametrize("seed", ["4", "5", "6"])
def test_a_seed_that_would_draw_the_same_again_is_refused(of_commits, seed):
    told = f"--seed {seed}: {of_commits.file} was measured with seed 5, and a replay needs another order"
    assert of_commits.refused("--seed", seed) == f"{told}; leave --seed out"


@pytest.mark.parametrize("words", [
    ("--operation", "predict"), ("--implementation", "a"), ("--m", "5"), ("--threads", "1"), ("--preset", "quick"),
    ("--margin", "2%"), ("--margins", "file"), ("--allow-missing", "a"), ("--allow-other-machine",),
    ("--dtype", "float64"), ("--measure", "time"),
])  # fmt: skip
def test_what_chooses_cases_or_margins_is_refused(of_commits, words):
    told = f"--confirm replays the cases of RESULT, with their margins; leave out {words[0]}"
    assert of_commits.refused(*words) == told


def test_where_nothing_was_confirmed_that_is_said_and_all_is_well(replay):
    replay.write(base=Side(label="a"), head=Side(label="b"), cases=[result("plain", "inconclusive")])
    outcome = replay()
    assert (outcome.exit_code, replay.asked) == (0, [])
    told = f"{replay.file} confirmed no case slower or faster: there is nothing to replay"
    assert outcome.stdout.splitlines()[0] == f"Not slower: {told}"


@pytest.mark.parametrize(
    ("now", "status", "told"),
    [
        (SLOWER, 1, "recurs"),
        (result("plain", "equivalent", ratio=1.0, low=0.99, high=1.01, blocks=12), 0, "did not recur"),
        (result("plain", "inconclusive", ratio=1.0, low=0.9, high=1.1, blocks=12), 3, "inconclusive"),
        (result("plain", "broken"), 4, "broken"),
        (result("other", "equivalent"), 4, "not compared"),
    ],
)
def test_the_status_says_whether_a_slowdown_recurs(of_commits, now, status, told):
    of_commits.now = [now]
    outcome = of_commits()
    assert (outcome.exit_code, outcome.stderr) == (status, "")
    assert f"  {told:12} double/plain" in outcome.stdout
    assert "then slower, head/base 1.116 (1.104 – 1.127) in 12 blocks" in outcome.stdout


def test_the_replay_says_what_it_replays_and_can_be_replayed_itself(of_commits, tmp_path):
    of_commits("--output", str(tmp_path / "again.json"))
    found = msgspec.json.decode((tmp_path / "again.json").read_bytes(), type=Comparison)
    assert found.replays == Earlier(file=str(of_commits.file), seed=5)
    assert (found.base.label, found.margin, found.cases[0].then.ratio) == ("main~2", 0.02, 1.116)
    assert found.head.label == found.head.commit[:8]
    assert confirm.read(tmp_path / "again.json") == found


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no JSON", "is not the JSON of a comparison; give the file that 'compare --output FILE' wrote ("),
        (b"{}", "is not the JSON of a comparison; give the file that 'compare --output FILE' wrote ("),
        (b'{"schema_version": 99}', "written by a newer rooflinear (schema 99); install that version"),
        (None, "No such file or directory; give the file that 'compare --output FILE' wrote"),
    ],
)
def test_a_file_that_is_none_of_a_comparison_is_refused(replay, content, told):
    if content is not None:
        replay.file.write_bytes(content)
    assert replay.refused().startswith(f"--confirm {replay.file}: {told}")


def test_a_comparison_of_two_files_cannot_be_replayed(replay):
    replay.write(base=Side(label="a.json"), head=Side(label="b.json"), method="unpaired", cases=[SLOWER])
    told = "compares two files of results; only two revisions can be replayed"
    assert replay.refused() == f"--confirm {replay.file}: {told}"


def test_options_that_cannot_be_read_are_refused(replay):
    replay.write(base=Side(label="a"), head=Side(label="b"), cases=[SLOWER], options={"request": {"pytest": 7}})
    assert replay.refused().startswith(f"--confirm {replay.file}: its options cannot be read: ")


def test_the_file_is_not_written_over(of_commits):
    told = f"--output {of_commits.file}: --confirm names the same file; choose another"
    assert of_commits.refused("--output", str(of_commits.file)) == told


def test_a_comparison_needs_a_base(replay):
    outcome = CliRunner().invoke(cli.app, ["compare"])
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == "rooflinear: BASE is missing; give a git revision, a run folder or a file of results\n"
