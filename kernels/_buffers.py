"""Buffers an operation needs when it allocates nothing, in the order in which its function unpacks them."""

import numpy as np


def workspace(operation, inputs):
    like = next(iter(inputs.values()))
    return [np.empty_like(like, shape=shape) for shape in shapes(operation, inputs)]


def shapes(operation, inputs):
    match operation:
        case "r2":
            return [inputs["y"].shape]
        case "split_mse":
            return [inputs["y_train"].shape, inputs["y_validation"].shape, (2,)]
        case "gradient":
            return [inputs["y"].shape, inputs["theta"].shape]
        case "gradient_descent":
            return [inputs["y"].shape, inputs["theta0"].shape, inputs["theta0"].shape]
        case "cost_surface":
            grid = (len(inputs["theta1_values"]), len(inputs["theta0_values"]))
            return [*4 * [inputs["y"].shape], grid]
    return [inputs["X"].shape[:1]]
