"""Subtracts the mean in place: the next call sees another X."""

LIBRARY = "numpy"


def project(X, W):
    mean = X.mean(axis=0)
    X -= mean
    return X @ W + mean @ W
