"""Waiting for something that another process or thread does: a condition and a deadline, never a fixed sleep."""

import os
import threading
import time

POLL_S = 0.01
# How many times longer than usual everything may take: sanitizer builds are slower, and say so here.
PATIENCE = float(os.environ.get("STINT_PATIENCE", 1))
# In such a build memory is not what it usually is: freed pieces are kept for a while, terabytes are mapped, and what cannot
# be had ends the process.
SANITIZER = os.environ.get("STINT_SANITIZER", "")


def wait_until(condition, what, deadline_s=20.0):
    """Returns the first true value of condition(). Fails, saying what it waited for, when the deadline passes first."""
    deadline_s *= PATIENCE
    end = time.monotonic() + deadline_s
    never = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s} s in vain for: {what}")
        never.wait(POLL_S)
