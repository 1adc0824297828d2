"""The right numbers in the wrong places."""

LIBRARY = "numpy"


def project(X, W):
    return (X @ W).T
