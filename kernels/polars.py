"""Polars: expressions over the columns of a frame. Every call makes the frame of NumPy's array, which copies X."""

import numpy as np
import polars as pl

LIBRARY = "numpy"


def predict(X, theta):
    return _frame(X).select(predicted=_product(theta))["predicted"].to_numpy()


def residuals(X, y, theta):
    return _frame(X, y).select(residual=pl.col("y") - _product(theta))["residual"].to_numpy()


def mse(X, y, theta):
    return y.dtype.type(_frame(X, y).select(((_product(theta) - pl.col("y")) ** 2).mean()).item())


def gradient(X, y, theta):
    return _slopes(_frame(X, y), theta, y.dtype)


def gradient_descent(X, y, theta0, learning_rate, steps):
    frame, theta = _frame(X, y), theta0
    for _ in range(steps):
        theta = theta - learning_rate * _slopes(frame, theta, y.dtype)
    return theta


def r2(y, y_predicted):
    frame = pl.DataFrame({"y": y, "predicted": y_predicted})
    target, errors = pl.col("y"), pl.col("y") - pl.col("predicted")
    total, unexplained = frame.select(((target - target.mean()) ** 2).sum(), (errors**2).sum().alias("left")).row(0)
    return y.dtype.type(1 - unexplained / total if total else np.nan)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _slopes(frame, theta, dtype):
    sums = frame.with_columns(error=_product(theta) - pl.col("y")).select(
        (pl.col(name) * pl.col("error")).sum() for name in _names(len(theta))
    )  # fmt: skip
    return sums.to_numpy()[0] * dtype.type(2 / len(frame))


def _frame(X, y=None):
    frame = pl.DataFrame(X, schema=_names(X.shape[1]), orient="row")
    return frame if y is None else frame.with_columns(y=y)


def _product(theta):
    return pl.sum_horizontal(pl.col(name) * value for name, value in zip(_names(len(theta)), theta, strict=True))


def _names(count):
    return [f"x{i}" for i in range(count)]
