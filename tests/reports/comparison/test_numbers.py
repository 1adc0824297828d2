"""Numbers that are no times, in every form of a comparison."""

from dataclasses import replace
from xml.etree import ElementTree

import msgspec
import pytest

from rooflinear.bench.gate.tracks import results
from rooflinear.reports.comparison import comparison_page, comparison_text
from rooflinear.reports.units import amount_text

from ...bench.gate.test_guest_numbers import tracked
from ..made_comparison import comparison


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567, "ns", "1.23 ms"), (0.5, "seconds", "500 ms"), (1536, "bytes", "1.50 KiB"), (1536, "byte", "1.50 KiB"),
        (4, "calls", "4 calls"), (1234567, "unit", "1,234,567"), (0, "unit", "0"), (-3, "unit", "-3"),
        (-1.5, "%", "-1.50 %"), (0.12345, "", "0.123"), (None, "calls", "—"),
    ],
)  # fmt: skip
def test_an_amount_has_the_unit_of_its_benchmark(value, unit, text):
    assert amount_text(value, unit) == text


def shown(base, head, unit):
    track = tracked(base, head)
    track.screen = [replace(each, unit=unit) for each in track.screen]
    ((case,), _) = results([track])
    return msgspec.structs.replace(comparison(), cases=[case], controls=[], warnings=[])


def test_both_numbers_are_shown_in_every_form():
    found = shown(3, 4, "calls")
    assert "3 calls → 4 calls, head/base 1.333 (1.333 – 1.333) in 6 blocks, margin 2.0%" in comparison_text.terminal(
        found
    )
    assert "| 3 calls → 4 calls |" in comparison_text.markdown(found)
    assert comparison_text.OF_NUMBERS in comparison_text.markdown(found)
    page = comparison_page.html(found).decode()
    assert "<dt>Number, base</dt><dd>3 calls</dd>" in page
    assert "<dt>Number, head</dt><dd>4 calls</dd>" in page
    assert comparison_text.OF_NUMBERS in page
    (case,) = ElementTree.fromstring(comparison_text.junit(found)).iter("testcase")
    assert case.get("time") == "0.000000000"
    assert "3 calls → 4 calls; " not in comparison_text.junit(shown(1e6, 2e6, "ns"))
    (failure,) = case.iter("failure")
    assert failure.get("message", "").startswith("slower: 3 calls → 4 calls, head/base 1.333")


def test_two_numbers_without_a_ratio_are_shown_without_one():
    found = shown(0, 3, "unit")
    lines = comparison_text.terminal(found)
    assert "0 → 3 in 6 blocks, margin 2.0%" in lines
    assert "1000000000" not in comparison_text.markdown(found) + lines
    assert '<span class="ratio">0 → 3</span>' in comparison_page.html(found).decode()


def test_bytes_and_times_are_scaled():
    assert "120 MiB → 130 MiB" in comparison_text.markdown(shown(120 * 2**20, 130 * 2**20, "bytes"))
    assert "1.00 ms → 2.00 ms" in comparison_text.markdown(shown(1e6, 2e6, "ns"))


def test_a_comparison_of_times_alone_says_nothing_of_numbers():
    found = comparison()
    assert comparison_text.OF_NUMBERS not in comparison_text.markdown(found) + comparison_page.html(found).decode()
