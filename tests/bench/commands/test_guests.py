"""``compare --pytest`` as users have it: how it ends, what it says of each benchmark, and what it leaves behind."""

import json
import os
import signal
import socket
import subprocess
import sysconfig
import textwrap

import pytest

from rooflinear.bench.commands import guests
from rooflinear.bench.guests import messages
from rooflinear.bench.guests.session import Place, Suite
from rooflinear.bench.guests.sides import Opened

from ...waiting import wait_for

pytestmark = pytest.mark.needs("pytest_benchmark")

BACKEND = """
import zipfile
from pathlib import Path

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name, info = "pkg-1-py3-none-any.whl", "pkg-1.dist-info"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        for path in Path("src").rglob("*.py"):
            wheel.write(path, path.relative_to("src"))
        wheel.writestr("pkg/generated.py", "MADE = True\\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: pkg\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
BUILT = {
    "pyproject.toml": """
        [build-system]
        requires = []
        build-backend = "backend"
        backend-path = ["."]
        [project]
        name = "pkg"
        version = "1"
        [tool.pytest.ini_options]
        pythonpath = "src"
        addopts = "-x -n 2 --cov pkg --benchmark-disable"
        """,
    "backend.py": BACKEND,
}


class Project:
    """A git repository in the folder where the command runs; ``write`` takes files and their texts."""

    def __init__(self, command):
        self.command, self.folder = command, command.folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.write({".gitignore": "/temporary/\n/results/\n__pycache__/\n*.out\n"})

    def git(self, *words):
        identity = ["-c", "user.email=a@example.org", "-c", "user.name=A"]
        subprocess.run(["git", "-C", str(self.folder), *identity, *words], check=True, capture_output=True)

    def write(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))

    def commit(self, files):
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a commit")

    def compare(self, *arguments, **options):
        """How the command ended, the comparison, and its cases."""
        done = self.command("compare", *arguments, "--json", **options)
        told = json.loads(done.stdout)
        return done, told, told["cases"]


@pytest.fixture
def project(rooflinear):
    return Project(rooflinear)


def verdicts(told, cases):
    return {name: next((each for each in told["cases"] if name in json.dumps(each["case"])), None) for name in cases}


FATES = """
import ctypes, os, socket, time
import pkg, pytest

def test_equal(benchmark):
    benchmark(sum, range(1000))

def test_head_is_wrong(benchmark):
    assert benchmark(pkg.side) == "base"

def test_base_raises(benchmark):
    benchmark(lambda: 1 / (pkg.side() == "head"))

def test_both_are_wrong(benchmark):
    assert benchmark(int) == 1

def test_skipped(benchmark):
    pytest.skip("no such machine")

@pytest.mark.xfail(reason="known")
def test_expected(benchmark):
    assert benchmark(int) == 1

def test_never(benchmark):
    pass

def test_plain():
    pass

def test_port(benchmark):
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", PORT))
        benchmark(int)

def test_head_dies(benchmark):
    benchmark((lambda: ctypes.string_at(0)) if pkg.side() == "head" else int)

def test_base_exits(benchmark):
    benchmark((lambda: os._exit(3)) if pkg.side() == "base" else int)

def test_head_hangs(benchmark):
    benchmark(time.sleep, 100 if pkg.side() == "head" else 0)

def test_head_is_too_large(benchmark):
    def hold():
        data = b"x" * 2**29
        time.sleep(3)
        return len(data)
    benchmark(hold if pkg.side() == "head" else int)

def test_grows(benchmark):
    found = [1] * 2000
    def grow():
        found.extend([1] * 5)
        return sum(found)
    benchmark(grow)
"""


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def test_what_breaks_is_told_of_each_benchmark_and_the_rest_goes_on(project):
    """Status 4: one comparison of a flat project without build metadata, whose suite has all that may happen."""
    project.commit({"pkg/__init__.py": "def side():\n    return 'base'\n"})
    project.write(
        {
            "pkg/__init__.py": "def side():\n    return 'head'\n",
            "tests/test_fates.py": f"PORT = {free_port()}\n{FATES}",
            "tests/test_unread.py": "import absent_module\n",
        }
    )
    arguments = ("--pytest", "tests", "--margin", "100%", "--timeout", "4", "--seed", "1", "--memory-limit", "0.2GiB")
    done, told, _ = project.compare("HEAD", *arguments)
    found = verdicts(told, [word.partition("(")[0] for word in FATES.split("def ") if word.startswith("test_")])
    outcome = {name: (each["verdict"], each["reason"]) for name, each in found.items()}
    both = "neither side can run it: skipped: "
    expected = {
        "test_head_is_wrong": ("broken", "head: wrong: AssertionError: assert 'head' == 'base'"),
        "test_base_raises": ("broken", "base: crashed: ZeroDivisionError: division by zero"),
        "test_both_are_wrong": ("not compared", f"{both}it fails on both sides: AssertionError: assert 0 == 1"),
        "test_skipped": ("not compared", f"{both}no such machine"),
        "test_expected": ("not compared", f"{both}expected to fail: known"),
        "test_never": ("not compared", f"{both}it ended without timing anything"),
        "test_plain": ("not compared", "a test without a benchmark fixture"),
        "test_head_dies": ("broken", "head: crashed: killed by SIGSEGV"),
        "test_base_exits": ("broken", "base: crashed: ended with exit status 3"),
        "test_head_is_too_large": ("broken", "head: crashed: out of memory: grew beyond the limit of 0.2 GiB"),
        "test_head_hangs": ("broken", "head: timeout: no answer within 4 s"),
    }
    for name, (verdict, reason) in expected.items():
        assert outcome[name][0] == verdict, outcome[name]
        assert outcome[name][1].startswith(reason), outcome[name]
    assert outcome["test_port"][0] in ("broken", "not compared")  # by which side came first, and whether it is copied
    assert "Address already in use" in outcome["test_port"][1]
    assert outcome["test_equal"][0] in ("equivalent", "not slower") or "disturbed" in outcome["test_equal"][1]
    assert "longer within a block: it changes state" in outcome["test_grows"][1]
    assert any("neither side can read tests/test_unread.py: ModuleNotFoundError" in each for each in told["warnings"])
    assert (done.status, told["verdict"]) == (4, "incomplete")
    assert_nothing_is_left(project)


def assert_nothing_is_left(project):
    assert not list(project.command.temporary.iterdir())
    assert not project.command.survivors()


def test_a_slower_head_is_found_in_what_was_built_though_settings_name_the_checkout(project):
    """Status 1: a ``src`` project that pip builds, a suite that only head has, one test of it by name."""
    project.commit({**BUILT, "src/pkg/__init__.py": "def f():\n    return sum(range(200))\n"})
    slower = "def f():\n    return sum(range(200)) + 0 * sum(range(2000))\n"
    suite = """
        import sys
        sys.path.insert(0, "src")
        import pkg, pkg.generated

        def test_f(benchmark):
            assert benchmark(pkg.f) == 19900

        def test_other(benchmark):
            benchmark(int)
        """
    project.commit({"src/pkg/__init__.py": slower, "benchmarks/test_f.py": suite, "benchmarks/__init__.py": ""})
    done, told, cases = project.compare("HEAD~1", "HEAD", "--pytest", "benchmarks/test_f.py::test_f", "--margin", "50%")
    assert [each["verdict"] for each in cases] == ["slower"], done.stderr
    assert (done.status, told["verdict"]) == (1, "slower")
    assert {each.partition(",")[0] for each in told["warnings"]} >= {
        f"switched off: {what}" for what in ("coverage", "early end", "options of pytest-benchmark", "xdist")
    }
    assert not (project.folder / "build").exists()
    assert_nothing_is_left(project)


def test_equal_sides_of_a_suite_inside_the_package(project):
    """Status 0: the suite is head's, and the package beside it each side's own."""
    project.commit({"pkg/__init__.py": "", "pkg/core.py": "SIDE = 'base'\n", "pkg/tests/__init__.py": ""})
    suite = """
        from ..core import SIDE

        def test_sum(benchmark):
            assert f"/{SIDE}/site/pkg/tests/" in __file__.replace("/copy/", "/base/")
            assert benchmark(sum, range(1000)) == 499500

        def test_left_out(benchmark):
            benchmark(int)
        """
    project.write({"pkg/core.py": "SIDE = 'head'\n", "pkg/tests/test_inside.py": suite})
    arguments = ("--pytest", "pkg/tests", "-k", "sum", "--margin", "100%")
    done, told, cases = project.compare("HEAD", *arguments)
    (case,) = cases
    if "disturbed by other programs" in case["reason"]:
        assert case["reason"].startswith("its interval lies inside the margin")
        assert (done.status, told["verdict"]) == (3, "inconclusive")
    else:
        assert case["verdict"] in ("equivalent", "not slower"), case
        assert (done.status, told["verdict"]) == (0, "not slower")
    assert_nothing_is_left(project)


def test_benchmarks_of_seconds_that_the_budget_cannot_hold_are_told(project):
    """Status 3: what was not reached is left out, and said for each."""
    tests = [f"def test_{name}(benchmark):\n    benchmark(time.sleep, 0.4)\n" for name in "abcd"]
    suite = "".join(["import pkg, time\n", *tests])
    project.commit({"pkg.py": "", "tests/test_long.py": suite})
    project.commit({"pkg.py": "changed = 1"})
    done, told, cases = project.compare("HEAD~1", "HEAD", "--pytest", "tests", "--time-budget", "12")
    late = [each for each in cases if each["reason"] == "not reached within --time-budget"]
    assert len(late) >= 2
    assert {each["verdict"] for each in late} == {"inconclusive"}
    assert (done.status, told["verdict"]) == (3, "inconclusive")


@pytest.mark.parametrize(
    ("files", "arguments", "told"),
    [
        (
            {"tests/test_a.py": "def test_a():\n    pass\n"},
            ("tests",),
            "tests: no benchmark was found; tests/test_a.py::test_a is a test without a benchmark fixture",
        ),
        ({"tests/test_a.py": "import absent_module\n"}, ("tests",), "No module named 'absent_module'"),
        ({"tests/test_a.py": ""}, ("tests/absent.py",), "tests/absent.py: no such file or folder; name the suite's"),
        ({"tests/conftest.py": "1/0", "tests/test_a.py": ""}, ("tests",), "ZeroDivisionError"),
    ],
    ids=["no benchmark", "unread", "no file", "conftest"],
)
def test_a_suite_without_benchmarks_is_invalid_input(project, files, arguments, told):
    """Status 2."""
    project.commit({"pkg.py": "", **files})
    done = project.command("compare", "HEAD", "--pytest", *arguments)
    assert done.status == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert_nothing_is_left(project)


def test_a_revision_without_the_project_is_refused(project):
    project.commit({"pkg.py": ""})
    project.commit({"part/pyproject.toml": "", "part/tests/test_a.py": "def test_a(benchmark):\n    benchmark(int)\n"})
    done = project.command("compare", "HEAD~1", "HEAD", "--pytest", "part/tests")
    told = "rooflinear: HEAD~1: has no part/, the suite's project; give revisions that have it\n"
    assert (done.status, done.stderr) == (2, told)
    assert_nothing_is_left(project)


def test_a_search_over_a_suite_without_benchmarks_says_so(project):
    for number in range(2):
        project.commit({"pkg.py": f"number = {number}\n", "tests/test_a.py": "def test_a():\n    pass\n"})
    done = project.command("bisect", "HEAD~1", "--pytest", "tests")
    assert done.status == 2
    assert "rooflinear: tests: no benchmark was found; tests/test_a.py::test_a is a test" in done.stderr
    assert_nothing_is_left(project)


@pytest.mark.parametrize("late", [False, True], ids=["on top", "inside the test"])
def test_what_would_measure_the_checkout_is_refused_with_proof(project, late):
    """Status 5."""
    where = "def test_f(benchmark):\n    import pkg\n" if late else "import pkg\n\ndef test_f(benchmark):\n"
    project.commit(
        {
            "src/pkg/__init__.py": "def f():\n    return 1\n",
            "tests/conftest.py": f"import sys\nsys.path.insert(0, {str(project.folder / 'src')!r})\n",
            "tests/test_f.py": f"{where}    benchmark(pkg.f)\n",
        }
    )
    done = project.command("compare", "HEAD", "--pytest", "tests", "--margin", "100%")
    assert done.status == 5
    file = project.folder / "src/pkg/__init__.py"
    assert f"pkg was imported from {file.resolve()}, not from " in done.stderr
    assert "let no conftest.py put its checkout on sys.path" in done.stderr
    assert_nothing_is_left(project)


def test_a_build_that_fails_is_told_with_the_command_that_repeats_it(project):
    """Status 5: an older commit, which neither the checkout nor its newest commit shows any more."""
    suite = "def test_a(benchmark):\n    benchmark(int)\n"
    failing = "raise RuntimeError('no compiler here')\n"
    project.commit({**BUILT, "src/pkg/__init__.py": "", "tests/test_a.py": suite, "backend.py": failing})
    project.commit({"backend.py": BACKEND})
    done = project.command("compare", "HEAD~1", "HEAD", "--pytest", "tests")
    assert done.status == 5
    assert "base: its build failed" in done.stderr
    assert "no compiler here" in done.stderr
    command = done.stderr.partition("to repeat it: ")[2].splitlines()[0]
    environment = {**os.environ, "TMPDIR": str(project.command.temporary)}
    again = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
    assert again.returncode
    assert "no compiler here" in again.stdout + again.stderr


@pytest.mark.parametrize(
    ("pythons", "versions", "unchanged"),
    [
        (("python", "python"), ({}, {}), True),
        (("old/python", "new/python"), ({"numpy": "1"}, {"numpy": "2"}), False),
        (("old/python", "new/python"), ({"numpy": "2"}, {"numpy": "2"}), True),
        (("old/python", "new/python"), ({}, {}), False),
    ],
    ids=["one interpreter", "an upgrade", "equal versions", "unknown versions"],
)
def test_the_same_code_is_unchanged_only_where_its_environments_are_equal(tmp_path, pythons, versions, unchanged):
    sides = ("base", "head")
    places = {side: Place(python, tmp_path, tmp_path) for side, python in zip(sides, pythons, strict=True)}
    opened = Opened(Suite("pytest", ("tests",)), places, dict(zip(sides, versions, strict=True)))
    told = dict.fromkeys(sides, messages.Listed([messages.Listing(id="tests/test_a.py::test_a")]))
    found = guests._unchanged(opened, told, {side: {} for side in sides})
    assert found == ({"tests/test_a.py::test_a"} if unchanged else set())


WAITS = "import time\nfrom pathlib import Path\ndef wait():\n    Path({file!r}).touch()\n    time.sleep(100)\n"
MOMENTS = {
    "while it builds": ("", "", ("--build", "touch {file}; sleep 100 & wait")),
    "while it lists": ("wait()\n", "", ()),
    "in a block": ("", "wait", ()),
}


def installed():
    return sorted(os.listdir(sysconfig.get_paths()["purelib"]))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_an_end_in_the_middle_leaves_nothing_behind(project, how, moment):
    """Status 130 after Ctrl-C; after ``kill -9`` the next start removes the folder that was left."""
    on_top, inside, options = MOMENTS[moment]
    reached, before = project.command.temporary.parent / "reached.out", installed()
    suite = WAITS.format(file=str(reached)) + on_top + f"def test_a(benchmark):\n    benchmark({inside or 'int'})\n"
    project.commit({"pkg.py": "", "tests/test_a.py": suite})
    options = [each.replace("{file}", str(reached)) for each in options]
    process = project.command.start("compare", "HEAD", "--pytest", "tests", *options)
    wait_for(reached.exists)
    process.send_signal(how)
    done = project.command.finish(process, seconds=30)
    assert done.status == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert not project.command.survivors()
    left = list(project.command.temporary.iterdir())
    if how == signal.SIGKILL:
        assert len(left) == 1
        assert project.command("compare", "HEAD", "--pytest", "tests/absent.py").status == 2
        left = list(project.command.temporary.iterdir())
    assert left == []
    assert installed() == before
