"""Small tasks whose outputs are kept with every run and drawn on its page: the course's simulations and its examples.

The simulations of one operation have one shape, so that what compiles, compiles once. The worked examples are as small
as the course has them, so each may be another shape to compile; they come last, when the pictures are there.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rooflinear.bench.contract import Inputs, Shown

from . import examples, scenes

VISITED = (1, 2, 3, 5, 8, 13, 21, 34, 50)
"""Steps after which a descent is looked at; the last is where the controls stand."""

GRID, THETA0_RANGE, THETA1_RANGE = 21, (-10.0, 10.0), (-1.0, 5.0)
"""Points of the cost surface each way, and from where to where they reach."""


def _tasks() -> Iterator[Shown]:
    about = {**_drawn("hypothesis"), **_descended("hypothesis"), "data": "line", "steps": scenes.STEPS["hypothesis"]}
    yield _task("line", "predict", _line_learned, "The line a descent has learned", **about)
    data = {**_drawn("squared-error"), "data": "line", "outlier": 0}
    for k in VISITED:
        about = {**data, **_descended("squared-error"), "steps": k}
        make = partial(_descent, partial(scenes.line, "squared-error"), "squared-error", k)
        yield _task(f"learned-{k}", "gradient_descent", make, "θ on the way", **about)
        yield _task(f"error-{k}", "mse", partial(_at, k), "The mean squared error on the way", **about)
        about = {**_descended("several"), "scale": 1, "steps": k}
        make = partial(_descent, scenes.bowl, "several", k)
        yield _task(f"bowl-{k}", "gradient_descent", make, "θ on the way in θ₀² + θ₁²", **about)
        about = {"rate": scenes.RATE["single"], "theta0": scenes.THETA0["single"][0], "steps": k}
        make = partial(_descent, scenes.bowl, "single", k)
        yield _task(f"parabola-{k}", "gradient_descent", make, "θ on the way in θ²", **about)
    yield _task("points", "cost_surface", _surface, "The mean squared error of three points", grid=GRID)
    about = {**_drawn("assumptions"), "collinearity": scenes.COLLINEARITY, "l2": scenes.L2}
    yield _task("features", "residuals", _residuals, "What a model of two features leaves", **about)
    for data in ("line", "wave"):
        for model in scenes.models(data)[1]:
            about = {**_drawn("r2"), "data": data, "model": model}
            make = partial(_r2, data, model)
            yield _task(f"r2-{data}-{model}", "r2", make, "The share of variance explained", **about)
    for split in ("last", "interleaved"):
        for k in range(1, scenes.HIGHEST_DEGREE + 1):
            about = {**_drawn("diagnostics"), "degree": k}
            make = partial(_split, split == "interleaved", k)
            yield _task(f"{split}-{k}", "split_mse", make, "Training and validation error", **about)


def _examples() -> Iterator[Shown]:
    for each in examples.EXAMPLES:
        about: dict[str, Any] = {"steps": each.inputs["steps"]} if "steps" in each.inputs else {}
        if "theta0_values" in each.inputs:
            about["grid"] = len(each.inputs["theta0_values"])
        yield _task(f"example-{each.name}", each.operation, partial(dict, each.inputs), each.why, **about)


def _drawn(section: str) -> dict[str, Any]:
    return {"samples": scenes.SAMPLES[section], "noise": scenes.NOISE[section]}


def _descended(section: str) -> dict[str, Any]:
    theta0, theta1 = scenes.THETA0[section]
    return {"rate": scenes.RATE[section], "theta0": theta0, "theta1": theta1}


def _task(name: str, operation: str, make: Callable[[], Inputs], why: str, **settings: Any) -> Shown:
    def inputs(dtype: Any) -> Inputs:
        return {each: value if isinstance(value, int) else _cast(value, dtype) for each, value in make().items()}

    made = make()
    columns = made.get("theta", made.get("theta0"))
    rows = sum(len(value) for name, value in made.items() if name in ("y", "y_train", "y_validation")) or len(made["X"])
    sizes = {"m": rows} if columns is None else {"m": rows, "n": len(columns)}
    return Shown(name=name, operation=operation, sizes=sizes, settings=settings, inputs=inputs, why=why)


def _cast(value: Any, dtype: Any) -> Any:
    return np.dtype(dtype).type(value) if np.ndim(value) == 0 else np.ascontiguousarray(value, dtype)


def _line_learned() -> Inputs:
    X, _ = scenes.line("hypothesis")
    return {"X": X, "theta": scenes.path("hypothesis", scenes.STEPS["hypothesis"])}


def _at(steps: int) -> Inputs:
    X, y = scenes.line("squared-error")
    return {"X": X, "y": y, "theta": scenes.path("squared-error", steps)}


def _descent(scene: Callable[[], tuple[np.ndarray, np.ndarray]], section: str, steps: int) -> Inputs:
    X, y = scene()
    start, rate = np.array(scenes.THETA0[section]), scenes.RATE[section]
    return {"X": X, "y": y, "theta0": start, "learning_rate": rate, "steps": steps}


def _surface() -> Inputs:
    X, y = scenes.points()
    theta0_values, theta1_values = np.linspace(*THETA0_RANGE, GRID), np.linspace(*THETA1_RANGE, GRID)
    return {"X": X, "y": y, "theta": np.zeros(2), "theta0_values": theta0_values, "theta1_values": theta1_values}


def _residuals() -> Inputs:
    X, y = scenes.features()
    return {"X": X, "y": y, "theta": scenes.fit(X, y, scenes.L2)}


def _r2(data: str, model: str) -> Inputs:
    y, predictions = scenes.models(data)
    return {"y": y, "y_predicted": predictions[model]}


def _split(interleaved: bool, degree: int) -> Inputs:
    """All columns, and a theta that is zero past the degree: one shape for every degree."""
    X, y, rows = scenes.wave(interleaved)
    theta = np.zeros(X.shape[1])
    theta[: degree + 1] = scenes.fit(X[:rows, : degree + 1], y[:rows])
    parts = {"X_train": X[:rows], "y_train": y[:rows], "X_validation": X[rows:], "y_validation": y[rows:]}
    return {**parts, "theta": theta}


SHOWN = (*_tasks(), *_examples())
