"""What every implementation here does."""

import time


def double(x):
    time.sleep(0.01)
    return x + x
