"""A run's results as tables, and every number derived from them: estimates, speed-ups, limits, growth.

Nothing here knows how a number is shown, but for the words of a verdict.
"""
