"""Changes X for a while and puts it back bit by bit: nobody can tell, and nobody is harmed."""

LIBRARY = "numpy"


def project(X, W):
    X *= 2
    product = X @ W
    X /= 2
    return product / 2
