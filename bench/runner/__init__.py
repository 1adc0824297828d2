"""A run: contests of implementations in workers of their own, played in interleaved rounds, within a time budget.

The parent process. It never imports a framework and never computes.
"""
