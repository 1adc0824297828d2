"""What a first call and an import cost, with intervals where they were read in enough processes; see `at_size`."""

import pandas as pd

from ..tables.at_size import first_call, import_time
from ..tables.estimates import Estimate
from ..tables.frames import Tables
from ..tables.views import View


def first_call_ends(tables: Tables) -> pd.DataFrame:
    """A row per case: the ends of the interval of its first call."""
    pairs = zip(tables.cases["first_call_ns"], tables.results, strict=True)
    found = [first_call(value, results) for value, results in pairs]
    columns = {"first_low_ns": [each.low for each in found], "first_high_ns": [each.high for each in found]}
    return pd.DataFrame(columns, index=tables.cases.index)


def imports(tables: Tables, view: View) -> dict[str, list[float | None]]:
    """Implementation -> ns to import it and the ends of its interval; null where unknown."""
    groups = view.of(tables.cases).groupby("implementation", sort=False)
    return {str(name): _told(import_time(tables, rows)) for name, rows in groups}


def _told(found: Estimate) -> list[float | None]:
    return [float(each) if each == each else None for each in found[:3]]
