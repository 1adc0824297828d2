"""The same page in Firefox."""

import time
from collections.abc import Iterator

import pytest

from ..browsers import FIREFOX, program
from .conftest import SECONDS
from .marionette import Firefox


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory, written) -> Iterator[Firefox]:
    started = Firefox(program(FIREFOX), tmp_path_factory.mktemp("firefox"))
    started("WebDriver:Navigate", {"url": f"file://{written}"})
    yield started
    started.close()


def wait(firefox: Firefox, condition: str) -> None:
    end = time.monotonic() + SECONDS
    while not firefox.run(f"return {condition}"):
        assert time.monotonic() < end, condition
        time.sleep(0.05)


def test_the_page_is_drawn_with_its_charts(firefox):
    wait(firefox, "Number(document.documentElement.dataset.drawn) > 0")
    assert "fastest" in firefox.run("return document.getElementById('title').textContent")
    assert firefox.run("return document.querySelectorAll('#scaling-chart svg path').length") > 20
    assert firefox.run("return document.querySelectorAll('#bars tbody tr').length") == 15
    assert firefox.run("return document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_control_draws_it_anew(firefox):
    firefox.run("location.hash = 'operation=r2&baseline=numba'")
    wait(firefox, "document.getElementById('where').textContent.startsWith('r2')")
    assert firefox.run("return document.getElementById('choose-baseline').value") == "numba"


def test_a_case_opens_with_its_samples(firefox):
    firefox.run("location.hash = 'case=20'")
    wait(firefox, "document.querySelector('#case[open] #strip-chart svg') !== null")
    assert firefox.run("return document.querySelectorAll('#strip-chart svg path').length") > 9
