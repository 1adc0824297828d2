"""The options and arguments of each command, in the order of its help.

A class for each command, and an `OptionGroup` for options that several commands share: a field of its type stands for
all its options.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import typer

from . import cli_options as options


class OptionGroup:
    """Options that several commands share."""


class CaseOptions(OptionGroup):
    """Which cases of a suite."""

    operation: options.Operations = None
    implementation: options.Implementations = None
    size: options.Sizes = None
    m: options.SizeM = None
    n: options.SizeN = None


class ParameterOptions(OptionGroup):
    """Parameters of operations."""

    steps: options.Steps = None
    parameter: options.Parameters = None


class InputOptions(OptionGroup):
    """The numbers that are computed with."""

    data: options.Data = None
    target: options.Target = None
    condition: options.Condition = None


class CompareTimeOptions(OptionGroup):
    """How long a comparison of revisions may take."""

    time_budget: options.CompareBudget = None
    timeout: options.Timeout = None


class GuestOptions(OptionGroup):
    """A suite of another tool."""

    pytest: options.PytestPaths = None
    keyword: options.Keyword = None
    markers: options.Markers = None
    asv: options.Asv = None
    bench: options.AsvBench = None
    pyperf: options.PyperfScripts = None
    build: options.Build = None
    python: options.SuitePython = None
    extra: options.With = None


class RunOptions:
    preset: options.RunPreset = "standard"
    suite: options.SuiteFolder = None
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.Threads = None
    device: options.Device = "cpu"
    inputs: InputOptions
    time_budget: options.RunBudget = None
    timeout: options.Timeout = None
    memory_limit: options.RunMemory = None
    blocks: options.Blocks = None
    precision: options.Precision = None
    seed: options.Seed = None
    results: options.Results = Path("results")
    resume: options.Resume = None
    wait_for_quiet: options.WaitForQuiet = None
    guests: GuestOptions


class VerifyOptions:
    suite: options.SuiteFolder = None
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.Threads = None
    device: options.VerifyDevice = "cpu"
    inputs: InputOptions
    timeout: options.Timeout = None
    memory_limit: options.RunMemory = None
    seed: options.Seed = None
    json: options.Json = False


class ReportOptions:
    runs: options.Runs = None
    format: options.Formats = None
    baseline: options.Baseline = None
    output: options.ReportOutput = None
    table: options.Table = "cases"
    open: options.Open = False


class AdviseOptions:
    run: options.AdvisedRun = None
    operation: options.AdvisedOperation = None
    size: options.AdvisedSizes = None
    m: options.AdvisedM = None
    n: options.AdvisedN = None
    calls: options.Calls = None
    imports: options.Imports = False
    without: options.Without = None
    dtype: options.AdvisedDtype = None
    threads: options.AdvisedThreads = None
    steps: options.Steps = None
    parameter: options.AdvisedParameters = None
    json: options.Json = False


class CompareOptions:
    base: options.Base
    head: options.Head = None
    suite: options.SuiteFolder = None
    preset: options.ComparePreset = "quick"
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.CompareThreads = None
    times: CompareTimeOptions
    memory_limit: options.CompareMemory = None
    seed: options.Seed = None
    margin: options.Margin = None
    margins: options.Margins = None
    allow_missing: options.AllowMissing = None
    allow_other_machine: options.AllowOtherMachine = False
    reference: options.Reference = None
    base_python: options.BasePython = None
    head_python: options.HeadPython = None
    guests: GuestOptions
    html: options.Html = None
    markdown: options.Markdown = None
    junit: options.Junit = None
    output: options.CompareOutput = None
    json: options.Json = False


class BisectOptions:
    good: options.Good = None
    bad: options.Bad = "HEAD"
    case: options.CasePatterns = None
    suite: options.SuiteFolder = None
    preset: options.ComparePreset = "quick"
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.CompareThreads = None
    time_budget: options.BisectBudget = None
    timeout: options.Timeout = None
    memory_limit: options.CompareMemory = None
    seed: options.Seed = None
    margin: options.Margin = None
    margins: options.Margins = None
    guests: GuestOptions
    results: options.Results = Path("results")
    resume: options.ResumeBisect = None
    json: options.Json = False


class CalibrateOptions:
    revision: options.Revision = "HEAD"
    suite: options.SuiteFolder = None
    cases: CaseOptions
    dtype: options.Dtypes = None
    times: CompareTimeOptions
    seed: options.Seed = None
    margin: options.Margin = None
    runs: options.EqualRuns = "1"
    effect: options.Effects = None
    load: options.Load = "0"
    nice: options.Nice = None
    simulate: options.Simulate = "0"
    peers: options.Peers = False
    guests: GuestOptions
    report: options.Repeat = False
    preset: options.RepeatPreset = None
    output: options.CalibrateOutput = None
    json: options.Json = False


class ListOptions:
    suite: options.SuiteFolder = None
    guests: GuestOptions
    json: options.Json = False


class MachineOptions:
    fresh: options.Fresh = False
    json: options.Json = False


def parameters_of(options: type) -> list[inspect.Parameter]:
    """The parameters of a function that takes a command's options, and first ``context``."""
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    return [context, *_keywords(options)]


def _keywords(options: type) -> Iterator[inspect.Parameter]:
    for name, kind in get_type_hints(options, include_extras=True).items():
        if isinstance(kind, type) and issubclass(kind, OptionGroup):
            yield from _keywords(kind)
        else:
            default = getattr(options, name, inspect.Parameter.empty)
            yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
