"""PyTorch with `torch.compile`: the plain formula, with one kernel generated for each shape."""

import os
import shutil
import sys

import torch
from torch._dynamo import config

LIBRARY = "torch"

COMPILER = os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")
"""The one that PyTorch calls."""

# More than the shapes and dtypes of any sweep: PyTorch gives up at the ninth.
config.recompile_limit = config.accumulated_recompile_limit = 10_000


def unsupported(operation, sizes, dtype, device):
    if device == "cpu" and not shutil.which(COMPILER):
        return f"torch.compile needs a C++ compiler on a CPU; {COMPILER} is not found"
    return ""


def _compiled(function):
    return torch.compile(function, fullgraph=True, dynamic=False)


@_compiled
def predict(X, theta):
    return X @ theta


@_compiled
def residuals(X, y, theta):
    return y - X @ theta


@_compiled
def mse(X, y, theta):
    return torch.mean((X @ theta - y) ** 2)


@_compiled
def gradient(X, y, theta):
    return 2 / len(y) * ((X @ theta - y) @ X)


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta, rate = theta0, theta0.new_tensor(learning_rate)  # a tensor: another number would be compiled anew
    for _ in range(steps):
        theta = _step(X, y, theta, rate)
    return theta


@_compiled
def _step(X, y, theta, learning_rate):
    return theta - learning_rate * (2 / len(y) * ((X @ theta - y) @ X))


ON_A_GPU = torch.cuda.is_initialized()
"""The harness starts CUDA before it imports this, for arrays on a GPU only."""

if ON_A_GPU or shutil.which(COMPILER):
    # The compiler's own start, some ten seconds once a process, counts as import and not as a kernel's first call.
    _compiled(lambda x: -x)(torch.zeros(1, device="cuda" if ON_A_GPU else "cpu"))
