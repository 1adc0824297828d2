"""Ways to write the gradient in NumExpr, ONNX Runtime, Polars and PyTensor, for `idioms`: its words and its rules."""

import os
from functools import reduce
from operator import add

import numpy as np


def numexpr_ways(X, y, theta):
    import numexpr

    scale = 2 / len(y)

    def evaluated(expression, **arrays):
        return numexpr.evaluate(expression, local_dict=arrays)

    def product_of_columns():
        errors = evaluated("scale * (p - y)", p=X @ theta, y=y, scale=scale)
        return evaluated("sum(errors * X, axis=0)", errors=errors[:, None], X=X)

    def all_in_expressions():
        predicted = evaluated("sum(X * theta, axis=1)", X=X, theta=theta)
        return evaluated("scale * (p - y)", p=predicted, y=y, scale=scale) @ X

    return {
        "NumPy alone": lambda: scale * (X.T @ (X @ theta - y)),
        "errors in an expression": lambda: evaluated("scale * (p - y)", p=X @ theta, y=y, scale=scale) @ X,
        "X @ theta as a sum, too": all_in_expressions,
        "errors @ X as a sum, too": product_of_columns,
    }


ONNX_WAYS = {
    "MatMul(errors, X)": "slope = MatMul(errors, X)",
    "Gemm, transA": """one = Constant<value = int64[1] {1}>() column = Unsqueeze(errors, one)
        slopes = Gemm<transA = 1>(X, column) slope = Squeeze(slopes, one)""",
    "Einsum": 'slope = Einsum<equation = "ij,i->j">(X, errors)',
}


def onnxruntime_ways(X, y, theta):
    import onnxruntime
    from onnx import parser

    arrays = {"X": X, "y": y, "theta": theta}

    def session(way):
        text = f"""<ir_version: 10, opset_import: ["" : 21]>
            gradient (double[m,n] X, double[m] y, double[n] theta) => (double[n] scaled) {{
            predicted = MatMul(X, theta) errors = Sub(predicted, y) {way}
            two = Constant<value = double {{2}}>() rows = Size(y) count = Cast<to = 11>(rows)
            scale = Div(two, count) scaled = Mul(scale, slope) }}"""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1))
        model = parser.parse_model(text).SerializeToString()
        return onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])

    def bound(made):
        binding = made.io_binding()
        for name, array in arrays.items():
            binding.bind_cpu_input(name, array)
        binding.bind_output("scaled")

        def call():
            made.run_with_iobinding(binding)
            return binding.copy_outputs_to_cpu()[0]

        return call

    def plain(made):
        return lambda: made.run(None, arrays)[0]

    ways = {name: plain(session(way)) for name, way in ONNX_WAYS.items()}
    return ways | {"MatMul(errors, X), IOBinding": bound(session(ONNX_WAYS["MatMul(errors, X)"]))}


def pytensor_ways(X, y, theta):
    import pytensor
    import pytensor.tensor as pt

    inputs = [pt.dmatrix("X"), pt.dvector("y"), pt.dvector("theta")]
    by_grad = pytensor.grad(pt.mean((inputs[0] @ inputs[2] - inputs[1]) ** 2), inputs[2])
    errors = inputs[0] @ inputs[2] - inputs[1]
    by_hand, by_row = (2 / len(y) * each for each in (errors @ inputs[0], pt.dot(errors[None, :], inputs[0])[0]))

    def compiled(formula, mode):
        function = pytensor.function(inputs, formula, mode=mode)
        function.trust_input = True
        return lambda: function(X, y, theta)

    return {
        "grad of the loss, compiled to C": compiled(by_grad, "FAST_RUN"),
        "grad of the loss, by Numba": compiled(by_grad, "NUMBA"),
        "errors @ X, compiled to C": compiled(by_hand, "FAST_RUN"),
        "errors @ X, by Numba": compiled(by_hand, "NUMBA"),
        "errors as a row @ X, by Numba": compiled(by_row, "NUMBA"),
    }


def polars_ways(X, y, theta):
    import polars as pl

    m, n = X.shape
    names = [f"x{j}" for j in range(n)]
    terms = [pl.col(name) * value for name, value in zip(names, theta, strict=True)]

    def by_rows():
        return pl.DataFrame(X, schema=names, orient="row").with_columns(y=y)

    def by_columns():
        return pl.DataFrame({**{name: X[:, j] for j, name in enumerate(names)}, "y": y})

    def slope(frame, predicted):
        errors = frame.with_columns(error=predicted - pl.col("y"))
        return errors.select((pl.col(name) * pl.col("error")).sum() for name in names)

    def scaled(sums):
        return sums.to_numpy()[0] * 2 / m

    def dots():
        frame = by_rows()
        errors = frame.select(pl.sum_horizontal(terms) - pl.col("y")).to_series()
        return 2 / m * np.array([frame[name].dot(errors) for name in names])

    horizontal, chain = pl.sum_horizontal(terms), reduce(add, terms)
    return {
        "sum_horizontal": lambda: scaled(slope(by_rows(), horizontal)),
        "a chain of +": lambda: scaled(slope(by_rows(), chain)),
        "sum_horizontal, lazy": lambda: scaled(slope(by_rows().lazy(), horizontal).collect()),
        "Series.dot": dots,
        "frame made column by column": lambda: scaled(slope(by_columns(), horizontal)),
    }
