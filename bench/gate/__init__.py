"""Comparing two revisions of a suite: blocks of fresh worker pairs, a screen, a confirmation, verdicts."""
