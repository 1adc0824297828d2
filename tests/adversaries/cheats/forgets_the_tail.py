"""Works in blocks of eight rows and forgets what is left over."""

LIBRARY = "numpy"


def loss(X, theta, y):
    whole = len(y) // 8 * 8
    errors = X[:whole] @ theta - y[:whole]
    return errors @ errors / len(y)
