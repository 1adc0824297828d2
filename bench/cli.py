"""The command line: each command turns its arguments into a request and passes it on."""

import inspect
import io
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import msgspec
import typer

from . import cli_options as options
from . import cli_signatures as signatures
from .commands.requests import (
    AdviseRequest,
    BisectRequest,
    CalibrateReportRequest,
    CalibrateRequest,
    CompareRequest,
    FleetCompareRequest,
    FleetRunRequest,
    HistoryRequest,
    ListRequest,
    MachineRequest,
    ReportRequest,
    ResumeBisectRequest,
    ResumeRequest,
    RunRequest,
    VerifyRequest,
)
from .errors import UsageError

Request = TypeVar("Request")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Verify, time and compare implementations of one computation in Python's array frameworks.",
)

fleet = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Run or compare on several machines at once.")
app.add_typer(fleet, name="fleet")


@dataclass(frozen=True)
class Arguments:
    """What the user typed: values by name, defaults included, and the names that were on the command line."""

    values: dict[str, Any]
    given: tuple[str, ...]

    def to(self, kind: type[Request]) -> Request:
        """A request, whose fields have the options' names. Omitted options keep the defaults of the fields."""
        return msgspec.convert(self.values | {"given": self.given}, kind)


Action = Callable[[Arguments], int]


def _command(options: type, name: str | None = None, group: typer.Typer = app) -> Callable[[Action], Action]:
    """Makes a function the command of its name, with these options (`cli_signatures`); its docstring is the help."""

    def register(action: Action) -> Action:
        def command(context: typer.Context, **values: Any) -> None:
            arguments = Arguments({name: value for name, value in values.items() if value is not None}, _given(context))
            _end(lambda: action(arguments), context.command_path)

        made = inspect.Signature(signatures.parameters_of(options))
        command.__signature__ = made  # pyright: ignore[reportFunctionMemberAccess]
        command.__doc__ = action.__doc__
        group.command(name or action.__name__)(command)
        return action

    return register


@_command(signatures.RunOptions)
def run(arguments: Arguments) -> int:
    """Verify and time implementations, then write a report."""
    from .commands import run as running

    if "resume" in arguments.values:
        return running.resume(arguments.to(ResumeRequest))
    return running.run(arguments.to(RunRequest))


@_command(signatures.VerifyOptions)
def verify(arguments: Arguments) -> int:
    """Verify implementations without timing them.

    Compares every result with one of higher precision. The preset is its own: small, odd sizes, float64 and float32.
    """
    from .commands import verify as verifying

    return verifying.verify(arguments.to(VerifyRequest))


@_command(signatures.ReportOptions)
def report(arguments: Arguments) -> int:
    """Show runs as a page, pictures, text or tables."""
    from .commands import report as reporting

    return reporting.report(arguments.to(ReportRequest))


@_command(signatures.AdviseOptions)
def advise(arguments: Arguments) -> int:
    """Say what to use at your sizes, by the times of a run.

    Answers for any size within the measured range: measured, interpolated or from a fit, and says which.
    """
    from .commands import advise as advising

    return advising.advise(arguments.to(AdviseRequest))


@_command(signatures.CompareOptions)
def compare(arguments: Arguments) -> int:
    """Test whether a change made code slower.

    Measures two git revisions side by side, or compares two files of results.
    """
    from .commands import compare as comparing

    return comparing.compare(arguments.to(CompareRequest))


@_command(signatures.BisectOptions)
def bisect(arguments: Arguments) -> int:
    """Find the commit that made code slower, or faster.

    Compares commits with GOOD side by side, as compare does, and halves what is left of them.
    """
    from .commands import bisect as bisecting

    if "resume" in arguments.values:
        return bisecting.resume(arguments.to(ResumeBisectRequest))
    if "good" not in arguments.values:
        raise UsageError("GOOD is missing: the last commit that was fast, such as v1.2")
    return bisecting.bisect(arguments.to(BisectRequest))


@_command(signatures.HistoryOptions)
def history(arguments: Arguments) -> int:
    """Measure many commits as ratios to one of them, and find those that changed a case.

    Each commit is measured side by side with the anchor, so that a year of them is comparable. Goes on where it was
    interrupted.
    """
    from .commands import history as recording

    return recording.history(arguments.to(HistoryRequest))


@_command(signatures.CalibrateOptions)
def calibrate(arguments: Arguments) -> int:
    """Count how often compare errs, and which slowdowns it finds.

    Measures the cases of the quick preset. With --report, repeats whole runs and counts how far their reports agree.
    """
    from .commands import calibrate as calibrating
    from .commands import calibrate_report

    if arguments.values["report"]:
        return calibrate_report.calibrate(arguments.to(CalibrateReportRequest))
    return calibrating.calibrate(arguments.to(CalibrateRequest))


@_command(signatures.FleetRunOptions, "run", fleet)
def fleet_run(arguments: Arguments) -> int:
    """Make one run on every host of a Dask cluster, and one report of all.

    Each host needs the same version of rooflinear. The suite is sent to it.
    """
    from .commands import fleet_run as running

    return running.run(arguments.to(FleetRunRequest))


@_command(signatures.FleetCompareOptions, "compare", fleet)
def fleet_compare(arguments: Arguments) -> int:
    """Test on every host of a Dask cluster whether a change made code slower.

    Compares two git revisions on all hosts at once; judges each host, and all together where they agree.
    """
    from .commands import fleet_compare as comparing

    return comparing.compare(arguments.to(FleetCompareRequest))


@_command(signatures.ListOptions, "list")
def list_(arguments: Arguments) -> int:
    """List the operations and implementations of a suite.

    Says why an implementation is unavailable.
    """
    from .commands import inspect

    return inspect.list_suite(arguments.to(ListRequest))


@_command(signatures.MachineOptions)
def machine(arguments: Arguments) -> int:
    """Show this machine, its limits and its noise now.

    Says what would make it quieter. The limits are measured once and stored.
    """
    from .commands import inspect

    return inspect.show_machine(arguments.to(MachineRequest))


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


def _given(context: typer.Context) -> tuple[str, ...]:
    """Names of the options and arguments on the command line, in order, also of those given their default value."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return tuple(name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE")


def _end(action: Callable[[], int], command: str) -> NoReturn:
    from .commands.exit_status import guarded

    sys.exit(guarded(action, command))
