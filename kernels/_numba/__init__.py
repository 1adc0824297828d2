"""Compiled loops that Numba's implementations share: sums over rows of any layout, in explicit vectors, in tiles."""
