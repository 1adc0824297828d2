"""Polygons from coordinates: a decorator of 2.1.0 made them 3 to 10 times slower, 2.1.1 mended it (issue 2282)."""

import shapely

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
RING = shapely.linearrings(SQUARE)


def test_polygons(benchmark):
    assert benchmark(shapely.polygons, RING).area == 1.0
