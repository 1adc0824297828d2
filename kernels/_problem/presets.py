"""Which sizes each preset measures. X holds m·n elements; gradient_descent reads it 2·steps times."""

from rooflinear.bench.contract import Grid

WINNER_MAP = ("predict", "gradient", "gradient_descent")
OTHERS = ("residuals", "mse", "r2", "split_mse")
BOTH = ("float64", "float32")
COMPILED_BY_SIZE = ("torch_compile",)
"""Seconds of compilation for every size: measured at a few only."""

BY_NAME = ("c", "c_parallel", "cython", "numexpr", "onnxruntime", "polars", "pytensor", "pythran", "sklearnex")
"""Quick and standard leave them out, for time; full and verify do not, and they run if they are named."""

LEFT_OUT = (*COMPILED_BY_SIZE, *BY_NAME)

PRESETS = {
    "quick": (Grid(operations=WINNER_MAP, sizes={"m": (100, 10_000), "n": (2, 100)}, without=LEFT_OUT),),
    "standard": (
        Grid(
            operations=WINNER_MAP,
            sizes={"m": (100, 1000, 10_000, 100_000), "n": (2, 10, 100)},
            largest_inputs_bytes=20_000_000,
            blocks=3,
            without=LEFT_OUT,
        ),
        Grid(
            operations=("predict", "gradient"),
            sizes={"m": (1_000_000,), "n": (2, 10)},
            blocks=3,
            without=LEFT_OUT,
        ),
        # The corner of the map: as many bytes as the largest sizes above, which take 10 s each. A descent takes 100
        # times as long, and 1,000,000 x 100 ten times as many bytes: these are left to the fits.
        Grid(
            operations=("predict", "gradient"),
            sizes={"m": (100_000,), "n": (100,)},
            blocks=3,
            without=LEFT_OUT,
        ),
        Grid(operations=WINNER_MAP, sizes={"m": (100_000,), "n": (10,)}, without=BY_NAME),
        Grid(
            operations=WINNER_MAP,
            sizes={"m": (100, 10_000), "n": (10,)},
            dtypes=("float32",),
            without=LEFT_OUT,
        ),
        Grid(operations=OTHERS, sizes={"m": (100, 3000), "n": (10,)}, without=LEFT_OUT),
        # In float32 at one size, which pays for most of that corner.
        Grid(operations=("cost_surface",), sizes={"m": (50, 150, 3000), "n": (10,)}, without=BY_NAME),
        Grid(operations=("cost_surface",), sizes={"m": (3000,), "n": (10,)}, dtypes=("float32",), without=BY_NAME),
        # Beyond one core's caches a contest differs from minute to minute: such ones are measured in two blocks.
        Grid(
            operations=WINNER_MAP,
            sizes={"m": (100_000,), "n": (10,)},
            dtypes=("float32",),
            blocks=2,
            without=LEFT_OUT,
        ),
        Grid(operations=OTHERS, sizes={"m": (100_000,), "n": (10,)}, blocks=2, without=LEFT_OUT),
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
            without=COMPILED_BY_SIZE,
        ),
        Grid(
            operations=(*OTHERS, "cost_surface"),
            sizes={"m": (100, 1000, 10_000, 100_000, 1_000_000), "n": (2, 10, 100)},
            dtypes=BOTH,
            blocks=3,
            without=COMPILED_BY_SIZE,
        ),
        Grid(
            operations=(*WINNER_MAP, "residuals", "mse"),
            sizes={"m": (100, 10_000, 1_000_000), "n": (10, 100)},
            dtypes=BOTH,
            blocks=3,
            largest_inputs_bytes=1_000_000_000,
        ),
    ),
    "verify": (
        Grid(sizes={"m": (7, 129, 1001), "n": (3, 10, 33)}, dtypes=BOTH, without=COMPILED_BY_SIZE),
        Grid(sizes={"m": (129,), "n": (10,)}, dtypes=BOTH),
    ),
}
