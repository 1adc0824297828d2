"""What MkDocs is told of this repository: pages outside docs/, files that pages link to, and the gallery's pages.

A link that leaves ``docs/`` leads to a copy of the file as text, or to a list of the folder's files, so that the site
is whole without the repository's address.
"""

import os
import posixpath
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = {"README.md": "index.md", **{name: name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")}}
"""Pages at the top of the repository, and what they are called in the site."""

LINK = re.compile(r"\]\(([^)#\s:]+)(#[^)\s]*)?\)")
RUN = "h200/gpu-gradient"
"""The run of the gallery's report, in docs/calibration/gpu/h200.tar.xz."""


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages and copies, once for every target of a link."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in DOCS.rglob("*.md")}
    texts |= {name: (ROOT / name).read_text() for name in PAGES}
    made: dict[str, str] = {}
    for source, text in texts.items():
        made |= {_in_site(target): _copy(ROOT / target) for target in _copied(source, text)}
    made |= {name: _links_in_site(source, texts[source]) for source, name in PAGES.items()}
    made["calibration/raw-data.md"] = _raw_data()
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    files.append(File.generated(config, "gallery/report.html", content=_report()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    source = page.file.src_uri
    return markdown if source in PAGES.values() else _links_in_site(f"docs/{source}", markdown)


def _targets(source: str, text: str) -> list[str]:
    """What a page links to, as paths in the repository. MkDocs itself reports links that lead nowhere."""
    folder = posixpath.dirname(source)
    found = (posixpath.normpath(posixpath.join(folder, match[1])) for match in LINK.finditer(text))
    return [each for each in found if (ROOT / each).exists()]


def _copied(source: str, text: str) -> list[str]:
    return [each for each in _targets(source, text) if _in_site(each).endswith((".txt", "/index.md"))]


def _in_site(target: str) -> str:
    """The path in the site of a file or folder of the repository."""
    inside = target.removeprefix("docs/")
    if target in PAGES:
        return PAGES[target]
    if (ROOT / target).is_dir():
        return f"{inside}/index.md" if inside != target else f"source/{target}/index.md"
    return inside if inside != target and not target.endswith(".py") else f"source/{target}.txt"


def _links_in_site(source: str, text: str) -> str:
    here = posixpath.dirname(_in_site(source))

    def moved(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        if not (ROOT / target).exists():
            return match[0]
        return f"]({posixpath.relpath(_in_site(target), here or '.')}{match[2] or ''})"

    return LINK.sub(moved, text)


def _copy(path: Path) -> str:
    if path.is_file():
        return path.read_text()
    lines = [f"- [{each.name}]({_link(each, path)})" for each in sorted(path.iterdir()) if _is_shown(each)]
    return "\n".join([f"# {path.relative_to(ROOT)}", "", *lines, ""])


def _link(path: Path, folder: Path) -> str:
    return path.name if folder.is_relative_to(DOCS) else f"{path.name}.txt"


def _is_shown(path: Path) -> bool:
    return path.is_file() and path.parent.is_relative_to(DOCS)


def _raw_data() -> str:
    """A page of downloads: every file of docs/calibration that is no text."""
    folder = DOCS / "calibration"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".md"]
    named = [(path.relative_to(folder), path.stat().st_size / 1000) for path in files]
    rows = [f"| [{name}]({name}) | {kilobytes:.0f} |" for name, kilobytes in named]
    told = "What the figures of these pages are counted from: one JSON object a line, or as the page that uses it says."
    return "\n".join(["# Raw data", "", told, "", "| file | kB |", "|---|---|", *rows, ""])


def _report() -> str:
    """The page of a run that was measured on a GPU, made from its samples."""
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(DOCS / "calibration/gpu/h200.tar.xz") as archive:
            archive.extractall(place, filter="data")
        command = [sys.executable, "-m", "rooflinear.bench", "report", RUN, "--output", "report.html"]
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": place})
        return Path(place, "report.html").read_text()
