"""What is computed and how it is judged: inputs, oracle, error bounds, costs, exact tests, presets, goals.

`operations` puts these together; no implementation imports any of it.
"""
