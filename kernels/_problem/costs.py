"""What an algorithm must do at the least: flops, bytes moved, bytes held."""

from collections.abc import Mapping
from typing import Any

from rooflinear.bench.contract import Cost


def predict(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """2mn flops; X, theta and the output, which a written line is first read for."""
    m, n = sizes["m"], sizes["n"]
    return _cost(itemsize, 2 * m * n, m * n + 2 * m + n, m * n + m + n)


def residuals(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """As predict, and y."""
    m, n = sizes["m"], sizes["n"]
    return _cost(itemsize, 2 * m * n, m * n + 3 * m + n, m * n + 2 * m + n)


def mse(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """2mn + 2m flops; X, y, theta."""
    m, n = sizes["m"], sizes["n"]
    return _cost(itemsize, 2 * m * n + 2 * m, m * n + m + n, m * n + m + n + 1)


def gradient(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """4mn flops, X once; by Gram mn² + 2n² (the product is symmetric)."""
    m, n = sizes["m"], sizes["n"]
    flops = m * n**2 + 2 * n**2 if algorithm == "gram" else 4 * m * n
    return _cost(itemsize, flops, m * n + m + 2 * n, m * n + m + 2 * n)


def gradient_descent(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """steps·4mn flops and X each step; by Gram mn² and X once, then 2n² a step."""
    m, n, steps = sizes["m"], sizes["n"], parameters["steps"]
    held = m * n + m + 2 * n + 1
    if algorithm == "gram":
        return _cost(itemsize, m * n**2 + steps * 2 * n**2, m * n, held)
    return _cost(itemsize, steps * 4 * m * n, steps * m * n, held)


def r2(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """7m flops; both vectors."""
    m = sizes["m"]
    return _cost(itemsize, 7 * m, 2 * m, 2 * m + 1)


def cost_surface(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """The fixed columns once; then one column a row and 4m flops a point, or three columns' products (12m) or QR (18m).

    With those a row of the surface is a parabola: 4 flops a point. n² a point would be no least, for only two
    components of theta move: a compiled Gram took three quarters of the time that n² needs at a processor's peak.
    """
    m, n, grid = sizes["m"], sizes["n"], parameters["grid"]
    points = grid**2
    own = {"qr": 18 * m + 4 * points, "gram": 12 * m + 4 * points}
    flops = 2 * m * (n - 2) + own.get(algorithm, 2 * m * grid + 4 * m * points)
    held = m * n + m + n + 2 * grid + points
    return _cost(itemsize, flops, m * n, held)


def split_mse(sizes: Mapping[str, int], parameters: Mapping[str, Any], itemsize: int, algorithm: str) -> Cost:
    """2mn + 2m flops over both parts together."""
    m, n = sizes["m"], sizes["n"]
    return _cost(itemsize, 2 * m * n + 2 * m, m * n, m * n + m + n + 2)


def _cost(itemsize: int, flops: int, moved: int, held: int) -> Cost:
    return Cost(float(flops), float(itemsize * moved), float(itemsize * held))
