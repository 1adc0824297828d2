"""CuPy: NumPy's functions on a GPU, matrix products by cuBLAS."""

# Where CuPy is not installed, this very file is found in its place.
# pyright: reportAttributeAccessIssue=false

import cupy

LIBRARY = "cupy"
DEVICE = "cuda"


def predict(X, theta):
    return X @ theta


def residuals(X, y, theta):
    return y - X @ theta


def mse(X, y, theta):
    errors = X @ theta - y
    return errors @ errors / y.dtype.type(len(y))


def gradient(X, y, theta):
    return 2 / len(y) * ((X @ theta - y) @ X)


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    total = cupy.sum((y - cupy.mean(y)) ** 2)
    unexplained = cupy.sum((y - y_predicted) ** 2)
    return cupy.where(total == 0, cupy.asarray(cupy.nan, y.dtype), 1 - unexplained / total)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = X[:, 2:] @ theta[2:] - y
    rows = [
        cupy.mean((theta0_values[:, None] * X[:, 0] + (rest + theta1 * X[:, 1])) ** 2, axis=1)
        for theta1 in theta1_values
    ]
    return cupy.stack(rows)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return cupy.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])
