"""A tiny suite, as files to be changed, and the one of the examples."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMOOTHING = ROOT / "examples" / "smoothing"

OPERATIONS = """
import numpy as np
from rooflinear.bench.contract import Operation

CONTRACT = 1

def inputs(rng, sizes, parameters, dtype):
    return {"x": rng.standard_normal(sizes["m"]).astype(dtype)}

OPERATIONS = (
    Operation(
        name="double", formula="2x", doc="", sizes=("m",), inputs=inputs, oracle=lambda x: 2 * x,
        bound=lambda inputs, output, algorithm: np.zeros(output.shape),
        cost=lambda sizes, parameters, itemsize, algorithm: (sizes["m"], 2 * itemsize * sizes["m"]),
    ),
)
"""

SHOWN = """
from rooflinear.bench.contract import Shown

def shown(**changes):
    small = {"name": "small", "operation": "double", "sizes": {"m": 3}, "settings": {"start": 1}, "why": "to be seen"}
    return Shown(**(small | {"inputs": lambda dtype: {"x": np.arange(1, 4).astype(dtype)}} | changes))
"""
"""Added to `OPERATIONS`: makes a task to be shown, doubling 1, 2, 3."""

NUMPY = """
LIBRARY = "numpy"

def double(x):
    return 2 * x
"""


def write_suite(folder: Path, **files: str | None) -> Path:
    """A suite with one implementation ``plain``; ``files``, in folders too, adds and replaces; None leaves out."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in ({"operations": OPERATIONS, "plain": NUMPY} | files).items():
        if text is not None:
            path = folder / f"{stem}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder
