"""Plain Python over lists: the textbook formula in loops, as in a first lesson, with no library at all."""

LIBRARY = "python"


def unsupported(operation, sizes, dtype, device):
    return "" if dtype == "float64" else "Python floats are float64"


def predict(X, theta):
    return [_dot(row, theta) for row in X]


def residuals(X, y, theta):
    return [target - _dot(row, theta) for row, target in zip(X, y, strict=True)]


def mse(X, y, theta):
    return _sum_of_squares(residuals(X, y, theta)) / len(y)


def gradient(X, y, theta):
    total = [0.0] * len(theta)
    for row, target in zip(X, y, strict=True):
        error = _dot(row, theta) - target
        total = [t + error * x for t, x in zip(total, row, strict=True)]
    return [2 / len(y) * t for t in total]


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = [t - learning_rate * g for t, g in zip(theta, gradient(X, y, theta), strict=True)]
    return theta


def r2(y, y_predicted):
    mean = sum(y) / len(y)
    total = _sum_of_squares(target - mean for target in y)
    unexplained = _sum_of_squares(target - p for target, p in zip(y, y_predicted, strict=True))
    return 1 - unexplained / total if total else float("nan")


def cost_surface(X, y, theta, theta0_values, theta1_values):
    return [[mse(X, y, [theta0, theta1, *theta[2:]]) for theta0 in theta0_values] for theta1 in theta1_values]


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return [mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)]


def _dot(row, theta):
    return sum(x * t for x, t in zip(row, theta, strict=True))


def _sum_of_squares(values):
    # `v**2` raises OverflowError where a diverging descent should reach infinity.
    return sum(v * v for v in values)
