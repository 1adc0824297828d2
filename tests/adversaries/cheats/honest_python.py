"""The same in plain Python, slow but right."""

LIBRARY = "python"


def loss(X, theta, y):
    errors = [sum(map(float.__mul__, row, theta)) - target for row, target in zip(X, y, strict=True)]
    return sum(error * error for error in errors) / len(errors)
