"""PyTorch without autograd: `addmv` into preallocated buffers, as in hand-tuned inference code."""

import torch

from ._buffers import shapes

LIBRARY = "torch"


def workspace(operation, inputs):
    if operation == "cost_surface":
        return None
    like = next(iter(inputs.values()))
    return [torch.empty(shape, dtype=like.dtype, device=like.device) for shape in shapes(operation, inputs)]


def predict(X, theta, workspace):
    return torch.mv(X, theta, out=workspace[0])


def residuals(X, y, theta, workspace):
    return torch.addmv(y, X, theta, alpha=-1, out=workspace[0])


def mse(X, y, theta, workspace):
    return _mean_square(_errors(X, y, theta, workspace[0]))


def gradient(X, y, theta, workspace):
    errors, slope = workspace
    return slope.addmv_(X.T, _errors(X, y, theta, errors), alpha=2 / len(y), beta=0)


# Elsewhere inference mode would not pay: entering it costs more than one or two operators gain by it.
@torch.inference_mode()
def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    errors, _, theta = workspace
    theta.copy_(theta0)
    for _ in range(steps):
        theta.addmv_(X.T, _errors(X, y, theta, errors), alpha=-2 * learning_rate / len(y))
    return theta


def r2(y, y_predicted, workspace):
    errors = torch.sub(y, y.mean(), out=workspace[0])
    total = _mean_square(errors)
    unexplained = _mean_square(torch.sub(y, y_predicted, out=errors))
    return torch.where(total == 0, torch.nan, 1 - unexplained / total)


@torch.inference_mode()
def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = torch.addmv(y, X[:, 2:], theta[2:], beta=-1)
    return torch.stack([_cost_row(rest + theta1 * X[:, 1], theta0_values, X[:, 0]) for theta1 in theta1_values])


def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    train, validation, both = workspace
    both[0] = _mean_square(_errors(X_train, y_train, theta, train))
    both[1] = _mean_square(_errors(X_validation, y_validation, theta, validation))
    return both


def _errors(X, y, theta, errors):
    return torch.addmv(y, X, theta, beta=-1, out=errors)


def _mean_square(errors):
    return torch.dot(errors, errors) / len(errors)


def _cost_row(base, theta0_values, first):
    errors = torch.addr(base[None, :], theta0_values, first)
    return errors.square_().mean(1)
