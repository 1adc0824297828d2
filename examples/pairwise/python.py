"""Loops over pairs."""

import math

LIBRARY = "python"


def distances(X):
    return [[math.dist(x, y) for y in X] for x in X]


def nearest(X):
    return [min((j for j in range(len(X)) if j != i), key=lambda j: math.dist(X[i], X[j])) for i in range(len(X))]


def neighbour(X):
    found = [min((math.dist(x, y), j) for j, y in enumerate(X) if j != i) for i, x in enumerate(X)]
    return tuple(map(list, zip(*found, strict=True)))


def unsupported(operation, sizes, dtype, device):
    return "Python floats are float64" if dtype != "float64" else ""
