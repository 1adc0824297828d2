# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The loops of `cython`: typed memoryviews, a function for each of float64 and float32, without the interpreter's lock."""

from cython cimport floating
from libc.math cimport NAN

cdef enum:
    SUMMED = 4096  # terms of one sum: a single sum of a million terms loses digits in float32


cdef inline floating dot(const floating *a, const floating *b, Py_ssize_t n) noexcept nogil:
    cdef floating total = 0
    cdef Py_ssize_t j
    for j in range(n):
        total += a[j] * b[j]
    return total


def predict(const floating[:, ::1] X, const floating[::1] theta, floating[::1] out):
    cdef Py_ssize_t i
    with nogil:
        for i in range(X.shape[0]):
            out[i] = dot(&X[i, 0], &theta[0], X.shape[1])


def residuals(const floating[:, ::1] X, const floating[::1] y, const floating[::1] theta, floating[::1] out):
    cdef Py_ssize_t i
    with nogil:
        for i in range(X.shape[0]):
            out[i] = y[i] - dot(&X[i, 0], &theta[0], X.shape[1])


def mse(const floating[:, ::1] X, const floating[::1] y, const floating[::1] theta):
    cdef floating mean
    with nogil:
        mean = mean_square(X, y, theta)
    return mean


def split_mse(
    const floating[:, ::1] X_train,
    const floating[::1] y_train,
    const floating[:, ::1] X_validation,
    const floating[::1] y_validation,
    const floating[::1] theta,
    floating[::1] out,
):
    with nogil:
        out[0] = mean_square(X_train, y_train, theta)
        out[1] = mean_square(X_validation, y_validation, theta)


def gradient(const floating[:, ::1] X, const floating[::1] y, const floating[::1] theta, floating[::1] slope):
    with nogil:
        slope_into(X, y, &theta[0], slope)


def gradient_descent(
    const floating[:, ::1] X,
    const floating[::1] y,
    const floating[::1] theta0,
    double learning_rate,
    Py_ssize_t steps,
    floating[::1] slope,
    floating[::1] theta,
):
    cdef Py_ssize_t step, j
    with nogil:
        theta[:] = theta0
        for step in range(steps):
            slope_into(X, y, &theta[0], slope)
            for j in range(theta.shape[0]):
                theta[j] -= <floating>learning_rate * slope[j]


def r2(const floating[::1] y, const floating[::1] y_predicted):
    cdef floating mean = 0, total = 0, unexplained = 0, explained
    cdef Py_ssize_t i
    with nogil:
        for i in range(y.shape[0]):
            mean += y[i]
        mean /= y.shape[0]
        for i in range(y.shape[0]):
            total += (y[i] - mean) * (y[i] - mean)
            unexplained += (y[i] - y_predicted[i]) * (y[i] - y_predicted[i])
        explained = 1 - unexplained / total if total != 0 else <floating>NAN
    return explained


def cost_surface(
    const floating[:, ::1] X,
    const floating[::1] y,
    const floating[::1] theta,
    const floating[::1] theta0_values,
    const floating[::1] theta1_values,
    floating[:, ::1] surface,
):
    cdef Py_ssize_t i, row, column
    cdef Py_ssize_t n = X.shape[1]
    cdef floating rest, base, error
    with nogil:
        surface[:, :] = 0
        for i in range(X.shape[0]):
            rest = dot(&X[i, 0] + 2, &theta[0] + 2, n - 2) - y[i]
            for row in range(surface.shape[0]):
                base = rest + theta1_values[row] * X[i, 1]
                for column in range(surface.shape[1]):
                    error = base + theta0_values[column] * X[i, 0]
                    surface[row, column] += error * error
        for row in range(surface.shape[0]):
            for column in range(surface.shape[1]):
                surface[row, column] /= X.shape[0]


cdef floating mean_square(
    const floating[:, ::1] X, const floating[::1] y, const floating[::1] theta
) noexcept nogil:
    cdef floating total = 0, part, error
    cdef Py_ssize_t block, i
    for block in range(X.shape[0] // SUMMED + 1):
        part = 0
        for i in range(block * SUMMED, min(X.shape[0], (block + 1) * SUMMED)):
            error = dot(&X[i, 0], &theta[0], X.shape[1]) - y[i]
            part += error * error
        total += part
    return total / X.shape[0]


cdef void slope_into(
    const floating[:, ::1] X, const floating[::1] y, const floating *theta, floating[::1] slope
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef Py_ssize_t n = X.shape[1]
    cdef floating error
    slope[:] = 0
    for i in range(X.shape[0]):
        error = dot(&X[i, 0], theta, n) - y[i]
        for j in range(n):
            slope[j] += error * X[i, j]
    for j in range(n):
        slope[j] *= <floating>(2.0 / X.shape[0])
