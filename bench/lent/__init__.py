"""Modules that also run in other people's interpreters, beside their benchmarks: the standard library only."""
