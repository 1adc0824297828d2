"""Needs a framework that nobody has."""

import a_framework_nobody_has

LIBRARY = "numpy"


def double(x):
    return a_framework_nobody_has.double(x)
