"""ONNX Runtime: each operation one graph of ONNX's operators on NumPy's arrays, optimised at its first call."""

from functools import cache

import numpy as np
import onnxruntime
from onnx import parser

from ._threads import THREADS

LIBRARY = "numpy"
COMPILES = True

OPSET = 21

TYPES = {"float64": ("double", 11), "float32": ("float", 1)}
"""Of ONNX: the name of a type, and its number."""

ERRORS = "predicted = MatMul(X, theta) errors = Sub(predicted, y)"
MEAN_SQUARE = f"{ERRORS} squares = Mul(errors, errors) mean = ReduceMean<keepdims = 0>(squares)"
SLOPE = f"""{ERRORS} rows = Size(y) count = Cast<to = NUMBER>(rows) two = Constant<value = REAL {{2}}>()
    scale = Div(two, count) sums = MatMul(errors, X) slope = Mul(scale, sums)"""

GRAPHS = {
    "predict": "(REAL[m,n] X, REAL[n] theta) => (REAL[m] predicted) { predicted = MatMul(X, theta) }",
    "residuals": """(REAL[m,n] X, REAL[m] y, REAL[n] theta) => (REAL[m] errors) {
        predicted = MatMul(X, theta) errors = Sub(y, predicted) }""",
    "mse": f"(REAL[m,n] X, REAL[m] y, REAL[n] theta) => (REAL mean) {{ {MEAN_SQUARE} }}",
    "gradient": f"(REAL[m,n] X, REAL[m] y, REAL[n] theta) => (REAL[n] slope) {{ {SLOPE} }}",
    "gradient_descent": f"""
        (REAL[m,n] X, REAL[m] y, REAL[n] theta0, REAL rate, int64 steps) => (REAL[n] reached) {{
        always = Constant<value = bool {{1}}>()
        reached = Loop(steps, always, theta0)
            <body = step (int64 i, bool on, REAL[n] theta) => (bool on, REAL[n] next) {{
                {SLOPE} change = Mul(rate, slope) next = Sub(theta, change) }}> }}""",
    "r2": """(REAL[m] y, REAL[m] y_predicted) => (REAL r2) {
        mean = ReduceMean<keepdims = 0>(y) deviations = Sub(y, mean) errors = Sub(y, y_predicted)
        total = ReduceSumSquare<keepdims = 0>(deviations) unexplained = ReduceSumSquare<keepdims = 0>(errors)
        one = Constant<value = REAL {1}>() zero = Sub(one, one) ratio = Div(unexplained, total)
        explained = Sub(one, ratio) nothing = Div(zero, zero) constant = Equal(total, zero)
        r2 = Where(constant, nothing, explained) }""",
    "cost_surface": """
        (REAL[m,n] X, REAL[m] y, REAL[n] theta, REAL[columns] theta0_values, REAL[rows] theta1_values)
        => (REAL[rows,columns] surface) {
        first = Constant<value = int64[1] {0}>() second = Constant<value = int64[1] {1}>()
        third = Constant<value = int64[1] {2}>() last = Constant<value = int64[1] {9223372036854775807}>()
        x0 = Gather<axis = 1>(X, first) x1 = Gather<axis = 1>(X, second)
        others = Slice(X, third, last, second) theta_left = Slice(theta, third, last, first)
        product = MatMul(others, theta_left) rest = Sub(product, y) column = Unsqueeze(rest, second)
        across = Unsqueeze(theta0_values, first) plane = Mul(x0, across)
        surface = Scan<num_scan_inputs = 1, body = row (REAL theta1) => (REAL[columns] means) {
            tilted = Mul(theta1, x1) base = Add(column, tilted) errors = Add(plane, base)
            squares = Mul(errors, errors) means = ReduceMean<keepdims = 0>(squares, first) }>(theta1_values) }""",
}


def predict(X, theta):
    return _run("predict", X=X, theta=theta)


def residuals(X, y, theta):
    return _run("residuals", X=X, y=y, theta=theta)


def mse(X, y, theta):
    return _run("mse", X=X, y=y, theta=theta)


def gradient(X, y, theta):
    return _run("gradient", X=X, y=y, theta=theta)


def gradient_descent(X, y, theta0, learning_rate, steps):
    return _run("gradient_descent", X=X, y=y, theta0=theta0, rate=np.asarray(learning_rate), steps=np.asarray(steps))


def r2(y, y_predicted):
    return _run("r2", y=y, y_predicted=y_predicted)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    return _run("cost_surface", X=X, y=y, theta=theta, theta0_values=theta0_values, theta1_values=theta1_values)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _run(operation, **arrays):
    (output,) = _session(operation, arrays["y" if "y" in arrays else "X"].dtype.name).run(None, arrays)
    return output


@cache
def _session(operation, dtype):
    real, number = TYPES[dtype]
    graph = GRAPHS[operation].replace("REAL", real).replace("NUMBER", str(number))
    model = parser.parse_model(f'<ir_version: 10, opset_import: ["" : {OPSET}]> {operation} {graph}')
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
