"""The command line: each command turns its arguments into a request and passes it on."""

import io
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import typer

from . import cli_options as options
from .commands.requests import (
    CalibrateReportRequest,
    CalibrateRequest,
    CompareRequest,
    ListRequest,
    MachineRequest,
    ReportRequest,
    ResumeRequest,
    RunRequest,
    VerifyRequest,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Verify, time and compare implementations of one computation in Python's array frameworks.",
)


@app.command()
def run(
    context: typer.Context,
    preset: options.RunPreset = "standard",
    suite: options.SuiteFolder = None,
    operation: options.Operations = None,
    implementation: options.Implementations = None,
    size: options.Sizes = None,
    m: options.SizeM = None,
    n: options.SizeN = None,
    steps: options.Steps = None,
    parameter: options.Parameters = None,
    dtype: options.Dtypes = None,
    threads: options.Threads = None,
    device: options.Device = "cpu",
    data: options.Data = None,
    target: options.Target = None,
    condition: options.Condition = None,
    time_budget: options.RunBudget = None,
    timeout: options.Timeout = None,
    memory_limit: options.RunMemory = None,
    blocks: options.Blocks = None,
    precision: options.Precision = None,
    seed: options.Seed = None,
    results: options.Results = Path("results"),
    resume: options.Resume = None,
    wait_for_quiet: options.WaitForQuiet = None,
) -> None:
    """Verify and time implementations, then write a report."""
    from .commands import run as running

    if resume is not None:
        continued = ResumeRequest(
            resume=resume, time_budget=time_budget, wait_for_quiet=wait_for_quiet, given=_given(context)
        )
        _end(lambda: running.resume(continued))
    request = RunRequest(
        preset=preset,
        suite=suite,
        operation=_all(operation),
        implementation=_all(implementation),
        size=_all(size),
        m=m,
        n=n,
        steps=steps,
        parameter=_all(parameter),
        dtype=_all(dtype),
        threads=_all(threads),
        device=device,
        data=data,
        target=target,
        condition=condition,
        time_budget=time_budget,
        timeout=timeout,
        memory_limit=memory_limit,
        blocks=blocks,
        precision=precision,
        seed=seed,
        results=results,
        wait_for_quiet=wait_for_quiet,
    )
    _end(lambda: running.run(request))


@app.command()
def verify(
    suite: options.SuiteFolder = None,
    operation: options.Operations = None,
    implementation: options.Implementations = None,
    size: options.Sizes = None,
    m: options.SizeM = None,
    n: options.SizeN = None,
    steps: options.Steps = None,
    parameter: options.Parameters = None,
    dtype: options.Dtypes = None,
    threads: options.Threads = None,
    device: options.VerifyDevice = "cpu",
    data: options.Data = None,
    target: options.Target = None,
    condition: options.Condition = None,
    timeout: options.Timeout = None,
    memory_limit: options.RunMemory = None,
    seed: options.Seed = None,
    json: options.Json = False,
) -> None:
    """Verify implementations without timing them.

    Compares every result with one of higher precision. The preset is its own: small, odd sizes, float64 and float32.
    """
    from .commands import verify as verifying

    request = VerifyRequest(
        suite=suite,
        operation=_all(operation),
        implementation=_all(implementation),
        size=_all(size),
        m=m,
        n=n,
        steps=steps,
        parameter=_all(parameter),
        dtype=_all(dtype),
        threads=_all(threads),
        device=device,
        data=data,
        target=target,
        condition=condition,
        timeout=timeout,
        memory_limit=memory_limit,
        seed=seed,
        json=json,
    )
    _end(lambda: verifying.verify(request))


@app.command()
def report(
    context: typer.Context,
    runs: options.Runs = None,
    format: options.Formats = None,
    baseline: options.Baseline = None,
    output: options.ReportOutput = None,
    table: options.Table = "cases",
    open: options.Open = False,
) -> None:
    """Show runs as a page, pictures, text or tables."""
    from .commands import report as reporting

    request = ReportRequest(
        runs=tuple(runs or ()),
        format=_all(format),
        baseline=baseline,
        output=output,
        table=table,
        open=open,
        given=_given(context),
    )
    _end(lambda: reporting.report(request))


@app.command()
def compare(
    context: typer.Context,
    base: options.Base,
    head: options.Head = None,
    suite: options.SuiteFolder = None,
    preset: options.ComparePreset = "quick",
    operation: options.Operations = None,
    implementation: options.Implementations = None,
    size: options.Sizes = None,
    m: options.SizeM = None,
    n: options.SizeN = None,
    steps: options.Steps = None,
    parameter: options.Parameters = None,
    dtype: options.Dtypes = None,
    threads: options.CompareThreads = None,
    time_budget: options.CompareBudget = None,
    timeout: options.Timeout = None,
    memory_limit: options.CompareMemory = None,
    seed: options.Seed = None,
    margin: options.Margin = None,
    margins: options.Margins = None,
    allow_missing: options.AllowMissing = None,
    allow_other_machine: options.AllowOtherMachine = False,
    reference: options.Reference = None,
    base_python: options.BasePython = None,
    head_python: options.HeadPython = None,
    html: options.Html = None,
    markdown: options.Markdown = None,
    junit: options.Junit = None,
    output: options.CompareOutput = None,
    json: options.Json = False,
) -> None:
    """Test whether a change made code slower.

    Measures two git revisions side by side, or compares two files of results.
    """
    from .commands import compare as comparing

    request = CompareRequest(
        base=base,
        head=head,
        suite=suite,
        preset=preset,
        operation=_all(operation),
        implementation=_all(implementation),
        size=_all(size),
        m=m,
        n=n,
        steps=steps,
        parameter=_all(parameter),
        dtype=_all(dtype),
        threads=_all(threads),
        time_budget=time_budget,
        timeout=timeout,
        memory_limit=memory_limit,
        seed=seed,
        margin=margin,
        margins=margins,
        allow_missing=_all(allow_missing),
        allow_other_machine=allow_other_machine,
        reference=reference,
        base_python=base_python,
        head_python=head_python,
        html=html,
        markdown=markdown,
        junit=junit,
        output=output,
        json=json,
        given=_given(context),
    )
    _end(lambda: comparing.compare(request))


@app.command()
def calibrate(
    context: typer.Context,
    revision: options.Revision = "HEAD",
    suite: options.SuiteFolder = None,
    operation: options.Operations = None,
    implementation: options.Implementations = None,
    size: options.Sizes = None,
    m: options.SizeM = None,
    n: options.SizeN = None,
    dtype: options.Dtypes = None,
    time_budget: options.CompareBudget = None,
    timeout: options.Timeout = None,
    seed: options.Seed = None,
    margin: options.Margin = None,
    runs: options.EqualRuns = "1",
    effect: options.Effects = None,
    load: options.Load = "0",
    nice: options.Nice = None,
    simulate: options.Simulate = "0",
    peers: options.Peers = False,
    report: options.Repeat = False,
    preset: options.RepeatPreset = None,
    output: options.CalibrateOutput = None,
    json: options.Json = False,
) -> None:
    """Count how often compare errs, and which slowdowns it finds.

    Measures the cases of the quick preset. With --report, repeats whole runs and counts how far their reports agree.
    """
    from .commands import calibrate as calibrating
    from .commands import calibrate_report

    if report:
        repeated = CalibrateReportRequest(
            runs=runs,
            load=load,
            simulate=simulate,
            preset=preset,
            nice=nice,
            seed=seed,
            output=output,
            json=json,
            given=_given(context),
        )
        _end(lambda: calibrate_report.calibrate(repeated))
    request = CalibrateRequest(
        revision=revision,
        suite=suite,
        operation=_all(operation),
        implementation=_all(implementation),
        size=_all(size),
        m=m,
        n=n,
        dtype=_all(dtype),
        time_budget=time_budget,
        timeout=timeout,
        seed=seed,
        margin=margin,
        runs=runs,
        effect=_all(effect),
        load=load,
        simulate=simulate,
        peers=peers,
        output=output,
        json=json,
        given=_given(context),
    )
    _end(lambda: calibrating.calibrate(request))


@app.command("list")
def list_(suite: options.SuiteFolder = None, json: options.Json = False) -> None:
    """List the operations and implementations of a suite.

    Says why an implementation is unavailable.
    """
    from .commands import inspect

    request = ListRequest(suite=suite, json=json)
    _end(lambda: inspect.list_suite(request))


@app.command()
def machine(fresh: options.Fresh = False, json: options.Json = False) -> None:
    """Show this machine, its limits and its noise now.

    Says what would make it quieter. The limits are measured once and stored.
    """
    from .commands import inspect

    request = MachineRequest(fresh=fresh, json=json)
    _end(lambda: inspect.show_machine(request))


@app.callback(invoke_without_command=True)
def _root(context: typer.Context, version: options.Version = False) -> None:
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
    except OSError as error:  # while printing without a command, such as help
        from .commands.exit_status import unwritten

        sys.exit(unwritten(error))


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the clean-up
    raise KeyboardInterrupt


def _all(values: options.Many) -> tuple[str, ...]:
    """The values of a repeatable option; empty if it was omitted."""
    return tuple(values or ())


def _given(context: typer.Context) -> tuple[str, ...]:
    """Names of the options and arguments on the command line, in order, also of those given their default value."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return tuple(name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE")


def _end(action: Callable[[], int]) -> NoReturn:
    from .commands.exit_status import guarded

    sys.exit(guarded(action))
