"""scikit-learn-intelex: `sklearn` with oneDAL's model where scikit-learn's was."""

# The class is chosen when it is imported: no stub says which.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false

import numpy as np
from sklearn.metrics import mean_squared_error, r2_score
from sklearnex.linear_model import LinearRegression

from ._threads import THREADS

LIBRARY = "numpy"


def predict(X, theta):
    model = LinearRegression(n_jobs=THREADS)
    model.coef_, model.intercept_, model.n_features_in_ = theta, 0.0, len(theta)
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
