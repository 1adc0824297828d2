"""Environments for tests: made once, whole or not at all, and absent only where no package index can be reached."""

import pytest

from rooflinear.bench.errors import CannotFinish

from . import absent, environments

WITHOUT_INDEX = "ERROR: Could not find a version that satisfies the requirement pytest (from versions: none)"
WRONG_PIN = "ERROR: Could not find a version that satisfies the requirement pytest==0 (from versions: 9.1, 9.2)"


@pytest.fixture
def made(monkeypatch, tmp_path):
    """The environments that were made, by their requirements; none is really installed."""
    made = []

    def environment(folder, python, requirements, constraints):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/python").touch()
        made.append(requirements)

    monkeypatch.setattr(environments, "KEPT", tmp_path)
    monkeypatch.setattr(environments.builds, "environment", environment)
    return made


def test_an_environment_is_made_once_for_its_requirements(made, tmp_path):
    first, again, other = (environments.python_with(each) for each in (["a==1"], ["a==1"], ["a==2"]))
    assert made == [["a==1"], ["a==2"]]
    assert first == again != other
    assert len(list(tmp_path.iterdir())) == 2


def test_two_processes_that_make_one_environment_share_it(made, tmp_path, monkeypatch):
    make = environments.builds.environment

    def meanwhile(*arguments):
        monkeypatch.setattr(environments.builds, "environment", make)
        environments.python_with(["a==1"])
        make(*arguments)

    monkeypatch.setattr(environments.builds, "environment", meanwhile)
    assert environments.python_with(["a==1"]) == environments.python_with(["a==1"])
    assert len(made) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("message", "required", "ends"),
    [
        (WITHOUT_INDEX, False, pytest.skip.Exception),
        (WITHOUT_INDEX, True, pytest.fail.Exception),
        (WRONG_PIN, False, CannotFinish),
    ],
)
def test_only_without_an_index_an_environment_is_absent(made, monkeypatch, tmp_path, message, required, ends):
    def fails(*_):
        raise CannotFinish(message)

    monkeypatch.setattr(environments.builds, "environment", fails)
    monkeypatch.setattr(absent, "REQUIRED", required)
    with pytest.raises(BaseException, match="from versions") as raised:  # a skip would skip this test
        environments.python_with(["pytest==0"])
    assert raised.type is ends
    assert not list(tmp_path.iterdir())
