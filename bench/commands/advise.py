"""``rooflinear advise``: what to use at a size, in words and as JSON, from the times of a run."""

import textwrap

import msgspec

from .. import store
from ..errors import UsageError
from . import options
from .exit_status import INCONCLUSIVE
from .report import newest
from .requests import AdviseRequest

WIDTH = 100


def advise(request: AdviseRequest) -> int:
    """Prints what a run says about one size. Status 3 if it has no undisturbed time there."""
    from ...reports import advice_text
    from ...reports.tables import advice, asked
    from ...reports.tables.frames import load

    question = asked.Question(**_question(request))
    found = advice.advise(load(request.run or newest()), question)
    found = msgspec.structs.replace(found, text=advice_text.paragraph(found))
    if request.json:
        print(store.pretty(found).decode(), end="")
    else:
        quoted = textwrap.fill(found.text, WIDTH, break_long_words=False, break_on_hyphens=False)
        print("\n\n".join([quoted, *advice_text.after(found)]))
    return 0 if found.ranked else INCONCLUSIVE


def _question(request: AdviseRequest) -> dict:
    """The fields of `Question`. Raises `UsageError`."""
    if request.imports and request.calls is None:
        raise UsageError("--import counts in a number of calls; add --calls N")
    return {
        "sizes": _sizes(request),
        "operation": _one("--operation", request.operation),
        "calls": None if request.calls is None else options.whole_number("--calls", request.calls),
        "dtype": _one("--dtype", request.dtype),
        "threads": None if request.threads is None else options.whole_number("--threads", request.threads),
        "parameters": _parameters(request),
        "without": options.listed("--without", request.without),
        "imports": request.imports,
    }


def _sizes(request: AdviseRequest) -> dict[str, int]:
    sizes = options.sizes_of(request.size, request.m, request.n)
    for name, values in sizes.items():
        if len(values) > 1:
            raise UsageError(f"size {name}: {len(values)} values given; advise answers for one")
    return {name: value for name, [value] in sizes.items()}


def _parameters(request: AdviseRequest) -> dict[str, str]:
    pairs = [options.pair("--parameter", text) for text in request.parameter]
    if request.steps is not None:
        pairs.append(("steps", str(options.whole_number("--steps", request.steps))))
    for name, _ in pairs:
        if [each for each, _ in pairs].count(name) > 1:
            raise UsageError(f"parameter {name}: given twice; advise answers for one value")
    return dict(pairs)


def _one(option: str, text: str | None) -> str | None:
    """The name given; None if there is none. Raises `UsageError` where it is empty."""
    if text is not None and not text.strip():
        raise UsageError(f"{option} '{text}': names nothing; leave the option out")
    return text
