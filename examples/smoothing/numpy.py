"""np.convolve, the usual way."""

import numpy as np

LIBRARY = "numpy"


def smooth(signal, width):
    return np.convolve(signal, np.full(width, 1 / width, signal.dtype), mode="valid")
