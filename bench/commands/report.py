"""``rooflinear report``: runs shown as a page, pictures, text or tables."""

from pathlib import Path

from .. import store
from ..errors import UsageError
from . import options
from .requests import ReportRequest, refuse_ignored


def report(request: ReportRequest) -> int:
    """Renders run folders; without one, the newest below ``results/``."""
    from ...reports.report import write_reports

    formats = options.listed("--format", request.format) or ["html"]
    _refuse_unused(request, formats)
    folders = request.runs or (newest(),)
    written = write_reports(folders, formats, request.output, request.baseline, request.table)
    for path in written:
        print(path)
    if request.open:
        _open(written[0])
    return 0


def _refuse_unused(request: ReportRequest, formats: list[str]) -> None:
    """Raises `UsageError` for a table or a baseline that no format shows. Unknown formats are not judged here."""
    from ...reports.report import FOREIGN, FORMATS, TABLES, TABULAR

    other = [form for form in formats if form in FORMATS and form not in TABULAR]
    if other:
        why = f"--table applies to --format {','.join(TABULAR)}, not to {other[0]}"
        refuse_ignored(request.given, ("table",), why)
    of_growth = request.table in TABLES and request.table != "cases"
    unrelated = [form for form in formats if form in FOREIGN or (form in TABULAR and of_growth)]
    if unrelated == formats:
        what = f"--format {formats[0]}" if formats[0] in FOREIGN else f"--table {request.table}"
        refuse_ignored(request.given, ("baseline",), f"{what} shows no speed-ups over a baseline")


def newest() -> Path:
    """The folder of the newest run below ``results/``. Raises `UsageError` if there is none."""
    runs = sorted(path.parent for path in Path("results").glob(f"*/{store.RUN}"))
    if not runs:
        raise UsageError("results/ contains no run; make one with 'rooflinear run', or name a run folder")
    return runs[-1]


def _open(path: Path) -> None:
    import webbrowser

    webbrowser.open(path.resolve().as_uri())
