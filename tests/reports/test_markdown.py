"""Markdown shows any text as it is: checked by rendering it."""

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rooflinear.reports.markdown import code, escaped, table

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = st.text(alphabet="ab1 _*`~|\\[]()<>&#$!+-.=:@\n\x1b", max_size=30)


def words(text):
    """As a page shows it: blanks count once; no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def shown(markdown, *tags):
    """The text of the page and a check that it has no elements but these."""
    page = RENDERER.render(markdown)
    found = set(re.findall(r"</?([a-z0-9]+)", page))
    assert found <= set(tags), page
    return words(html.unescape(re.sub(r"<[^>]+>", " ", page)))


@settings(max_examples=300, deadline=None)
@given(st.one_of(MARKS, st.text(max_size=30)))
@example("__init__.py")
@example("~~gone~~ *x* _y_ `z` [a](b) <b> &amp; \\")
def test_text_within_a_line_is_shown_as_it_is(text):
    assert shown(f"so {escaped(text)} it", "p") == words(f"so {text} it")


@settings(max_examples=300, deadline=None)
@given(MARKS.map(words).filter(bool))
@example("1. x")
@example("- x")
@example("+ x")
@example("# x")
@example("12) x")
def test_text_that_begins_a_line_of_a_list_is_shown_as_it_is(text):
    assert shown(f"- {escaped(text)}", "ul", "li") == words(text)


@settings(max_examples=100, deadline=None)
@given(MARKS)
def test_a_cell_is_shown_as_it_is_and_stays_one(text):
    page = table(["head", "other"], [[escaped(text), "end"]])
    assert shown(page, "table", "thead", "tbody", "tr", "th", "td") == words(f"head other {text} end")


def test_escape_characters_do_not_reach_a_file():
    assert escaped("\x1b[31mred\x1b[0m\x9b2J\r\n") == " \\[31mred \\[0m 2J  "


@pytest.mark.parametrize("name", ["numpy_inplace", "m_1", "rows_2d"])
def test_names_stay_readable(name):
    assert escaped(name) == name


@pytest.mark.parametrize("text", ["ls", "a `b` c", "``", "`", "a ``b```c", "x`"])
def test_code_is_shown_as_it_is_whatever_its_backticks(text):
    page = RENDERER.render(f"Again: {code(text)}")
    assert html.unescape(re.search(r"<code>(.*)</code>", page, re.DOTALL)[1]) == text
