"""The options and arguments of the commands. A help text states the default if typer does not show it."""

from pathlib import Path
from typing import Annotated, Any

import typer


def _option(name: str, metavar: str, help: str) -> Any:
    return typer.Option(name, metavar=metavar, help=help)


def _switch(name: str, help: str) -> Any:
    return typer.Option(name, help=help)


def _argument(metavar: str, help: str) -> Any:
    return typer.Argument(metavar=metavar, help=help)


Text = str | None
Many = list[str] | None
File = Path | None

# Which cases

SuiteFolder = Annotated[
    File,
    _option("--suite", "FOLDER", "The suite to use. Default: kernels/ of this repository, else the built-in suite."),
]
RunPreset = Annotated[
    str, _option("--preset", "NAME", "What to measure, and for how long: quick, standard, full or goals.")
]
ComparePreset = Annotated[str, _option("--preset", "NAME", "Preset whose cases are measured: quick, standard or full.")]
Operations = Annotated[Many, _option("--operation", "NAME,…", "Only these operations. Default: the preset's.")]
Implementations = Annotated[
    Many, _option("--implementation", "NAME,…", "Only these implementations. Default: the preset's.")
]
Sizes = Annotated[
    Many,
    _option("--size", "NAME=N,…", "Values of a size, such as m=1000,10000; repeatable. Default: the preset's."),
]
SizeM = Annotated[Text, _option("--m", "N,…", "Short for --size m=N.")]
SizeN = Annotated[Text, _option("--n", "N,…", "Short for --size n=N.")]
Steps = Annotated[Text, _option("--steps", "N", "Short for --parameter steps=N.")]
Parameters = Annotated[
    Many,
    _option(
        "--parameter",
        "NAME=VALUE",
        "Value of an operation's parameter, such as steps=50; repeatable. Default: the operation's own.",
    ),
]
Dtypes = Annotated[
    Many, _option("--dtype", "NAME,…", "Precision of the numbers: float64, float32 or both. Default: the preset's.")
]
Threads = Annotated[
    Many,
    _option(
        "--threads",
        "N,…",
        "Numbers of threads. Default: all available cores; in the full preset also 1, 2, 4 and so on.",
    ),
]
CompareThreads = Annotated[Many, _option("--threads", "N,…", "Numbers of threads. Default: 1, on a core of its own.")]
Device = Annotated[str, _option("--device", "NAME", "Where arrays are stored: cpu, cuda or mps.")]
VerifyDevice = Annotated[
    str,
    _option("--device", "NAME", "Where arrays are stored: cpu, cuda, mps, or interpreter (GPU code run on the CPU)."),
]
Data = Annotated[
    Text,
    _option("--data", "FILE", "Your data: a CSV, Parquet or .npy file, or 'diabetes'. Default: generated data."),
]
Target = Annotated[
    Text,
    _option(
        "--target",
        "COLUMN",
        "Column of --data to predict; for a matrix X.npy, another .npy file with one value for each row.",
    ),
]
Condition = Annotated[
    Text,
    _option("--condition", "K", "Condition number of the generated X, at least 1. Default: that of random data."),
]
Seed = Annotated[Text, _option("--seed", "N", "Seed of the generated data and of the order of calls. Default: 0.")]

# Time and memory

RunBudget = Annotated[
    Text,
    _option(
        "--time-budget",
        "TIME",
        "Time for the whole run, such as 90s or 8m. Default: the preset's, and what a slow start takes;"
        " no limit with sizes of your own.",
    ),
]
CompareBudget = Annotated[
    Text, _option("--time-budget", "TIME", "Time for a comparison, such as 90s or 15m. Default: no limit.")
]
Timeout = Annotated[
    Text,
    _option("--timeout", "TIME", "Longest time that one call may take, such as 500ms or 10s. Default: the preset's."),
]
RunMemory = Annotated[
    Text,
    _option(
        "--memory-limit", "BYTES", "Memory for all processes together, such as 4GiB. Default: 80% of the free memory."
    ),
]
CompareMemory = Annotated[
    Text,
    _option(
        "--memory-limit", "BYTES", "Memory for all processes together, such as 4GiB. Default: 50% of the free memory."
    ),
]
Blocks = Annotated[
    Text,
    _option("--blocks", "N", "Measure each case N times, each time in fresh processes. Default: the preset's."),
]
Precision = Annotated[
    Text,
    _option("--precision", "SHARE", "Stop measuring a case when its speed-up is known to ± SHARE. Default: 5%."),
]
WaitForQuiet = Annotated[
    Text,
    _option(
        "--wait-for-quiet", "TIME", "First wait until no other program is busy, for at most TIME. Default: do not wait."
    ),
]

# Runs and reports

Results = Annotated[Path, _option("--results", "FOLDER", "The folder in which each run gets a folder of its own.")]
Resume = Annotated[
    File,
    _option(
        "--resume",
        "RUN",
        "Continue the run in this folder, with its options. Only --time-budget and --wait-for-quiet may be added.",
    ),
]
Runs = Annotated[
    list[Path] | None,
    _argument("RUN", "Run folders, or files of asv, pytest-benchmark or pyperf. Default: the newest run in results/."),
]
Formats = Annotated[
    Many,
    _option(
        "--format",
        "NAME,…",
        "What to write: html, markdown, csv, parquet, json, png, svg, pdf, pytest-benchmark, pyperf or"
        " github-action-benchmark. Default: html.",
    ),
]
Baseline = Annotated[
    Text,
    _option("--baseline", "NAME", "Implementation that speed-ups are relative to. Default: numpy, if it was timed."),
]
ReportOutput = Annotated[
    File,
    _option("--output", "FILE", "Where to write; for one format only. Default: files in the folder of the run."),
]
Table = Annotated[
    str, _option("--table", "NAME", "Table for csv, parquet and json: cases, fits, crossovers or threads.")
]
Open = Annotated[bool, _switch("--open", "Open the page in the browser.")]
Json = Annotated[bool, _switch("--json", "Print JSON instead of text.")]

# Advice

AdvisedRun = Annotated[
    File,
    _argument("RUN", "Run folder, or a file of asv, pytest-benchmark or pyperf. Default: the newest run in results/."),
]
AdvisedOperation = Annotated[
    Text, _option("--operation", "NAME", "The operation. Default: the one that most implementations have a time for.")
]
AdvisedSizes = Annotated[
    Many, _option("--size", "NAME=N", "Value of a size, such as m=50000, within the measured range; repeatable.")
]
AdvisedM = Annotated[Text, _option("--m", "N", "Short for --size m=N.")]
AdvisedN = Annotated[Text, _option("--n", "N", "Short for --size n=N.")]
Calls = Annotated[
    Text,
    _option("--calls", "N", "Cheapest for N calls, the first one included. Default: the time of one call after it."),
]
Imports = Annotated[bool, _switch("--import", "With --calls: the import is paid too.")]
Without = Annotated[
    Many, _option("--without", "NAME,…", "Leave out implementations, or all that need a package. Default: none.")
]
AdvisedDtype = Annotated[
    Text, _option("--dtype", "NAME", "Precision of the numbers: float64 or float32. Default: the run's first.")
]
AdvisedThreads = Annotated[Text, _option("--threads", "N", "Number of threads. Default: the most in the run.")]
AdvisedParameters = Annotated[
    Many,
    _option(
        "--parameter", "NAME=VALUE", "Value of an operation's parameter, such as steps=100. Default: the run's first."
    ),
]

# Comparisons

Base = Annotated[str, _argument("BASE", "The old side: a git revision, a run folder or a file of results.")]
Head = Annotated[Text, _argument("HEAD", "The new side, of the same kind. Default: the working tree.")]
Good = Annotated[Text, _argument("GOOD", "The last good commit, or release.")]
Bad = Annotated[str, _argument("BAD", "A later commit, or release.")]
CasePatterns = Annotated[
    Many, _option("--case", "PATTERN", "Only cases whose name fits, such as 'gradient/numba *'. Repeatable.")
]
ResumeBisect = Annotated[File, _option("--resume", "FOLDER", "Continue the search in this folder, with its options.")]
BisectBudget = Annotated[
    Text,
    _option("--time-budget", "TIME", "Time after which no commit is judged any more, such as 30m. Default: no limit."),
]
Margin = Annotated[
    Text,
    _option(
        "--margin",
        "SHARE",
        "Slowdown to accept, such as 2%. Default: 2%; 3% for inputs larger than the caches, 5% for several threads.",
    ),
]
Margins = Annotated[
    File,
    _option("--margins", "FILE", 'JSON with margins of some cases, such as {"predict/numba *": "3%"}. Default: none.'),
]
AllowMissing = Annotated[
    Many,
    _option(
        "--allow-missing",
        "PATTERN,…",
        "Cases that may be on one side only, such as torch or 'gradient/torch *'. Default: none.",
    ),
]
AllowOtherMachine = Annotated[
    bool,
    _switch(
        "--allow-other-machine", "Allow files of two machines; compare times relative to a reference implementation."
    ),
]
Reference = Annotated[
    Text,
    _option("--reference", "NAME", "The reference implementation for --allow-other-machine. Default: numpy."),
]
BasePython = Annotated[
    Text, _option("--base-python", "PYTHON", "Python interpreter for BASE. Default: the one that runs rooflinear.")
]
HeadPython = Annotated[
    Text, _option("--head-python", "PYTHON", "Python interpreter for HEAD. Default: the one that runs rooflinear.")
]
# Suites of other tools

PytestPaths = Annotated[
    Many,
    _option("--pytest", "PATH", "Instead: the benchmarks of a pytest suite. Repeatable."),
]
Keyword = Annotated[Text, _option("-k", "EXPRESSION", "With --pytest: only benchmarks that match.")]
Markers = Annotated[Text, _option("-m", "EXPRESSION", "With --pytest: only benchmarks with such markers.")]
Asv = Annotated[Text, _option("--asv", "PATH", "Instead: the benchmarks of an asv suite: its folder or asv.conf.json.")]
AsvBench = Annotated[Many, _option("--bench", "REGEX", "With --asv: only benchmarks that match. Repeatable.")]
PyperfScripts = Annotated[
    Many, _option("--pyperf", "GLOB", "Instead: the benchmarks of pyperf scripts, such as 'bench/bm_*.py'. Repeatable.")
]
Build = Annotated[
    Text,
    _option(
        "--build",
        "COMMAND",
        "How a revision is installed; {source}, {target} and {python} are filled in. Default: pip install.",
    ),
]
SuitePython = Annotated[
    Text, _option("--python", "PYTHON", "Python interpreter of both sides. Default: the one that runs rooflinear.")
]
With = Annotated[
    Many, _option("--with", "REQUIREMENT", "For releases: a package that the suite needs besides its tool. Repeatable.")
]

# Forms of a comparison

Html = Annotated[File, _option("--html", "FILE", "Also write the comparison to FILE, as a page.")]
Markdown = Annotated[File, _option("--markdown", "FILE", "Also write the comparison to FILE, as Markdown.")]
Junit = Annotated[File, _option("--junit", "FILE", "Also write the comparison to FILE, as JUnit XML.")]
CompareOutput = Annotated[File, _option("--output", "FILE", "Also write the comparison to FILE, as JSON.")]

# How often comparisons and reports err

Revision = Annotated[str, _argument("REVISION", "Git revision to compare with itself.")]
EqualRuns = Annotated[
    str, _option("--runs", "N", "How many times to compare equal code. With --report: how many runs to make.")
]
Effects = Annotated[
    Many,
    _option("--effect", "SHARE,…", "Also compare with code made slower by SHARE, such as 2%,5%. Default: none."),
]
Load = Annotated[str, _option("--load", "N", "How many busy programs to start beside the measurements.")]
Nice = Annotated[
    Text, _option("--nice", "N", "With --report: niceness of the programs that --load starts, 0 to 19. Default: 0.")
]
Simulate = Annotated[
    str,
    _option("--simulate", "N", "Also judge N simulated runs for each kind of noise. With --report: N contests."),
]
Peers = Annotated[bool, _switch("--peers", "Also let asv and pytest-benchmark compare equal code.")]
Repeat = Annotated[bool, _switch("--report", "Instead: repeat whole runs, and count how well their reports agree.")]
RepeatPreset = Annotated[
    Text, _option("--preset", "NAME", "With --report: quick, standard, full or goals. Default: standard.")
]
CalibrateOutput = Annotated[
    File,
    _option(
        "--output",
        "FILE",
        "File to which the results are appended. Default: results/calibration.jsonl; with --report:"
        " results/report-calibration.jsonl.",
    ),
]

# This machine

Fresh = Annotated[bool, _switch("--fresh", "Measure the limits again instead of showing the stored ones.")]
Version = Annotated[bool, _switch("--version", "Print the version and exit.")]
