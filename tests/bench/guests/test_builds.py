"""How the two sides are installed: what is under test, and what is told of a build that failed."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rooflinear.bench.commands.guest_sides import _again
from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.guests import builds
from rooflinear.bench.guests.sides import Release, release_of

from ...waiting import wait_for
from .test_trees import make

POSIX = pytest.mark.skipif(os.name != "posix", reason="--build is a command of a POSIX shell")


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("yarl==1.9.4", Release("yarl", "1.9.4")),
        ("a-b.c_d==2!1.0+local", Release("a-b.c_d", "2!1.0+local")),
        ("yarl", None),
        ("yarl>=1", None),
        ("==1", None),
        ("yarl==", None),
        ("main", None),
        ("", None),
        (None, None),
    ],
)
def test_a_release_is_a_project_and_a_version(text, release):
    assert release_of(text) == release


def test_packages_are_the_top_level_modules_without_those_that_no_project_means_to_install(tmp_path):
    make(
        tmp_path, "pkg/__init__.py", "_core.cpython-312-x86_64-linux-gnu.so", "single.py", "spaced/inner/a.py",
        "tests/test_a.py", "docs/conf.py", "conftest.py", "setup.py", "bin/a.py", "data/a.txt", "pkg-1.dist-info/a.py",
        "not-a-name/a.py",
    )  # fmt: skip
    assert builds.packages([tmp_path]) == ["_core", "pkg", "single", "spaced"]


@pytest.mark.parametrize(
    ("files", "inner"),
    [(("src/pkg/__init__.py",), "src"), (("pkg/__init__.py",), "."), (("src/notes.txt", "pkg/__init__.py"), ".")],
)
def test_a_project_without_build_metadata_is_imported_from_its_sources(tmp_path, files, inner):
    make(tmp_path / "tree", *files)
    found = builds.build(tmp_path / "tree", tmp_path / "site", sys.executable, None, "base", "true")
    assert found == builds.source_roots(tmp_path / "tree") == [tmp_path / "tree" / inner]


@POSIX
def test_a_command_of_ones_own_builds_and_its_other_braces_are_the_shells(tmp_path):
    (tmp_path / "a tree").mkdir()
    command = "NAME=pkg; mkdir {target}/${NAME} && {python} -c 1 && cp -r {source}/. {target}/${NAME}"
    make(tmp_path / "a tree", "__init__.py")
    found = builds.build(tmp_path / "a tree", tmp_path / "a site", sys.executable, command, "base", "true")
    assert found == [tmp_path / "a site"]
    assert (tmp_path / "a site" / "pkg" / "__init__.py").exists()


@POSIX
def test_what_is_built_in_place_is_imported_from_the_sources(tmp_path):
    make(tmp_path / "tree", "src/pkg/__init__.py")
    found = builds.build(tmp_path / "tree", tmp_path / "site", sys.executable, "true", "base", "true")
    assert found == [tmp_path / "tree" / "src"]


def git(folder, *words):
    identity = ["-c", "user.email=a@example.org", "-c", "user.name=A"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(folder):
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "first")
    return git(folder, "rev-parse", "HEAD")


@POSIX
@pytest.mark.parametrize("below", [".", "in ner"])
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_failed_build_tells_its_last_lines_and_a_command_that_repeats_it(tmp_path, below, is_committed):
    """Of the working tree, or of a commit that a later one mended."""
    root = tmp_path / "a repository"
    make(root / below, "failing.sh", text="seq 1 20\necho 'no compiler' >&2\nls -d $1\nexit 3\n")
    commit = committed(root) if is_committed else None
    below = (root / below).relative_to(root)
    again = _again(root, commit, below)
    with pytest.raises(CannotFinish) as raised:
        builds.build(root / below, tmp_path / "site", sys.executable, "sh failing.sh {target}", "base", again)
    what, *lines, repeat = str(raised.value).splitlines()
    assert what == "base: --build failed:"
    assert [line.strip() for line in lines] == ["17", "18", "19", "20", "no compiler", str(tmp_path / "site")]
    if is_committed:
        make(root / below, "failing.sh", text="echo mended\n")
        git(root, "commit", "--quiet", "--all", "--message", "mended")
    command = repeat.strip().removeprefix("to repeat it: ")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "no compiler" in done.stderr
    assert "1\n2\n3\n" in done.stdout
    assert not (root / "built").exists()


@pytest.mark.slow
def test_pip_builds_and_the_command_that_repeats_its_failure_fails_alike(tmp_path):
    """One start of pip that fails, and one of the pasted command."""
    root = make(tmp_path / "repository", "setup.py", text="raise SystemExit('this needs a compiler')\n")
    (root / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n')
    (root / "b.py").write_text("raise RuntimeError('this needs a compiler')\n")
    again = _again(root, committed(root), (root).relative_to(root))
    with pytest.raises(CannotFinish, match="this needs a compiler") as raised:
        builds.build(root, tmp_path / "site", sys.executable, None, "head", again)
    assert str(raised.value).startswith("head: its build failed (--build COMMAND replaces pip):")
    command = str(raised.value).splitlines()[-1].strip().removeprefix("to repeat it: ")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode
    assert "this needs a compiler" in done.stderr + done.stdout


@pytest.mark.parametrize(("pins", "pinned"), [({"a": "1", "b": "2"}, "a==1\nb==2\n"), ({}, ""), (None, None)])
def test_an_environment_has_the_versions_of_the_other_side(tmp_path, monkeypatch, pins, pinned):
    (tmp_path / "env").mkdir()
    commands = []
    monkeypatch.setattr(builds, "_run", lambda command, *_: commands.append(command))
    builds.environment(tmp_path / "env", sys.executable, ["pkg==1", "tool"], pins)
    made, pip = commands
    assert made[1:4] == ["-m", "venv", "--without-pip"]
    assert pip[-2:] == ["pkg==1", "tool"]
    stated = pip[pip.index("--constraint") + 1] if "--constraint" in pip else None
    assert (Path(stated).read_text() if stated else None) == pinned


def test_a_program_that_is_absent_is_told(tmp_path):
    with pytest.raises(CannotFinish) as raised:
        builds.environment(tmp_path / "env", str(tmp_path / "absent-python"), [], None)
    assert re.search(r"cannot make an environment.*absent-python", str(raised.value), re.DOTALL)
    assert "Traceback" not in str(raised.value)


SLEEPING = "echo $$ > {target}/../pid; sleep 1000 & wait"


def is_running(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def pids(folder):
    """The shell's, and its child's."""
    file = folder / "pid"
    wait_for(lambda: file.exists() and file.read_text().strip())
    shell = int(file.read_text())
    children = Path(f"/proc/{shell}/task/{shell}/children")
    wait_for(lambda: children.read_text().strip())
    return [shell, *map(int, children.read_text().split())]


LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_a_command_whose_end_is_not_awaited_is_ended(tmp_path, monkeypatch):
    started = []

    def interrupted(process):
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        builds.build(tmp_path, tmp_path / "site", sys.executable, "sleep 100", "base", "true")
    assert [each.returncode for each in started] == [-signal.SIGKILL]


@LINUX
def test_a_build_that_is_interrupted_ends_with_its_child_processes(tmp_path):
    ended = []

    def build():
        with pytest.raises(CannotFinish):
            builds.build(tmp_path, tmp_path / "site", sys.executable, SLEEPING, "base", "true")
        ended.append(True)

    thread = threading.Thread(target=build)
    thread.start()
    running = pids(tmp_path)
    builds.interrupt()
    wait_for(lambda: not any(map(is_running, running)))
    thread.join()
    assert ended


@LINUX
def test_a_build_ends_with_the_process_that_started_it(tmp_path):
    program = (
        "import sys; from pathlib import Path; from rooflinear.bench.guests import builds\n"
        f"builds.build(Path({str(tmp_path)!r}), Path({str(tmp_path / 'site')!r}), sys.executable, {SLEEPING!r}, '', '')"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        running = pids(tmp_path)
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(map(is_running, running)))
