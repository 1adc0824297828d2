"""What the page is told of each case besides its numbers."""

from pathlib import Path

import pytest

from rooflinear.reports.page.page_samples import details
from rooflinear.reports.tables import frames

from .. import synthetic
from ..synthetic import case, ok

BUSY = "other programs are busy: gcc (pid 7) 98 % of a core"


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ([{"warning": f"kept 2.0 cores busy on 1 threads; disturbed: {BUSY}", "disturbed_by": BUSY}], BUSY),
        ([{"warning": f"kept 2.0 cores busy on 1 threads; disturbed: {BUSY}; its own words"}], BUSY),  # an old run
        ([{}, {"disturbed_by": "later"}, {"disturbed_by": "last"}], "later"),
        ([{"warning": "kept 2.0 cores busy on 1 threads"}], ""),
    ],
)
def test_it_says_what_disturbed_a_case(blocks, told):
    results = [ok(case(), [1.0] * 3, block=block, **fields) for block, fields in enumerate(blocks)]
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), results)
    assert list(details(tables)["disturbed_by"]) == [told]
