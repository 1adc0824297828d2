"""How long NumPy takes to import; imported before anything else of a worker brings it in."""

from time import perf_counter_ns

_begun = perf_counter_ns()

import numpy  # noqa: E402, F401  what is measured

NUMPY_IMPORT_NS = perf_counter_ns() - _begun
