"""The options and arguments of commands; those of comparisons are in `cli_compare_options`.

A help text states the default if typer does not show it.
"""

from pathlib import Path
from typing import Annotated, Any

import typer


def option(name: str, metavar: str, help: str) -> Any:
    return typer.Option(name, metavar=metavar, help=help)


def switch(name: str, help: str) -> Any:
    return typer.Option(name, help=help)


def argument(metavar: str, help: str) -> Any:
    return typer.Argument(metavar=metavar, help=help)


Text = str | None
Many = list[str] | None
File = Path | None

# Which cases

SuiteFolder = Annotated[
    File,
    option("--suite", "FOLDER", "The suite to use. Default: kernels/ of this repository, else the built-in suite."),
]
RunPreset = Annotated[
    str, option("--preset", "NAME", "What to measure, and for how long: quick, standard, full or goals.")
]
ComparePreset = Annotated[str, option("--preset", "NAME", "Preset whose cases are measured: quick, standard or full.")]
Operations = Annotated[Many, option("--operation", "NAME,…", "Only these operations. Default: the preset's.")]
Implementations = Annotated[
    Many, option("--implementation", "NAME,…", "Only these implementations. Default: the preset's.")
]
Sizes = Annotated[
    Many,
    option("--size", "NAME=N,…", "Values of a size, such as m=1000,10000; repeatable. Default: the preset's."),
]
SizeM = Annotated[Text, option("--m", "N,…", "Short for --size m=N.")]
SizeN = Annotated[Text, option("--n", "N,…", "Short for --size n=N.")]
Steps = Annotated[Text, option("--steps", "N", "Short for --parameter steps=N.")]
Parameters = Annotated[
    Many,
    option(
        "--parameter",
        "NAME=VALUE",
        "Value of an operation's parameter, such as steps=50; repeatable. Default: the operation's own.",
    ),
]
Dtypes = Annotated[
    Many, option("--dtype", "NAME,…", "Precision of the numbers: float64, float32 or both. Default: the preset's.")
]
Threads = Annotated[
    Many,
    option(
        "--threads",
        "N,…",
        "Numbers of threads. Default: all available cores; in the full preset also 1, 2, 4 and so on.",
    ),
]
CompareThreads = Annotated[Many, option("--threads", "N,…", "Numbers of threads. Default: 1, on a core of its own.")]
Device = Annotated[str, option("--device", "NAME", "Where arrays are stored: cpu, cuda or mps.")]
VerifyDevice = Annotated[
    str,
    option("--device", "NAME", "Where arrays are stored: cpu, cuda, mps, or interpreter (GPU code run on the CPU)."),
]
Data = Annotated[
    Text,
    option("--data", "FILE", "Your data: a CSV, Parquet or .npy file, or 'diabetes'. Default: generated data."),
]
Target = Annotated[
    Text,
    option(
        "--target",
        "COLUMN",
        "Column of --data to predict; for a matrix X.npy, another .npy file with one value for each row.",
    ),
]
Condition = Annotated[
    Text,
    option("--condition", "K", "Condition number of the generated X, at least 1. Default: that of random data."),
]
Seed = Annotated[Text, option("--seed", "N", "Seed of the generated data and of the order of calls. Default: 0.")]

# Time and memory

RunBudget = Annotated[
    Text,
    option(
        "--time-budget",
        "TIME",
        "Time for the whole run, such as 90s or 8m. Default: the preset's, which a slow machine may exceed;"
        " no limit with sizes of your own.",
    ),
]
CompareBudget = Annotated[
    Text, option("--time-budget", "TIME", "Time for a comparison, such as 90s or 15m. Default: no limit.")
]
Timeout = Annotated[
    Text,
    option("--timeout", "TIME", "Longest time that one call may take, such as 500ms or 10s. Default: the preset's."),
]
RunMemory = Annotated[
    Text,
    option(
        "--memory-limit", "BYTES", "Memory for all processes together, such as 4GiB. Default: 80% of the free memory."
    ),
]
CompareMemory = Annotated[
    Text,
    option(
        "--memory-limit", "BYTES", "Memory for all processes together, such as 4GiB. Default: 50% of the free memory."
    ),
]
Blocks = Annotated[
    Text,
    option("--blocks", "N", "Measure each case N times, each time in fresh processes. Default: the preset's."),
]
Precision = Annotated[
    Text,
    option("--precision", "SHARE", "Stop measuring a case when its speed-up is known to ± SHARE. Default: 5%."),
]
WaitForQuiet = Annotated[
    Text,
    option(
        "--wait-for-quiet", "TIME", "First wait until no other program is busy, for at most TIME. Default: do not wait."
    ),
]

# Runs and reports

Results = Annotated[Path, option("--results", "FOLDER", "The folder in which each run gets a folder of its own.")]
Resume = Annotated[
    File,
    option(
        "--resume",
        "RUN",
        "Continue the run in this folder, with its options. Only --time-budget and --wait-for-quiet may be added.",
    ),
]
Runs = Annotated[
    list[Path] | None,
    argument("RUN", "Run folders, or files of asv, pytest-benchmark or pyperf. Default: the newest run in results/."),
]
Formats = Annotated[
    Many,
    option(
        "--format",
        "NAME,…",
        "What to write: html, markdown, csv, parquet, json, png, svg, pdf, pytest-benchmark, pyperf or"
        " github-action-benchmark. Default: html.",
    ),
]
Baseline = Annotated[
    Text,
    option("--baseline", "NAME", "Implementation that speed-ups are relative to. Default: numpy, if it was timed."),
]
ReportOutput = Annotated[
    File,
    option("--output", "FILE", "Where to write; for one format only. Default: files in the folder of the run."),
]
Table = Annotated[
    str, option("--table", "NAME", "Table for csv, parquet and json: cases, fits, crossovers or threads.")
]
Open = Annotated[bool, switch("--open", "Open the page in the browser.")]
Json = Annotated[bool, switch("--json", "Print JSON instead of text.")]

# Advice

AdvisedRun = Annotated[
    File,
    argument("RUN", "Run folder, or a file of asv, pytest-benchmark or pyperf. Default: the newest run in results/."),
]
AdvisedOperation = Annotated[
    Text, option("--operation", "NAME", "The operation. Default: the one that most implementations have a time for.")
]
AdvisedSizes = Annotated[
    Many, option("--size", "NAME=N", "Value of a size, such as m=50000, within the measured range; repeatable.")
]
AdvisedM = Annotated[Text, option("--m", "N", "Short for --size m=N.")]
AdvisedN = Annotated[Text, option("--n", "N", "Short for --size n=N.")]
Calls = Annotated[
    Text,
    option("--calls", "N", "Cheapest for N calls, the first one included. Default: the time of one call after it."),
]
Imports = Annotated[bool, switch("--import", "With --calls: the import is paid too.")]
Without = Annotated[
    Many, option("--without", "NAME,…", "Leave out implementations, or all that need a package. Default: none.")
]
AdvisedDtype = Annotated[
    Text, option("--dtype", "NAME", "Precision of the numbers: float64 or float32. Default: the run's first.")
]
AdvisedThreads = Annotated[Text, option("--threads", "N", "Number of threads. Default: the most in the run.")]
AdvisedParameters = Annotated[
    Many,
    option(
        "--parameter", "NAME=VALUE", "Value of an operation's parameter, such as steps=100. Default: the run's first."
    ),
]

# Several machines

Scheduler = Annotated[str, option("--scheduler", "ADDRESS", "The cluster's scheduler, such as tcp://node1:8786.")]
By = Annotated[str, option("--by", "WHAT", "What tells machines apart: host, or name (of the Dask workers).")]

# This machine

Fresh = Annotated[bool, switch("--fresh", "Measure the limits again instead of showing the stored ones.")]
Version = Annotated[bool, switch("--version", "Print the version and exit.")]
