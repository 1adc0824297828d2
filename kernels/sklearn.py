"""scikit-learn, instead of writing the formula: a fitted model and its metrics."""

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, r2_score

LIBRARY = "numpy"


def predict(X, theta):
    model = LinearRegression()
    model.coef_, model.intercept_ = theta, 0.0
    return model.predict(X)


def residuals(X, y, theta):
    return y - predict(X, theta)


def mse(X, y, theta):
    return y.dtype.type(mean_squared_error(y, predict(X, theta)))


def r2(y, y_predicted):
    # scikit-learn defines R² of a constant target as 0 or 1; the formula does not.
    defined = np.ptp(y) > 0
    return y.dtype.type(r2_score(y, y_predicted) if defined else np.nan)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])
