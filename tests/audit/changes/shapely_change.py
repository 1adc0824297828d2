"""Polygons from coordinates: a decorator written in Python left this path in 2.1.1."""

import shapely

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
RING = shapely.linearrings(SQUARE)


def test_polygons(benchmark):
    assert benchmark(shapely.polygons, RING).area == 1.0
