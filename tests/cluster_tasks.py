"""What tests give a cluster to do, in a module that a worker imports in no time."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import Any

import numpy as np

from analysis.parallel import mapped

__all__ = ["Counted", "asked_within", "drawn", "whose"]


def drawn(generator: np.random.Generator) -> float:
    """Draw one number."""
    return float(generator.random())


def whose(seconds: float, item: int, ask: tuple[str, int] | None = None) -> tuple[int, int]:
    """Tell the process: at once whoever asks, and after so long as the result."""
    if ask is not None:
        with suppress(OSError), socket.create_connection(ask, timeout=10) as caller:
            caller.sendall(f"{os.getpid()}\n".encode())
    time.sleep(seconds)
    return item, os.getpid()


def asked_within(item: int) -> list[int]:
    """Spread a task within a task."""
    return mapped(abs, [-item, item])


class Counted:
    """A task with much to carry, that counts how often it is packed."""

    packed = 0

    def __init__(self) -> None:
        self.much = np.arange(100_000)

    def __call__(self, place: int) -> int:
        return int(self.much[place])

    def __getstate__(self) -> dict[str, Any]:
        Counted.packed += 1
        return self.__dict__
