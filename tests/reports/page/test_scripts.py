"""The page's script as a whole: each name is defined and used, which no file alone can show."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rooflinear.reports.page import page

from ...absent import absent

ROOT = Path(__file__).resolve().parents[3]
LINTER = shutil.which("oxlint", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
RULES = ("--deny", "no-undef", "--deny", "no-unused-vars")


def complaints(path):
    if not LINTER:
        absent("no oxlint: make setup")
    command = [LINTER, "--config", ROOT / ".oxlintrc.json", *RULES, "--format", "unix", path]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_every_name_is_defined_and_used(tmp_path):
    path = tmp_path / "page.js"
    path.write_text(page.script())
    assert not complaints(path)


@pytest.mark.parametrize(("line", "name"), [("const needless = 1;", "needless"), ("absent();", "absent")])
def test_a_name_that_is_not_would_be_seen(tmp_path, line, name):
    path = tmp_path / "page.js"
    path.write_text(page.script().replace("'use strict';", f"'use strict';\n{line}"))
    assert f"'{name}'" in complaints(path)


def test_no_line_of_a_script_is_longer_than_one_of_python():
    long = [
        f"{path.name}:{number}"
        for path in (ROOT / "reports").rglob("*.js")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert not long
