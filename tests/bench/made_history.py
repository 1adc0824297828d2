"""A repository with a history of a kernel: most commits touch it without effect, some make it slower."""

import random
from collections.abc import Collection, Mapping
from pathlib import Path

from .made_repository import Repository

TURNS = 100
KERNEL = '''LIBRARY = "numpy"


def double(x):
    """{words}"""
    for _ in range({turns}):
        {name} = 2 * x
    return {name}
'''
LARGER = '''import numpy as np

LIBRARY = "numpy"


def double(x):
    """{words}"""
    {name} = np.ones({turns} * 12_500)
    return 2 * x + 0 * {name}[0]
'''
"""Each turn is 100 kB."""

STARTS = '''LIBRARY = "numpy"

ready = []


def double(x):
    """{words}"""
    if not ready:
        ready.extend(sum(range(10_000)) for _ in range({turns}))
    {name} = 2 * x
    return {name}
'''
"""Its first call does the turns."""

NAMES = ("y", "doubled", "twice", "found", "out", "z")


def make_history(
    folder: Path,
    commits: int,
    slowdowns: Mapping[int, float],
    seed: int,
    touched: Collection[int] | None = None,
    kernel: str = KERNEL,
) -> list[str]:
    """Commits 1 to ``commits`` after a first one; their hashes, the first one's before.

    ``slowdowns`` are shares by the number of the commit that brings them. Commits that are not in ``touched`` write
    another file than the kernel's; None stands for all. ``kernel`` is its source, with places for ``words``, ``turns``
    and ``name``.
    """
    rng, share = random.Random(seed), 1.0
    repository = Repository(folder)
    repository.write(other=None)
    hashes = []
    for number in range(commits + 1):
        share *= 1 + slowdowns.get(number, 0.0)
        text = kernel.format(
            words=f"Twice the input, version {number}.", turns=round(TURNS * share), name=rng.choice(NAMES)
        )  # fmt: skip
        if touched is None or number == 0 or number in touched or number in slowdowns:
            repository.write(plain=text)
        else:
            (folder / "notes.txt").write_text(f"Note {number}\n")
        repository.commit(f"Change {number} of double")
        hashes.append(repository.git("rev-parse", "HEAD").strip())
    return hashes
