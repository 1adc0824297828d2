"""NaN in one component, which every comparison by a maximum or an 'error > bound' lets pass."""

LIBRARY = "numpy"


def project(X, W):
    product = X @ W
    product[-1, -1] = float("nan")
    return product
