"""A run whose outputs are those of the suite's own kernels, called in this process."""

from pathlib import Path
from typing import Any

import numpy as np

from rooflinear.bench.contract import Operation, Shown
from rooflinear.bench.inputs import problem
from rooflinear.bench.records import Case, Output, ShownTask
from rooflinear.bench.store import OUTPUTS, ResultFile
from rooflinear.bench.suites import suite
from rooflinear.kernels import operations as built_in

from . import synthetic

HANDS = ("python", "numpy_rows", "numpy", "numpy_inplace", "scipy_blas")
WRONG = "numpy_blocked"
OPERATIONS: dict[str, Operation] = {each.name: each for each in built_in.OPERATIONS}
FOLDER = Path(built_in.__file__).parent


def write(folder: Path, kept: bool = True, only: str = "") -> Path:
    """Times of predict at six sizes, planted; outputs of all tasks or of one operation's, none of `WRONG` right."""
    operations = {name: {"formula": each.formula, "sizes": list(each.sizes)} for name, each in OPERATIONS.items()}
    record = synthetic.run([*HANDS, WRONG], operations, suite="kernels", command=["rooflinear", "run"])
    results = [
        synthetic.ok(_case(name, m, n), [time * factor for factor in (0.99, 1.0, 1.01)], **cost)
        for m in (100, 1000, 10_000)
        for n in (2, 50)
        for name, ns in zip((*HANDS, WRONG), (400, 300, 20, 15, 12, 14), strict=True)
        for time, cost in [(ns * m * (n + 2) / 4, _cost(m, n))]
    ]
    synthetic.write(folder, record, results)
    if kept:
        file = ResultFile(folder, OUTPUTS)
        file.append(*(line for task in built_in.SHOWN if only in task.operation for line in lines(task)))
        file.close()
    return folder


def lines(task: Shown) -> list[ShownTask | Output]:
    inputs = task.inputs(np.dtype("float64"))
    expected = np.asarray(OPERATIONS[task.operation].oracle(*inputs.values()), np.float64)
    return [
        ShownTask(
            task=task.name,
            operation=task.operation,
            sizes=dict(task.sizes),
            settings=dict(task.settings),
            why=task.why,
            dtype="float64",
            inputs={name: problem.numbers(value) for name, value in inputs.items() if np.size(value) <= 400},
            expected=problem.numbers(expected),
        ),
        *(
            Output(task=task.name, implementation=name, status="ok", output=problem.numbers(called(name, task, inputs)))
            for name in HANDS
            if hasattr(suite.import_stem(FOLDER, name), task.operation)
        ),
        Output(
            task=task.name,
            implementation=WRONG,
            status="wrong",
            reason="error 2 exceeds the bound 1e-15",
            output=problem.numbers(expected + 2),
        ),
    ]


def called(name: str, task: Shown, inputs: dict[str, Any]) -> Any:
    module = suite.import_stem(FOLDER, name)
    if name == "python":
        inputs = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in inputs.items()}
    make = getattr(module, "workspace", lambda *_: None)
    workspace = make(task.operation, inputs)
    return getattr(module, task.operation)(*inputs.values(), *([] if workspace is None else [workspace]))


def _case(name: str, m: int, n: int) -> Case:
    return synthetic.case(name, suite="kernels", operation="predict", sizes={"m": m, "n": n})


def _cost(m: int, n: int) -> dict[str, Any]:
    found = OPERATIONS["predict"].cost({"m": m, "n": n}, {}, 8, "direct")
    return {"costs": {"direct": (found.flops, found.bytes)}, "footprint_bytes": found.footprint}
