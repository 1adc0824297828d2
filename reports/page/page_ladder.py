"""What one changes to become faster, by the names that implementations have: a suite without them has no rungs."""

RUNGS = (
    ("plain Python", ("python",)),
    ("one call a row", ("numpy_rows",)),
    ("vectorised", ("numpy",)),
    ("no temporaries", ("numpy_inplace", "scipy_blas")),
    ("blocks that stay in the cache", ("numpy_blocked",)),
    ("compiled, one thread", ("numba",)),
    ("compiled, all threads", ("numba_parallel",)),
    ("another algorithm", ("numba_gram", "numpy_gram")),
)
"""From the slowest way to the fastest; of several names the faster one stands for the rung."""

CHANGES = (
    ("write whole arrays instead of loops", "python", "numpy"),
    ("write whole arrays instead of a call a row", "numpy_rows", "numpy"),
    ("keep no temporaries", "numpy", "numpy_inplace"),
    ("work on blocks that stay in the cache", "numpy", "numpy_blocked"),
    ("call BLAS by hand", "numpy", "scipy_blas"),
    ("compile the loops", "python", "numba"),
    ("compile instead of writing whole arrays", "numpy", "numba"),
    ("fuse and use all threads", "numba", "numba_parallel"),
    ("change the algorithm", "numpy", "numpy_gram"),
    ("change the algorithm, compiled", "numba_parallel", "numba_gram"),
    ("write the gradient instead of deriving it (PyTorch)", "torch_autograd", "torch"),
    ("write the gradient instead of deriving it (TensorFlow)", "tensorflow_tape", "tensorflow"),
    ("write the gradient instead of deriving it (JAX)", "jax_grad", "jax"),
    ("do not multiply by a transpose (JAX)", "jax_transpose", "jax"),
    ("torch.compile", "torch", "torch_compile"),
    ("tf.function", "tensorflow_eager", "tensorflow"),
    ("XLA", "tensorflow", "tensorflow_xla"),
)
"""(what changes, from, to): pairs that differ in little else."""
