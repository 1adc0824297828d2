"""PyTorch with autograd: write the loss, call `backward`, step by hand, as in most tutorials."""

import torch

LIBRARY = "torch"


def mse(X, y, theta):
    return torch.mean((X @ theta - y) ** 2)


def gradient(X, y, theta):
    theta = theta.detach().requires_grad_()
    mse(X, y, theta).backward()
    return theta.grad


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0.clone().requires_grad_()
    for _ in range(steps):
        mse(X, y, theta).backward()
        with torch.no_grad():
            theta -= learning_rate * theta.grad
        theta.grad = None
    return theta.detach()
