"""Asks the system to run it by other rules than the rest."""

import os

LIBRARY = "numpy"

os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def project(X, W):
    return X @ W
