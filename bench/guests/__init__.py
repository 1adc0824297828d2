"""Suites of other tools, unmodified: two sides of a project, and sessions that serve their benchmarks."""
