"""The commands. Each option has a default that suits a first try."""

import io
import signal
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The same computation in every Python array framework: verified, timed fairly, compared.",
)

Many = list[str] | None
SuiteFolder = Annotated[Path | None, typer.Option("--suite", metavar="FOLDER", help="Suite to run; default kernels/.")]
Operations = Annotated[Many, typer.Option("--operation", help="Only these; repeat or separate by commas.")]
Implementations = Annotated[Many, typer.Option("--implementation", help="Only these.")]
Sizes = Annotated[Many, typer.Option("--size", metavar="NAME=N,…", help="Values of a size, such as m=1000,10000.")]
SizeM = Annotated[str | None, typer.Option("--m", metavar="N,…", help="Short for --size m=…")]
SizeN = Annotated[str | None, typer.Option("--n", metavar="N,…", help="Short for --size n=…")]
Steps = Annotated[str | None, typer.Option("--steps", metavar="N", help="Short for --parameter steps=N.")]
Parameters = Annotated[Many, typer.Option("--parameter", metavar="NAME=X", help="Another value of a parameter.")]
Dtypes = Annotated[Many, typer.Option("--dtype", help="float64, float32.")]
Threads = Annotated[Many, typer.Option("--threads", help="Thread counts; default all available cores.")]
Device = Annotated[str, typer.Option("--device", help="Where arrays live: cpu, cuda, mps; to verify, interpreter.")]
Data = Annotated[str | None, typer.Option("--data", metavar="FILE", help="CSV, Parquet, .npy, or 'diabetes'.")]
Target = Annotated[
    str | None, typer.Option("--target", metavar="COLUMN", help="The column of --data to predict; a .npy file.")
]
Condition = Annotated[str | None, typer.Option("--condition", metavar="K", help="Condition number of X.")]
Budget = Annotated[str | None, typer.Option("--time-budget", metavar="TIME", help="Such as 90s, 8m.")]
Timeout = Annotated[str | None, typer.Option("--timeout", metavar="TIME", help="Longest a call may take.")]
Memory = Annotated[str | None, typer.Option("--memory-limit", metavar="BYTES", help="Such as 4GiB.")]
Seed = Annotated[str | None, typer.Option("--seed", metavar="N", help="Seed of data and order; default 0.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.command()
def run(
    preset: Annotated[str, typer.Option("--preset", help="quick, standard, full or goals.")] = "standard",
    suite: SuiteFolder = None,
    operation: Operations = None,
    implementation: Implementations = None,
    size: Sizes = None,
    m: SizeM = None,
    n: SizeN = None,
    steps: Steps = None,
    parameter: Parameters = None,
    dtype: Dtypes = None,
    threads: Threads = None,
    device: Device = "cpu",
    data: Data = None,
    target: Target = None,
    condition: Condition = None,
    time_budget: Budget = None,
    timeout: Timeout = None,
    memory_limit: Memory = None,
    blocks: Annotated[str | None, typer.Option("--blocks", metavar="N", help="Sets of fresh processes.")] = None,
    precision: Annotated[
        str | None,
        typer.Option("--precision", metavar="SHARE", help="Half-width of a ratio's interval to reach; default 5%."),
    ] = None,
    seed: Seed = None,
    results: Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs are kept.")] = Path("results"),
    resume: Annotated[Path | None, typer.Option("--resume", metavar="RUN", help="Go on with this run.")] = None,
    wait_for_quiet: Annotated[
        str | None,
        typer.Option("--wait-for-quiet", metavar="TIME", help="Wait up to TIME until no other program is busy."),
    ] = None,
) -> None:
    """Sweep, verify, time, store; then write the report."""
    typed = dict(locals())
    from .commands import run as commands

    if resume is not None:
        _end(lambda: commands.resume(resume, typed))
    _end(lambda: commands.run(typed))


@app.command()
def verify(
    suite: SuiteFolder = None,
    operation: Operations = None,
    implementation: Implementations = None,
    size: Sizes = None,
    m: SizeM = None,
    n: SizeN = None,
    steps: Steps = None,
    parameter: Parameters = None,
    dtype: Dtypes = None,
    threads: Threads = None,
    device: Device = "cpu",
    data: Data = None,
    target: Target = None,
    condition: Condition = None,
    timeout: Timeout = None,
    memory_limit: Memory = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Check every answer against the oracle; time nothing."""
    typed = dict(locals())
    from .commands import run as commands

    _end(lambda: commands.verify(typed))


@app.command()
def report(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUN]…", help="Run folders; default the newest.")
    ] = None,
    format: Annotated[Many, typer.Option("--format", help="html, markdown, csv, parquet, json, png, svg, pdf.")] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help="What speed-ups are over; default numpy.")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Default: in the run folder.")] = None,
    table: Annotated[
        str, typer.Option("--table", help="What CSV, Parquet or JSON hold: cases, fits, crossovers, threads.")
    ] = "cases",
    open: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """Render runs as a page, pictures or text."""
    from .commands import options
    from .commands import run as commands

    formats = options.words(format) or ["html"]
    _end(lambda: commands.report(list(runs or ()), formats, output, baseline, table, open))


@app.command()
def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="Git revision, run folder or file of results.")],
    head: Annotated[
        str | None, typer.Argument(metavar="[HEAD]", help="The same; default the working tree.", show_default=False)
    ] = None,
    suite: SuiteFolder = None,
    preset: Annotated[str, typer.Option("--preset", help="Whose cases: quick, standard or full.")] = "quick",
    operation: Operations = None,
    implementation: Implementations = None,
    size: Sizes = None,
    m: SizeM = None,
    n: SizeN = None,
    steps: Steps = None,
    parameter: Parameters = None,
    dtype: Dtypes = None,
    threads: Annotated[Many, typer.Option("--threads", help="Thread counts; default 1, pinned.")] = None,
    time_budget: Budget = None,
    timeout: Timeout = None,
    memory_limit: Memory = None,
    seed: Seed = None,
    margin: Annotated[str | None, typer.Option("--margin", metavar="SHARE", help="What counts as slower: 2%.")] = None,
    margins: Annotated[Path | None, typer.Option("--margins", metavar="FILE", help="JSON: pattern -> margin.")] = None,
    allow_missing: Annotated[Many, typer.Option("--allow-missing", metavar="PATTERN", help="Gone on purpose.")] = None,
    allow_other_machine: Annotated[
        bool, typer.Option("--allow-other-machine", help="Files of two machines: compare ratios to a reference.")
    ] = False,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="NAME", help="That reference implementation; default numpy.")
    ] = None,
    base_python: Annotated[str | None, typer.Option("--base-python", metavar="PYTHON", help="Runs base.")] = None,
    head_python: Annotated[str | None, typer.Option("--head-python", metavar="PYTHON", help="Runs head.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", metavar="FILE", help="Write a summary.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the JSON there.")] = None,
    json: Json = False,
) -> None:
    """Did a change make it slower? Two git revisions, or two files of results."""
    typed = dict(locals())
    from .commands import compare as comparing

    _end(lambda: comparing.compare(typed))


@app.command()
def calibrate(
    context: typer.Context,
    revision: Annotated[str, typer.Argument(metavar="[REVISION]", help="The code compared with itself.")] = "HEAD",
    suite: SuiteFolder = None,
    operation: Operations = None,
    implementation: Implementations = None,
    size: Sizes = None,
    m: SizeM = None,
    n: SizeN = None,
    dtype: Dtypes = None,
    time_budget: Budget = None,
    timeout: Timeout = None,
    seed: Seed = None,
    margin: Annotated[str | None, typer.Option("--margin", metavar="SHARE", help="As in compare.")] = None,
    runs: Annotated[str, typer.Option("--runs", metavar="N", help="Whole runs on the same code.")] = "1",
    effect: Annotated[Many, typer.Option("--effect", metavar="SHARE", help="Slowdowns to plant: 2%,5%,10%.")] = None,
    load: Annotated[str, typer.Option("--load", metavar="N", help="Busy processes beside it.")] = "0",
    nice: Annotated[
        str | None, typer.Option("--nice", metavar="N", help="With --report: how nice they are, 0 to 19.")
    ] = None,
    simulate: Annotated[
        str, typer.Option("--simulate", metavar="N", help="Whole runs over each kind of simulated noise.")
    ] = "0",
    peers: Annotated[bool, typer.Option("--peers", help="Also let asv and pytest-benchmark judge.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Instead of the gate: how far reports of whole runs agree.")
    ] = False,
    preset: Annotated[
        str | None, typer.Option("--preset", help="With --report: whose runs; default standard.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="Every run is added there.")] = Path(
        "results/calibration.jsonl"
    ),
    json: Json = False,
) -> None:
    """How often the gate errs here and what it finds; with --report, how far reports of whole runs agree."""
    typed = {name: value for name, value in locals().items() if name != "context"}
    from .commands import calibrate as calibrating
    from .commands import calibrate_report

    given = [name for name in typed if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"]
    _end(lambda: calibrate_report.calibrate(typed, given) if report else calibrating.calibrate(typed))


@app.command("list")
def list_(suite: SuiteFolder = None, json: Json = False) -> None:
    """Operations and implementations, and why one is unavailable."""
    from .commands import inspect

    _end(lambda: inspect.list_suite(suite, json))


@app.command()
def machine(
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure anew what was measured once and kept.")] = False,
    json: Json = False,
) -> None:
    """The machine, what it can do at most, its noise now, and what would make it quieter."""
    from .commands import inspect

    _end(lambda: inspect.show_machine(json, fresh))


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"rooflinear {installed('rooflinear')}")
        raise typer.Exit
    del context


def main(arguments: list[str] | None = None) -> Any:
    """The console command ``rooflinear``."""
    warnings.formatwarning = lambda message, *_, **__: f"rooflinear: {message}\n"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without µ or █ still gets its numbers
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a background job ignores Ctrl-C
        signal.signal(signal.SIGINT, _interrupt)
    try:
        try:
            app(arguments, prog_name="rooflinear")
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:  # of what is printed without a command, such as help
        from .commands.run import unwritten

        sys.exit(unwritten(error))


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C must not stop the clearing away
    raise KeyboardInterrupt


def _end(action: Any) -> None:
    from .commands.run import guarded

    sys.exit(guarded(action))
