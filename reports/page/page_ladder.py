"""Steps towards faster code, by names of implementations. A suite without these names has no such section."""

RUNGS = (
    ("plain Python", ("python",)),
    ("one call per row", ("numpy_rows",)),
    ("vectorised", ("numpy",)),
    ("no temporaries", ("numpy_inplace", "scipy_blas")),
    ("blocks that fit the cache", ("numpy_blocked",)),
    ("compiled, one thread", ("numba",)),
    ("compiled, all threads", ("numba_parallel",)),
    ("another algorithm", ("numba_gram", "numpy_gram")),
)
"""From the slowest to the fastest; if a rung has several names, the fastest is shown."""

CHANGES = (
    ("use whole arrays instead of loops", "python", "numpy"),
    ("use whole arrays instead of one call per row", "numpy_rows", "numpy"),
    ("avoid temporaries", "numpy", "numpy_inplace"),
    ("work on blocks that fit the cache", "numpy", "numpy_blocked"),
    ("call BLAS directly", "numpy", "scipy_blas"),
    ("compile the loops", "python", "numba"),
    ("compile loops instead of using whole arrays", "numpy", "numba"),
    ("fuse and use all threads", "numba", "numba_parallel"),
    ("change the algorithm", "numpy", "numpy_gram"),
    ("change the algorithm, compiled", "numba_parallel", "numba_gram"),
    ("gradient by hand instead of automatic (PyTorch)", "torch_autograd", "torch"),
    ("gradient by hand instead of automatic (TensorFlow)", "tensorflow_tape", "tensorflow"),
    ("gradient by hand instead of automatic (JAX)", "jax_grad", "jax"),
    ("avoid multiplying by a transpose (JAX)", "jax_transpose", "jax"),
    ("torch.compile", "torch", "torch_compile"),
    ("tf.function", "tensorflow_eager", "tensorflow"),
    ("XLA", "tensorflow", "tensorflow_xla"),
)
"""(change, from, to): pairs of implementations that differ in little else."""
