"""Linear regression by gradient descent: the built-in suite.

X is (m, n), row-major: m samples by n features; a column of ones, where
wanted, is one of the n. y is (m,), theta is (n,). All are of one dtype,
float64 or float32, and without units.

The mean squared error is the mean, not half of it: ``mse = Σ(Xθ − y)² / m``.
Its gradient is therefore ``(2/m) Xᵀ(Xθ − y)``, and a learning rate here is half
of what it is where gradients are written with 1/m. A cost surface has a row
for each value of theta[1] and a column for each value of theta[0]. R² of a
constant y is undefined: NaN.
"""
