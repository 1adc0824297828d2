"""A run: contests of implementations, each in a worker of its own, in interleaved rounds, within a time budget.

The parent process. It never imports a framework and never computes.
"""
