"""Problems and what they should give: inputs, oracle, bounds, the process that makes and judges them, users' data."""
