"""When to fail: at the small size only, so that the cases after it show what is left standing."""

SMALL = 100


def is_small(x):
    return len(x) <= SMALL
