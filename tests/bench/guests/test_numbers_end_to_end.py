"""``compare --asv`` and ``--pyperf`` over tiny suites of exact numbers: no verdict here depends on time."""

import json
import subprocess
import sys

import pytest

PROJECT = {
    "counted/__init__.py": "def count():\n    return 3\n",
    "benchmarks/__init__.py": "",
    "benchmarks/io.py": (
        "import counted\n\ndef track_count():\n    return counted.count()\ntrack_count.unit = 'calls'\n"
        "def track_same():\n    return 0\n"
    ),
    "benchmarks/bad.py": "import no_such_module\n",
    "asv.conf.json": '{"version": 1, // comment\n "benchmark_dir": "benchmarks",}',
    "bm_count.py": (
        "import counted, pyperf\nrunner = pyperf.Runner()\n"
        "for name, count in (('counted', counted.count), ('same', lambda: 1)):\n"
        "    runner.bench_time_func(name, lambda loops: count() * loops, metadata={'unit': 'byte'})\n"
    ),
}


@pytest.fixture
def project(tmp_path):
    """A commit, and a working tree that counts one more."""
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "counted/__init__.py").write_text(PROJECT["counted/__init__.py"].replace("3", "4"))
    return tmp_path


def compared(project, *arguments):
    command = [sys.executable, "-m", "rooflinear.bench", "compare", "HEAD", "--json", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.needs("asv_runner")
def test_an_asv_suite_is_compared_by_its_settings(project):
    done = compared(project, "--asv", "asv.conf.json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    cases = {each["case"]["operation"]: each for each in found["cases"]}
    assert {name: each["verdict"] for name, each in cases.items()} == {
        "io.track_count": "slower", "io.track_same": "equivalent",
    }  # fmt: skip
    screen = cases["io.track_count"]["screen"]
    assert (screen["base_ns"], screen["head_ns"], screen["unit"]) == (3, 4, "calls")
    assert any("neither side can read benchmarks/bad.py: ModuleNotFoundError" in each for each in found["warnings"])


def committed(project):
    git = ["git", "-C", str(project), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "commit", "-qam", "a change"], check=True)


@pytest.mark.slow
@pytest.mark.needs("asv_runner")
def test_a_suites_comparison_is_replayed_by_what_its_file_says(project):
    committed(project)
    earlier = project.parent / "earlier.json"
    command = [sys.executable, "-m", "rooflinear.bench", "compare"]
    words = ["HEAD~1", "HEAD", "--asv", "asv.conf.json", "--bench", "io", "--output", str(earlier)]
    assert subprocess.run([*command, *words], cwd=project, capture_output=True).returncode == 1
    done = subprocess.run([*command, "--confirm", str(earlier), "--json"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["reason"] == "1 of 1 confirmed slowdown recurs"
    (case,) = found["cases"]
    assert (case["case"]["operation"], case["recurrence"], case["then"]["verdict"]) == (
        "io.track_count",
        "recurs",
        "slower",
    )
    assert found["options"]["request"] == {"asv": "asv.conf.json", "bench": ["io"]}


BUILDS = "import counted\n\ndef time_build():\n    counted.build()\n\ndef time_same():\n    b'x' * 2**20\n"


@pytest.mark.slow
@pytest.mark.needs("asv_runner")
def test_the_memory_of_a_suites_calls_is_compared(project):
    for mib, message in ((1, "as it was"), (3, "more")):
        (project / "counted/__init__.py").write_text(f"def build():\n    return b'x' * {mib} * 2**20\n")
        (project / "benchmarks/io.py").write_text(BUILDS)
        git = ["git", "-C", str(project), "-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run([*git, "commit", "-qam", message], check=True)
    command = [sys.executable, "-m", "rooflinear.bench", "compare", "HEAD~1", "HEAD", "--asv", "asv.conf.json"]
    done = subprocess.run([*command, "--measure", "memory", "--json"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr
    cases = {each["case"]["operation"]: each for each in json.loads(done.stdout)["cases"]}
    build = cases["io.time_build"]
    assert (build["verdict"], build["measure"], cases["io.time_same"]["verdict"]) == ("slower", "memory", "equivalent")
    sides = [(build["confirm"] or build["screen"])[f"{side}_ns"] / 2**20 for side in ("base", "head")]
    assert sides == pytest.approx([1, 3], abs=0.3)  # Linux may count 256 KiB late (docs/numbers.md)


@pytest.mark.slow
@pytest.mark.needs("pyperf")
def test_a_pyperf_script_is_compared(project):
    done = compared(project, "--pyperf", "bm_*.py")
    assert done.returncode == 1, done.stderr
    cases = {each["case"]["operation"]: each["verdict"] for each in json.loads(done.stdout)["cases"]}
    assert cases == {"bm_count.py::counted": "slower", "bm_count.py::same": "equivalent"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--asv", "none"), "no such file or folder"),
        (("--asv", "benchmarks", "--bench", "("), "no regular expression"),
        (("--pyperf", "none_*.py"), "no such script"),
    ],
)
def test_wrong_input_ends_with_one_line_and_status_2(project, arguments, told):
    done = compared(project, *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert told in line
