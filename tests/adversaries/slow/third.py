"""The third of three that are alike."""

from ._slowly import double as double

LIBRARY = "numpy"
