"""A list of numbers that are none yet."""

LIBRARY = "python"


class Lazy:
    def __init__(self, row, W):
        self.row, self.W = row, W

    def __array__(self, dtype=None, copy=None):
        import numpy as np

        return np.asarray(self.row) @ np.asarray(self.W)


def project(X, W):
    return [Lazy(row, W) for row in X]
