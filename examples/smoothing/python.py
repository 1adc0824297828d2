"""A loop over windows."""

LIBRARY = "python"


def smooth(signal, width):
    return [sum(signal[start : start + width]) / width for start in range(len(signal) - width + 1)]


def unsupported(operation, sizes, dtype, device):
    return "Python floats are float64" if dtype != "float64" else ""
