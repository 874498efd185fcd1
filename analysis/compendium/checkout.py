"""This checkout: one process at a time works in it; its commit, and whether it was changed since."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analysis.compendium.state import CACHE
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, write_atomically

__all__ = ["working", "write_build_record"]


@contextmanager
def working(say: Callable[[str], None]) -> Iterator[None]:
    """Hold the compendium's lock: a second `make` waits for the first, and then finds nothing left to do."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another make is at work here; waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep()
        yield


def _sweep() -> None:
    """Clear away what a killed build left half made."""
    for place in (DATA_RAW, DATA_DERIVED, REPORTS, CACHE / "sweeps"):
        for pattern in (".partial-*", "*/.partial-*", "*/*/.partial-*"):
            for left in place.glob(pattern):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)


def write_build_record() -> None:
    """Write `reports/build.json`: commit and state of the checkout."""
    commit = _git("rev-parse", "HEAD") or "unknown"
    changed = _git("status", "--porcelain")
    record = {"commit": commit, "uncommitted changes": "unknown" if changed is None else bool(changed)}
    write_atomically(REPORTS / "build.json", json.dumps(record, indent=1) + "\n")


def _git(*arguments: str) -> str | None:
    """Return what git prints, or None where there is no git or this is no checkout of its own."""
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
