"""What happens to this one must not depend on its neighbours."""

LIBRARY = "numpy"


def double(x):
    return x + x
