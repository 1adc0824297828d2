"""How often the gate and the report err: trials with equal code, planted slow-downs, other tools, simulation."""
