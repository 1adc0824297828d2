"""Half of the bytes, half of the time."""

LIBRARY = "numpy"


def project(X, W):
    return (X @ W).astype("float32")
