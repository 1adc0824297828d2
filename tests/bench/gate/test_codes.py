"""A digest of code is equal where a comparison would call the code the same."""

import pytest

from rooflinear.bench.gate import codes
from rooflinear.bench.gate.revisions import interpreters, open_revision

from ..made_repository import KERNEL, Repository


@pytest.fixture(scope="module")
def digests(tmp_path_factory):
    """The digest of ``plain`` at each commit."""
    folder = tmp_path_factory.mktemp("codes")
    made, found, python = Repository(folder), {}, interpreters(None, None)["base"]
    steps = {
        "first": lambda: None,
        "notes": lambda: (folder / "notes.txt").write_text("a note"),
        "other": lambda: made.write(other=KERNEL + "# 2\n"),
        "plain": lambda: made.write(plain=KERNEL + "# 2\n"),
        "back": lambda: made.write(plain=KERNEL),
        "data": lambda: (folder / "kernels" / "table.csv").write_text("1"),
    }
    for name, step in steps.items():
        step()
        made.git("add", "--all")
        made.git("commit", "--quiet", "--allow-empty", "--message", name)
        revision = open_revision(
            folder, (folder / "kernels").relative_to(folder), "HEAD", folder / "temporary" / name / "tree", python
        )
        found[name] = codes.of_implementation(revision, "plain")
    return found


def test_only_what_the_code_may_run_or_read_counts(digests):
    assert digests["first"] == digests["notes"] == digests["other"] == digests["back"]
    assert len({digests[name] for name in ("first", "plain", "data")}) == 3


def test_packages_differ_by_any_file_or_version(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_text("1")
    first = codes.of_packages([tmp_path], {"numpy": "2"})
    assert codes.of_packages([tmp_path], {"numpy": "2"}) == first
    assert codes.of_packages([tmp_path], {"numpy": "3"}) != first
    (tmp_path / "pkg" / "a.py").write_text("2")
    assert codes.of_packages([tmp_path], {"numpy": "2"}) != first
