"""Releases of other projects whose changes were reported, and by how much a benchmark must show each of them.

Where the report says one figure, up to half and up to twice of it are in the range.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """The ratio head/base of one benchmark lies between ``least`` and ``most``, which are on one side of 1.

    ``benchmark`` is its name as ``compare`` prints it, without its file.
    """

    benchmark: str
    least: float
    most: float

    @property
    def verdict(self) -> str:
        return "slower" if self.least > 1 else "faster"


@dataclass(frozen=True)
class Change:
    """Two releases of a project, and what was ``reported`` of them and where.

    ``suite`` lies in the source distribution of release ``source``; without one, it is the project's file in
    ``changes/``. ``tool`` is the option that names it, ``options`` are more of the command's.
    """

    project: str
    base: str
    head: str
    reported: str
    expected: Sequence[Expected]
    suite: Sequence[str] = ()
    source: str = ""
    tool: str = "pytest"
    options: Sequence[str] = ()


def extra(*requirements: str) -> list[str]:
    """What the suite imports besides the project."""
    return [word for each in requirements for word in ("--with", each)]


CHANGES = (
    Change(
        "yarl", "1.9.4", "1.9.6", "str(URL) 2.6 times slower (issues 1197, 1198)",
        [Expected("test_url_to_string", 1.5, 6.0)],
        ["tests/test_url_benchmarks.py", "tests/test_quoting_benchmarks.py"], "1.18.3",
    ),
    Change(
        "observ", "0.19.0", "1.0.0",
        "reads of a dict 1.5, traversing a matrix 4.5, creation 1.06 to 1.13 times faster (pull request 197)",
        [
            Expected("read_dict_getitem/kind=reactive", 1 / 2, 1 / 1.3),
            Expected("test_traverse_matrix", 1 / 7, 1 / 3),
            Expected("test_proxy_creation_dict size=10", 1 / 1.13, 1 / 1.06),
        ],
        ["bench"], "1.0.0", options=["-k", "read_dict_getitem or traverse_matrix or creation_dict"],
    ),
    Change(
        "packaging", "25.0", "26.0", "parsing requirements 2.2 times faster (pull request 1019)",
        [Expected("test_requirement kind=name", 1 / 3.5, 1 / 1.7)],
    ),
    Change(
        "attrs", "21.4.0", "22.1.0", "frozen __init__ slower, the more attributes (pull request 991)",
        [Expected("test_frozen_init count=50", 1.02, 2.0)],
    ),
    Change(
        "attrs", "22.1.0", "22.2.0", "frozen __init__ fast again (pull request 991)",
        [Expected("test_frozen_init count=50", 0.5, 0.98)],
    ),
    Change(
        "jsonschema", "4.17.0", "4.18.0", "references 16 to 30 times slower (referencing issue 178)",
        [Expected("test_references", 8.0, 60.0)],
    ),
    Change(
        "shapely", "2.1.0", "2.1.1", "polygons 3 to 10 times faster again (issues 2280, 2282)",
        [Expected("test_polygons", 1 / 11, 1 / 3)],
    ),
    Change(
        "pydantic", "2.10.6", "2.11.0b2", "model_json_schema 140 times slower (issue 11587)",
        [Expected("test_json_schema", 70.0, 280.0)],
    ),
    Change(
        "networkx", "3.1", "3.2", "components faster on random graphs, slower on a real one (issue 6870; no figures)",
        [
            Expected("test_components name=random 0.1", 0.01, 0.95),
            Expected("test_components name=random 0.5", 0.01, 0.95),
            Expected("test_components name=random 0.9", 0.01, 0.95),
            Expected("test_components name=apart", 1.02, 3.0),
        ],
    ),
    Change(
        "dask", "2024.11.2", "2025.4.0", "slicing 3 times slower (issue 11735)",
        [Expected("test_slice", 2.0, 4.5)], options=extra("numpy"),
    ),
    Change(
        "xarray", "2024.11.0", "2025.1.0", "interp 76 times slower (issue 10683)",
        [Expected("test_interp", 38.0, 152.0)], options=extra("numpy", "scipy"),
    ),
)  # fmt: skip
