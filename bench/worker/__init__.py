"""The process of one implementation: loads inputs, calls kernels, times slices."""
