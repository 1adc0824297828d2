"""The goals of the implementations; ``rooflinear run --preset goals`` measures them.

Where X is far larger than the last cache, reading it once bounds every
operation; elsewhere the measure is what people write.
"""

from rooflinear.bench.contract import Goal

BOTH = ("float64", "float32")
AS_WRITTEN = ("numpy", "torch", "jax", "tensorflow")
BEYOND_CACHE = (
    {"m": 1_000_000, "n": 50},
    {"m": 2_000_000, "n": 10},
    {"m": 100_000, "n": 500},
    {"m": 10_000, "n": 1000},
)
SMALL, MIDDLE = {"m": 1000, "n": 10}, {"m": 100_000, "n": 50}
FUSED, GRAM = ("numba_parallel",), ("numba_gram",)


def _near_the_limit(operation: str) -> Goal:
    return Goal(
        what=f"{operation}, one pass over X",
        measure="over limit",
        reach=1.15,
        operation=operation,
        sizes=BEYOND_CACHE,
        implementations=FUSED,
        dtypes=BOTH,
    )


def _faster(what: str, operation: str, size: dict[str, int], times: float, who: tuple[str, ...], **more) -> Goal:
    return Goal(
        what=what,
        measure="times faster",
        reach=times,
        operation=operation,
        sizes=(size,),
        implementations=who,
        over=("numpy",),
        **more,
    )


GOALS = (
    *map(_near_the_limit, ("gradient", "predict", "residuals", "mse")),
    Goal(
        what="gradient, against the usual code",
        measure="times faster",
        reach=2,
        operation="gradient",
        sizes=BEYOND_CACHE,
        implementations=FUSED,
        over=AS_WRITTEN,
        dtypes=BOTH,
    ),
    _faster("gradient of few samples", "gradient", SMALL, 3, FUSED),
    _faster("descent, fused", "gradient_descent", SMALL, 6, FUSED),
    _faster("descent, by Gram", "gradient_descent", SMALL, 20, GRAM),
    _faster("descent, fused", "gradient_descent", MIDDLE, 3, FUSED),
    _faster("descent, by Gram", "gradient_descent", MIDDLE, 40, GRAM),
    _faster(
        "cost surface of 100 x 100 points",
        "cost_surface",
        {"m": 100_000, "n": 10},
        100,
        ("numba_gram", "numpy_gram"),
        parameters={"grid": 100},
    ),
    Goal(
        what="memory of the fused gradient",
        measure="peak bytes",
        reach=1e6,
        operation="gradient",
        sizes=(BEYOND_CACHE[0],),
        implementations=FUSED,
    ),
)
