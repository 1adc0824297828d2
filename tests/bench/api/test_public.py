"""`import rooflinear`: names load when they are used, and child processes pay nothing for them."""

import subprocess
import sys

import pytest

import rooflinear


def printed(script):
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_import_loads_nothing_else():
    script = "import sys; before = set(sys.modules); import rooflinear; print(*sorted(set(sys.modules) - before))"
    assert printed(script) == ["rooflinear"]


def test_a_name_loads_only_what_it_needs():
    script = (
        "import sys, rooflinear; rooflinear.UsageError; print(*{'pandas', 'matplotlib', 'typer'} & set(sys.modules))"
    )
    assert printed(script) == []


@pytest.mark.parametrize("name", rooflinear.__all__)
def test_every_name_is_there_and_is_shown(name):
    found = getattr(rooflinear, name)
    assert (found.__name__, found.__doc__ is not None or issubclass(found, Exception)) == (name, True)
    assert name in dir(rooflinear)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'rooflinear' has no attribute 'runn'"):
        _ = rooflinear.runn
    assert not hasattr(rooflinear, "__wrapped__")
