"""A framework that is installed and broken."""

LIBRARY = "numpy"

raise OSError("libcudart.so.99: cannot open shared object file")


def double(x):
    return x + x
