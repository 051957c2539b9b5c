"""What holds for every test."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Lets Ctrl-C reach the programs that tests start, also where the shell that started the tests has it ignored.

    A shell without job control starts what runs in the background with SIGINT ignored, and every process inherits that:
    a test that interrupts one would wait for ever.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
