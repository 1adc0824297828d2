"""A suite's code: finding it, checking its contract, importing it, also at a git revision."""
