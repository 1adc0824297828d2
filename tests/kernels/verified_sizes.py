"""Verifies implementations as ``rooflinear verify`` does, at chosen pairs of sizes instead of all combinations.

``python verified_sizes.py SUITE`` reads ``{request, sizes: {dtype: [[m, n], …]}, examined: [[m, n], …]}`` as JSON from
stdin and prints the results. ``request`` has the fields of a `VerifyRequest`. At the sizes in ``examined`` calls are
also played again and again, and on many inputs in turn, to find what is kept from one to the next; elsewhere, as in a
further block of a run, a call on other inputs is judged.
"""

import json
import sys
from pathlib import Path
from unittest import mock

import msgspec

from rooflinear.bench import progress
from rooflinear.bench.commands.cases import planned_contests
from rooflinear.bench.commands.options import build
from rooflinear.bench.commands.requests import VerifyRequest
from rooflinear.bench.runner.contest import ContestRunner
from rooflinear.bench.runner.runner import Runner
from rooflinear.bench.suites import suite


def main(folder):
    print(msgspec.json.encode(verified(suite.load(Path(folder)), **json.load(sys.stdin))).decode())


def verified(loaded, request, sizes, examined):
    """The results at these pairs of each dtype. An operation without n takes the rows of each."""
    terms = ContestRunner._terms

    def of_task(runner, task, thorough):
        return terms(runner, task, thorough and is_among(task.sizes, examined))

    options = build(loaded, msgspec.convert(request, VerifyRequest))
    planned = planned_contests(loaded, options)
    chosen = [each for each in planned if is_among(each.task.sizes, sizes[each.task.dtype])]
    results = []
    with mock.patch.object(ContestRunner, "_terms", of_task):
        Runner(loaded, options, results.append, progress.Plain(), timed=False).play(chosen)
    return results


def is_among(sizes, pairs):
    return any(sizes in ({"m": m, "n": n}, {"m": m}) for m, n in pairs)


if __name__ == "__main__":
    main(*sys.argv[1:])
