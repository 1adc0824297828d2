"""The options and arguments of `history`."""

from typing import Annotated

from .cli_options import File, Many, Text, argument, option, switch

Range = Annotated[Text, argument("A..B", "The first and the last commit, or release. Default of B: HEAD.")]
Every = Annotated[Text, option("--every", "N", "Only every N-th commit, and the last. Default: all.")]
HistoryCommits = Annotated[Many, option("--commits", "REV,…", "Only these commits. Default: all.")]
Add = Annotated[Text, option("--add", "REV", "Instead of A..B: add one commit to a history that exists, such as HEAD.")]
Anchor = Annotated[
    Text,
    option(
        "--anchor",
        "REV",
        "The commit that the others are measured against. In a history that exists: from now on. Default: A.",
    ),
]
BisectChanges = Annotated[
    bool,
    switch("--bisect", "Also search each change between commits that were not measured for the one that made it."),
]
ReadHistory = Annotated[
    File,
    option(
        "--read",
        "FOLDER",
        "Instead of measuring: show the results of asv, or of pytest-benchmark's .benchmarks, unpaired.",
    ),
]
HistoryBlocks = Annotated[Text, option("--blocks", "N", "Fresh pairs of processes for each commit. Default: 8.")]
HistoryResults = Annotated[
    File,
    option(
        "--results", "FOLDER", "The folder of the history. Default: results/history-SUITE; with --add the only one."
    ),
]
