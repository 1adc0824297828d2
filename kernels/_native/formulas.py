"""The formulas that Pythran compiles: loops of Python over rows and features, in the types exported here."""

import numpy as np

# pythran export predict(float64[:,:], float64[:])
# pythran export predict(float32[:,:], float32[:])
# pythran export residuals(float64[:,:], float64[:], float64[:])
# pythran export residuals(float32[:,:], float32[:], float32[:])
# pythran export mse(float64[:,:], float64[:], float64[:])
# pythran export mse(float32[:,:], float32[:], float32[:])
# pythran export gradient(float64[:,:], float64[:], float64[:])
# pythran export gradient(float32[:,:], float32[:], float32[:])
# pythran export gradient_descent(float64[:,:], float64[:], float64[:], float64, int)
# pythran export gradient_descent(float32[:,:], float32[:], float32[:], float32, int)
# pythran export r2(float64[:], float64[:])
# pythran export r2(float32[:], float32[:])


def predict(X, theta):
    out = np.empty(X.shape[0], X.dtype)
    for i in range(X.shape[0]):
        out[i] = np.sum(X[i] * theta)
    return out


def residuals(X, y, theta):
    out = np.empty(X.shape[0], X.dtype)
    for i in range(X.shape[0]):
        out[i] = y[i] - np.sum(X[i] * theta)
    return out


def mse(X, y, theta):
    errors = residuals(X, y, theta)
    return np.sum(errors * errors) / y.dtype.type(y.shape[0])


def gradient(X, y, theta):
    slope = np.zeros(theta.shape[0], X.dtype)
    for i in range(X.shape[0]):
        slope += (np.sum(X[i] * theta) - y[i]) * X[i]
    slope *= X.dtype.type(2 / y.shape[0])
    return slope


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0.copy()
    for _ in range(steps):
        theta -= learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    mean = np.sum(y) / y.dtype.type(y.shape[0])
    total = np.sum((y - mean) ** 2)
    unexplained = np.sum((y - y_predicted) ** 2)
    return y.dtype.type(1 - unexplained / total) if total != 0 else y.dtype.type(np.nan)
