"""Error rates of the gate and the report: trials with equal code, planted slowdowns, other tools, simulation."""
