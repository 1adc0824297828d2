"""The options and arguments of each command, in the order of its help.

A class for each command, and an `OptionGroup` for options that several commands share: a field of its type stands for
all its options.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import typer

from . import cli_compare_options as compare_options
from . import cli_history_options as history_options
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

    pytest: compare_options.PytestPaths = None
    keyword: compare_options.Keyword = None
    markers: compare_options.Markers = None
    asv: compare_options.Asv = None
    bench: compare_options.AsvBench = None
    pyperf: compare_options.PyperfScripts = None
    build: compare_options.Build = None
    python: compare_options.SuitePython = None
    extra: compare_options.With = None


class RunCaseOptions(OptionGroup):
    """What a run measures."""

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


class RevisionOptions(OptionGroup):
    """What a comparison of two revisions measures, and what it accepts."""

    suite: options.SuiteFolder = None
    preset: options.ComparePreset = "quick"
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.CompareThreads = None
    times: CompareTimeOptions
    memory_limit: options.CompareMemory = None
    seed: options.Seed = None
    measure: compare_options.Measures = None
    margin: compare_options.Margin = None
    margins: compare_options.Margins = None
    allow_missing: compare_options.AllowMissing = None


class FormOptions(OptionGroup):
    """Where a comparison is written."""

    html: compare_options.Html = None
    markdown: compare_options.Markdown = None
    junit: compare_options.Junit = None
    output: compare_options.CompareOutput = None
    json: options.Json = False


class FleetOptions(OptionGroup):
    """The machines of a cluster."""

    scheduler: options.Scheduler
    by: options.By = "host"


class RunOptions:
    measured: RunCaseOptions
    resume: options.Resume = None
    wait_for_quiet: options.WaitForQuiet = None
    guests: GuestOptions


class FleetRunOptions:
    fleet: FleetOptions
    measured: RunCaseOptions
    wait_for_quiet: options.WaitForQuiet = None


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
    base: compare_options.Base = None
    head: compare_options.Head = None
    confirm: compare_options.Confirm = None
    measured: RevisionOptions
    allow_other_machine: compare_options.AllowOtherMachine = False
    reference: compare_options.Reference = None
    base_python: compare_options.BasePython = None
    head_python: compare_options.HeadPython = None
    guests: GuestOptions
    forms: FormOptions


class FleetCompareOptions:
    fleet: FleetOptions
    base: compare_options.Base = None
    head: compare_options.Head = None
    measured: RevisionOptions
    guests: GuestOptions
    forms: FormOptions


class BisectOptions:
    good: compare_options.Good = None
    bad: compare_options.Bad = "HEAD"
    all_commits: compare_options.AllCommits = False
    case: compare_options.CasePatterns = None
    measure: compare_options.Measures = None
    suite: options.SuiteFolder = None
    preset: options.ComparePreset = "quick"
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.CompareThreads = None
    time_budget: compare_options.BisectBudget = None
    timeout: options.Timeout = None
    memory_limit: options.CompareMemory = None
    seed: options.Seed = None
    margin: compare_options.Margin = None
    margins: compare_options.Margins = None
    guests: GuestOptions
    results: options.Results = Path("results")
    resume: compare_options.ResumeBisect = None
    json: options.Json = False


class HistoryOptions:
    range: history_options.Range = None
    every: history_options.Every = None
    commits: history_options.HistoryCommits = None
    add: history_options.Add = None
    anchor: history_options.Anchor = None
    bisect: history_options.BisectChanges = False
    read: history_options.ReadHistory = None
    case: compare_options.CasePatterns = None
    measure: compare_options.Measures = None
    suite: options.SuiteFolder = None
    preset: options.ComparePreset = "quick"
    cases: CaseOptions
    parameters: ParameterOptions
    dtype: options.Dtypes = None
    threads: options.CompareThreads = None
    time_budget: compare_options.BisectBudget = None
    timeout: options.Timeout = None
    memory_limit: options.CompareMemory = None
    blocks: history_options.HistoryBlocks = None
    seed: options.Seed = None
    margin: compare_options.Margin = None
    margins: compare_options.Margins = None
    guests: GuestOptions
    results: history_options.HistoryResults = None
    json: options.Json = False


class CalibrateOptions:
    revision: compare_options.Revision = "HEAD"
    suite: options.SuiteFolder = None
    cases: CaseOptions
    dtype: options.Dtypes = None
    times: CompareTimeOptions
    seed: options.Seed = None
    margin: compare_options.Margin = None
    runs: compare_options.EqualRuns = "1"
    effect: compare_options.Effects = None
    load: compare_options.Load = "0"
    nice: compare_options.Nice = None
    simulate: compare_options.Simulate = "0"
    peers: compare_options.Peers = False
    guests: GuestOptions
    report: compare_options.Repeat = False
    preset: compare_options.RepeatPreset = None
    output: compare_options.CalibrateOutput = None
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
