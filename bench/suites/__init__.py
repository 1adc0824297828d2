"""A suite's code: where it lies, what it must state, how it is imported, also as one of its git revisions."""
