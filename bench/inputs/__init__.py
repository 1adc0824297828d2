"""Problems: inputs, oracle, bounds; the reference process that computes them and judges outputs; users' data."""
