"""Colours that can be read, and no two implementations that look the same."""

import re
from pathlib import Path

import msgspec
import pytest

from rooflinear.reports import palette
from rooflinear.reports.tables.required import libraries

from . import synthetic

STYLE = (Path(palette.__file__).parent / "page/page.css").read_text()
LEAST_CONTRAST = 4.5
NAMES = ("numpy", "numpy_rows", "numpy_gram", "scipy_blas", "numba", "numba_cuda", "torch", "torch_compile", "jax")


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(factor * part for factor, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def papers(theme):
    """What names are written on: the values of two variables in the style, light first."""
    values = [re.findall(rf"--{name}: (#[0-9a-f]{{6}})", STYLE)[theme] for name in ("paper", "raised")]
    assert len(values) == 2
    return values


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)


@pytest.mark.parametrize(("theme", "colours"), list(enumerate((palette.LIGHT, palette.DARK))))
def test_every_colour_can_be_read_on_its_paper(theme, colours):
    low = {colour: contrast(colour, paper) for paper in papers(theme) for colour in colours}
    assert {colour: ratio for colour, ratio in low.items() if ratio < LEAST_CONTRAST} == {}
    assert len(set(colours)) == len(colours) == len(palette.LIGHT)


def test_a_library_has_one_colour_and_no_two_implementations_look_the_same():
    stated = {
        "numpy": ("numpy", ["numpy"]), "numpy_rows": ("numpy", ["numpy"]), "numpy_gram": ("numpy", ["numpy"]),
        "scipy_blas": ("numpy", ["numpy", "scipy"]), "numba": ("numpy", ["llvmlite", "numba", "numpy"]),
        "numba_cuda": ("numba_cuda", ["numba"]), "torch": ("torch", ["torch"]), "torch_compile": ("torch", ["torch"]),
        "jax": ("jax", ["jax"]),
    }  # fmt: skip
    recorded = {name: {"library": one, "requires": needed} for name, (one, needed) in stated.items()}
    run = msgspec.structs.replace(synthetic.run([], {}), implementations=recorded)
    owners = libraries(run, NAMES)
    assert owners == dict(
        zip(NAMES, ("numpy",) * 3 + ("scipy", "numba", "numba", "torch", "torch", "jax"), strict=True)
    )
    found = palette.looks(NAMES, owners)
    for one in NAMES:
        for other in NAMES:
            assert (found[one].number == found[other].number) is (owners[one] == owners[other])
    assert len(set(found.values())) == len(NAMES)


def test_a_known_library_has_the_same_colour_in_every_run():
    alone = palette.looks(["jax"], {"jax": "jax"})
    among = palette.looks(["mine", "numba", "jax"], {"mine": "mine", "numba": "numba", "jax": "jax"})
    assert alone["jax"] == among["jax"]


@pytest.mark.parametrize(("count", "owner"), [(60, "numpy"), (60, ""), (132, "numpy")])
def test_many_of_one_library_or_of_none_differ_too(count, owner):
    names = [f"kernel_{number}" for number in range(count)]
    assert len(set(palette.looks(names, dict.fromkeys(names, owner)).values())) == count


def test_more_than_there_are_pairs_are_drawn_all_the_same():
    names = [f"kernel_{number}" for number in range(400)]
    assert len(palette.looks(names)) == 400
