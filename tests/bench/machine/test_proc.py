"""What Linux tells of processes is read, and what it does not tell is no error."""

import pytest

from rooflinear.bench.machine.proc import Ticks, parse, read_processes


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"12 (python3) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "python3"),
        (b"12 (a (b) c) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "a (b) c"),
        (b"12 (x) R 1 2) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "x) R 1 2"),
        (b"12 () R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", ""),
    ],
)
def test_a_name_may_hold_blanks_and_parentheses(line, name):
    assert parse(line) == Ticks(group=34, started=777, ran=33, ended_ran=77, name=name)


def test_without_proc_nothing_is_read(monkeypatch):
    monkeypatch.setattr("builtins.open", lambda path, *_: (_ for _ in ()).throw(FileNotFoundError(2, "absent", path)))
    assert read_processes() is None


@pytest.mark.parametrize("line", ["cpu 1 2 3\n", "", "nonsense\n"])
def test_a_proc_of_another_form_is_none(tmp_path, monkeypatch, line):
    (tmp_path / "stat").write_text(line)
    opened = open
    monkeypatch.setattr("builtins.open", lambda path, *rest: opened(tmp_path / "stat", *rest))
    assert read_processes() is None
