"""Off by a part in 10⁶."""

LIBRARY = "numpy"


def project(X, W):
    return X @ W * (1 + 1e-6)
