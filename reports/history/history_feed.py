"""The confirmed changes of a history as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from urllib.parse import quote
from xml.etree import ElementTree

from ...bench.history.history_records import History, Nominee
from ...bench.history.records import Commit, verdict_word
from .history_text import confirmed, told, where

ATOM = "http://www.w3.org/2005/Atom"
EPOCH = "1970-01-01T00:00:00Z"
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML may not contain."""


def atom(found: History) -> bytes:
    """An entry for each commit that changed a case, the newest first."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    name = found.suite or "history"
    first = found.commits[0].name if found.commits else ""
    _text(feed, "title", f"rooflinear: changes of {name}")
    _text(feed, "id", f"urn:rooflinear:{quote(name, safe='')}:{quote(first, safe='')}")
    _text(feed, "updated", found.ended_at or found.began_at or EPOCH)
    _text(ElementTree.SubElement(feed, f"{{{ATOM}}}author"), "name", "rooflinear")
    for commit, nominees in reversed(confirmed(found)):
        _entry(feed, found, commit, nominees)
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(feed: ElementTree.Element, found: History, commit: Commit, nominees: Sequence[Nominee]) -> None:
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    verdicts = dict.fromkeys(verdict_word(each.result.verdict, [each.case]) for each in nominees if each.result)
    many = f"{len(nominees)} case{'' if len(nominees) == 1 else 's'}"
    _text(entry, "title", f"{commit.short} made {many} {' and '.join(verdicts)}: {commit.subject}".removesuffix(": "))
    _text(entry, "id", f"urn:rooflinear:{quote(found.suite, safe='')}:{quote(commit.name, safe='')}")
    _text(entry, "updated", commit.date or found.ended_at or EPOCH)
    if found.web:
        ElementTree.SubElement(entry, f"{{{ATOM}}}link", href=f"{found.web}{commit.name}")
    lines = [f"{each.case}: {told(each)}" for each in nominees]
    _text(entry, "content", "\n".join([*lines, *dict.fromkeys(filter(None, map(where, nominees)))]))
    if commit.author:
        _text(ElementTree.SubElement(entry, f"{{{ATOM}}}author"), "name", commit.author)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = UNPRINTABLE.sub("", text)
