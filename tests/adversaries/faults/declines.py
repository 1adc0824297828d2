"""Says beforehand what it cannot do."""

LIBRARY = "numpy"


def unsupported(operation, sizes, dtype, device):
    return "no short vectors here" if sizes["length"] <= 100 else ""


def double(x):
    return x + x
