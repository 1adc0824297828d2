"""The options and arguments of `compare`, `bisect` and `calibrate`, and of suites of other tools."""

from typing import Annotated

from .cli_options import File, Many, Text, argument, option, switch

# Comparisons

Base = Annotated[Text, argument("BASE", "The old side: a git revision, a run folder or a file of results.")]
Head = Annotated[Text, argument("HEAD", "The new side, of the same kind. Default: the working tree.")]
Good = Annotated[Text, argument("GOOD", "The last good commit, or release.")]
Bad = Annotated[str, argument("BAD", "A later commit, or release.")]
CasePatterns = Annotated[
    Many, option("--case", "PATTERN", "Only cases whose name fits, such as 'gradient/numba *'. Repeatable.")
]
ResumeBisect = Annotated[File, option("--resume", "FOLDER", "Continue the search in this folder, with its options.")]
BisectBudget = Annotated[
    Text,
    option("--time-budget", "TIME", "Time after which no commit is judged any more, such as 30m. Default: no limit."),
]
AllCommits = Annotated[
    bool,
    switch("--all-commits", "Where a merge brought a change, also search the commits of the branch that it merges."),
]
Measures = Annotated[
    Many,
    option(
        "--measure",
        "NAME,…",
        "What is compared: time, memory (of a call), first-call (of a fresh process). Default: time.",
    ),
]
Confirm = Annotated[
    File,
    option(
        "--confirm",
        "RESULT",
        "Replay only the confirmed cases of an earlier comparison (its --output FILE), and say which recur.",
    ),
]
Margin = Annotated[
    Text,
    option(
        "--margin",
        "SHARE",
        "Slowdown to accept, such as 2%. Default: 2%; 3% for inputs larger than the caches, 5% for several threads.",
    ),
]
Margins = Annotated[
    File,
    option("--margins", "FILE", 'JSON with margins of some cases, such as {"predict/numba *": "3%"}. Default: none.'),
]
AllowMissing = Annotated[
    Many,
    option(
        "--allow-missing",
        "PATTERN,…",
        "Cases that may be on one side only, such as torch or 'gradient/torch *'. Default: none.",
    ),
]
AllowOtherMachine = Annotated[
    bool,
    switch(
        "--allow-other-machine", "Allow files of two machines; compare times relative to a reference implementation."
    ),
]
Reference = Annotated[
    Text,
    option("--reference", "NAME", "The reference implementation for --allow-other-machine. Default: numpy."),
]
BasePython = Annotated[
    Text, option("--base-python", "PYTHON", "Python interpreter for BASE. Default: the one that runs rooflinear.")
]
HeadPython = Annotated[
    Text, option("--head-python", "PYTHON", "Python interpreter for HEAD. Default: the one that runs rooflinear.")
]
# Suites of other tools

PytestPaths = Annotated[
    Many,
    option("--pytest", "PATH", "Instead: the benchmarks of a pytest suite. Repeatable."),
]
Keyword = Annotated[Text, option("-k", "EXPRESSION", "With --pytest: only benchmarks that match.")]
Markers = Annotated[Text, option("-m", "EXPRESSION", "With --pytest: only benchmarks with such markers.")]
Asv = Annotated[Text, option("--asv", "PATH", "Instead: the benchmarks of an asv suite: its folder or asv.conf.json.")]
AsvBench = Annotated[Many, option("--bench", "REGEX", "With --asv: only benchmarks that match. Repeatable.")]
PyperfScripts = Annotated[
    Many, option("--pyperf", "GLOB", "Instead: the benchmarks of pyperf scripts, such as 'bench/bm_*.py'. Repeatable.")
]
Build = Annotated[
    Text,
    option(
        "--build",
        "COMMAND",
        "How a revision is installed; {source}, {target} and {python} are filled in. Default: pip install.",
    ),
]
SuitePython = Annotated[
    Text, option("--python", "PYTHON", "Python interpreter of both sides. Default: the one that runs rooflinear.")
]
With = Annotated[
    Many, option("--with", "REQUIREMENT", "For releases: a package that the suite needs besides its tool. Repeatable.")
]

# Forms of a comparison

Html = Annotated[File, option("--html", "FILE", "Also write the comparison to FILE, as a page.")]
Markdown = Annotated[File, option("--markdown", "FILE", "Also write the comparison to FILE, as Markdown.")]
Junit = Annotated[File, option("--junit", "FILE", "Also write the comparison to FILE, as JUnit XML.")]
CompareOutput = Annotated[File, option("--output", "FILE", "Also write the comparison to FILE, as JSON.")]

# How often comparisons and reports err

Revision = Annotated[str, argument("REVISION", "Git revision to compare with itself.")]
EqualRuns = Annotated[
    str, option("--runs", "N", "How many times to compare equal code. With --report: how many runs to make.")
]
Effects = Annotated[
    Many,
    option("--effect", "SHARE,…", "Also compare with code made slower by SHARE, such as 2%,5%. Default: none."),
]
Load = Annotated[str, option("--load", "N", "How many busy programs to start beside the measurements.")]
Nice = Annotated[
    Text, option("--nice", "N", "With --report: niceness of the programs that --load starts, 0 to 19. Default: 0.")
]
Simulate = Annotated[
    str,
    option("--simulate", "N", "Also judge N simulated runs for each kind of noise. With --report: N contests."),
]
Peers = Annotated[bool, switch("--peers", "Also let asv and pytest-benchmark compare equal code.")]
Repeat = Annotated[bool, switch("--report", "Instead: repeat whole runs, and count how well their reports agree.")]
RepeatPreset = Annotated[
    Text, option("--preset", "NAME", "With --report: quick, standard, full or goals. Default: standard.")
]
CalibrateOutput = Annotated[
    File,
    option(
        "--output",
        "FILE",
        "File to which the results are appended. Default: results/calibration.jsonl; with --report:"
        " results/report-calibration.jsonl.",
    ),
]
