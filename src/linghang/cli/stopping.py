"""Ending what runs until somebody ends it."""

import signal
import threading


def stopped_by_signals() -> threading.Event:
    """Return an event that Ctrl-C and a polite kill set; a second Ctrl-C ends at once."""
    stop = threading.Event()

    def ask(number: int, _frame: object) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop
