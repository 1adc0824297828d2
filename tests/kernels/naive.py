"""Straightforward NumPy, in the dtype of the inputs, and the faults a check has to see."""

import numpy as np


def predict(X, theta):
    return X @ theta


def residuals(X, y, theta):
    return y - X @ theta


def mse(X, y, theta):
    r = X @ theta - y
    return np.asarray((r @ r) / X.dtype.type(len(y)))


def gradient(X, y, theta):
    return X.T @ (X @ theta - y) * X.dtype.type(2 / len(y))


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    deviations = y - y.mean()
    total = (deviations**2).sum() or y.dtype.type(np.nan)
    return np.asarray(1 - ((y - y_predicted) ** 2).sum() / total)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = X[:, 2:] @ theta[2:] - y
    rows = [X[:, :1] * theta0_values + (X[:, 1] * t1 + rest)[:, None] for t1 in theta1_values]
    return np.stack([(r**2).sum(axis=0) / X.dtype.type(len(y)) for r in rows])


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def gradient_by_gram(X, y, theta):
    return X.dtype.type(2 / len(y)) * (X.T @ X @ theta - X.T @ y)


def gradient_descent_by_gram(X, y, theta0, learning_rate, steps):
    G, b, theta = X.T @ X, X.T @ y, theta0
    for _ in range(steps):
        theta = theta - learning_rate * X.dtype.type(2 / len(y)) * (G @ theta - b)
    return theta


def cost_surface_by_gram(X, y, theta, theta0_values, theta1_values):
    Z = np.column_stack([X, -y])
    return _surface(Z.T @ Z, theta, theta0_values, theta1_values, lambda G, t: t @ G @ t) / X.dtype.type(len(y))


def cost_surface_by_qr(X, y, theta, theta0_values, theta1_values):
    R = np.linalg.qr(np.column_stack([X, -y]), mode="r")
    return _surface(R, theta, theta0_values, theta1_values, lambda R, t: (R @ t) @ (R @ t)) / X.dtype.type(len(y))


def _surface(matrix, theta, theta0_values, theta1_values, form):
    points = np.empty((len(theta1_values), len(theta0_values)), matrix.dtype)
    for i, t1 in enumerate(theta1_values):
        for j, t0 in enumerate(theta0_values):
            points[i, j] = form(matrix, np.array([t0, t1, *theta[2:], 1], matrix.dtype))
    return points


RIGHT = {
    "predict": predict,
    "residuals": residuals,
    "mse": mse,
    "gradient": gradient,
    "gradient_descent": gradient_descent,
    "r2": r2,
    "cost_surface": cost_surface,
    "split_mse": split_mse,
}


def last_rows_dropped(name, inputs, rows):
    """The last rows count for nothing, and the divisor is still m."""
    cut = {key: value.copy() if key.startswith(("X", "y")) else value for key, value in inputs.items()}
    for key in cut:
        if key.startswith(("X", "y")):
            cut[key][-rows:] = 0
    return RIGHT[name](*cut.values())


def last_column_dropped(name, inputs):
    return _with_features(name, inputs, lambda X: X * (np.arange(X.shape[1]) < X.shape[1] - 1))


def transposed(name, inputs):
    """X read in the wrong order of memory."""
    return _with_features(name, inputs, lambda X: X.reshape(X.shape[::-1]).T)


def accumulated_in_float32(name, inputs):
    narrow = [np.float32(v) if isinstance(v, (np.ndarray, np.floating)) else v for v in inputs.values()]
    return RIGHT[name](*narrow).astype(np.float64)


def _with_features(name, inputs, change):
    return RIGHT[name](*(change(v) if key.startswith("X") else v for key, v in inputs.items()))
