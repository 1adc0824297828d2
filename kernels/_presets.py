"""Which sizes each preset measures. X holds m·n elements; gradient_descent reads it 2·steps times."""

from rooflinear.bench.contract import Grid

WINNER_MAP = ("predict", "gradient", "gradient_descent")
OTHERS = ("residuals", "mse", "r2", "split_mse")
BOTH = ("float64", "float32")

PRESETS = {
    "quick": (
        Grid(
            operations=("predict", "gradient"),
            sizes={"m": (100, 1000, 10_000, 100_000), "n": (2, 100)},
            largest_inputs_bytes=10_000_000,
        ),
        Grid(
            operations=("gradient_descent",),
            sizes={"m": (100, 1000, 100_000), "n": (2, 100)},
            largest_inputs_bytes=10_000_000,
        ),
    ),
    "standard": (
        Grid(
            operations=WINNER_MAP,
            sizes={"m": (100, 1000, 10_000, 100_000, 1_000_000), "n": (2, 10, 100, 1000)},
            largest_inputs_bytes=256_000_000,
            blocks=3,
        ),
        Grid(operations=WINNER_MAP, sizes={"m": (100, 1000, 10_000, 100_000), "n": (10,)}, dtypes=("float32",)),
        Grid(operations=OTHERS, sizes={"m": (100, 1000, 10_000, 100_000), "n": (10,)}, dtypes=BOTH),
        Grid(operations=("cost_surface",), sizes={"m": (100, 300, 1000, 3000), "n": (10,)}, dtypes=BOTH),
    ),
    "full": (
        Grid(
            operations=WINNER_MAP,
            sizes={
                "m": (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000),
                "n": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
            },
            dtypes=BOTH,
            blocks=3,
            largest_inputs_bytes=1_000_000_000,
        ),
        Grid(
            operations=(*OTHERS, "cost_surface"),
            sizes={"m": (100, 1000, 10_000, 100_000, 1_000_000), "n": (2, 10, 100)},
            dtypes=BOTH,
            blocks=3,
        ),
    ),
    "verify": (Grid(sizes={"m": (7, 129, 1001), "n": (3, 10, 33)}, dtypes=BOTH),),
}
