"""What was built from what: the memory that lets a second `make` do nothing.

One JSON file, outside the reports. For every unit (a dataset, a run, a page) it holds the hashes of what
went in and of what came out, and how long it took. Losing or
damaging it costs time, never correctness: what it does not vouch for is built again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.files import ROOT, digest, digest_file, write_atomically

__all__ = ["AS_BUILT", "CACHE", "State", "key"]

CACHE = ROOT / ".cache"
_FILE = CACHE / "state.json"
AS_BUILT = "is not as it was built"
"""What is said of a file that somebody changed by hand."""


def key(inputs: Mapping[str, str]) -> str:
    """Return one hash for all that goes into a unit."""
    return digest(json.dumps(dict(inputs), sort_keys=True).encode())


class State:
    """The record of past builds, read once and written after every unit."""

    def __init__(self) -> None:
        self._units: dict[str, dict[str, dict[str, str]]] = _read()

    def reasons(self, unit: str, inputs: Mapping[str, str]) -> list[str]:
        """Return why a unit must be built again; an empty list when it need not be."""
        known = self._units.get(unit)
        if known is None:
            return ["never built here"]
        before = known["inputs"]
        changed = [
            f"{name} changed" if name in before else f"{name} is new"
            for name in inputs
            if inputs[name] != before.get(name)
        ]
        changed += [f"{name} is no longer used" for name in before if name not in inputs]
        for path, sha256 in known["outputs"].items():
            file = ROOT / path
            if not file.is_file():
                changed.append(f"{path} is missing")
            elif digest_file(file) != sha256:
                changed.append(f"{path} {AS_BUILT}")
        return changed

    def units(self) -> list[str]:
        """Return the names of all units that were built here."""
        return list(self._units)

    def forget(self, kinds: tuple[str, ...], known: Collection[str]) -> list[Path]:
        """Forget the units of some kinds (`run`, `page`) that are no longer known; return what they left."""
        gone = [unit for unit in self._units if unit.partition(" ")[0] in kinds and unit not in known]
        left = [ROOT / path for unit in gone for path in self._units.pop(unit)["outputs"]]
        if gone:
            write_atomically(_FILE, json.dumps(self._units, indent=1, sort_keys=True) + "\n")
        return left

    def seconds(self, unit: str) -> float:
        """Return how long a unit took when it was last made; without end, where that is not known."""
        try:
            return float(self._units[unit]["took"]["seconds"])
        except (KeyError, ValueError):
            return float("inf")

    def record(
        self, unit: str, inputs: Mapping[str, str], outputs: Iterable[Path], seconds: float | None = None
    ) -> None:
        """Vouch for a unit: from these inputs came these files, those of a folder too, in so many seconds."""
        found = {path for output in outputs for path in (output, *output.rglob("*")) if path.is_file()}
        made = {path.relative_to(ROOT).as_posix(): digest_file(path) for path in sorted(found)}
        took = {} if seconds is None else {"seconds": f"{seconds:.1f}"}
        self._units[unit] = {"inputs": dict(inputs), "outputs": made, "took": took}
        write_atomically(_FILE, json.dumps(self._units, indent=1, sort_keys=True) + "\n")


def _read() -> dict[str, dict[str, dict[str, str]]]:
    try:
        content: Any = json.loads(_FILE.read_text(encoding="utf-8"))
        return {
            unit: {
                part: {str(name): str(value) for name, value in known[part].items()}
                for part in ("inputs", "outputs", "took")
                if part in known or part != "took"
            }
            for unit, known in content.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}
