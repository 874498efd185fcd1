"""Faults in what somebody gave us: where, what was found, what is allowed; all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Fault", "InvalidInput", "raise_faults"]

_MANY = 4
"""So many faults that differ only in their places have one line."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    file : str
        File or table the fault is in.
    found : str
        What stands there.
    allowed : str
        What may stand there, or what to do.
    row : int or None
        Line of the file, counted from 1 (a header is line 1).
    column : str or None
        Name of the column, or of the entry.
    hint : str
        How to put it right, where that can be guessed.
    """

    file: str
    found: str
    allowed: str
    row: int | None = None
    column: str | None = None
    hint: str = ""

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}{row}{column}: found {self.found}; allowed: {self.allowed}{hint}"


class InvalidInput(ValueError):
    """An input with faults; its message lists every one of them, those of many places in one line."""

    def __init__(self, faults: Iterable[Fault], consequence: str = "nothing written") -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"{count}, {consequence}:", *map("  {}".format, _lines(self.faults))]))


def _lines(faults: Sequence[Fault]) -> list[str]:
    """Return a line per fault; what stands in many cells of a file has one line, with its first places."""
    alike: dict[tuple[str, str, str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.file, fault.found, fault.allowed, fault.hint), []).append(fault)
    lines = []
    told: set[tuple[str, str, str, str]] = set()
    for fault in faults:
        key = (fault.file, fault.found, fault.allowed, fault.hint)
        group = alike[key]
        if len(group) < _MANY:
            lines.append(str(fault))
        elif key not in told:
            told.add(key)
            places = "; ".join(_place(one) for one in group[: _MANY - 1])
            hint = f" ({fault.hint})" if fault.hint else ""
            times = f"{fault.file}, {len(group)} times ({places}; …)"
            lines.append(f"{times}: found {fault.found}; allowed: {fault.allowed}{hint}")
    return lines


def _place(fault: Fault) -> str:
    row = [] if fault.row is None else [f"row {fault.row}"]
    return ", ".join([*row, *([] if fault.column is None else [f"column {fault.column}"])]) or "the file"


def raise_faults(faults: Iterable[Fault], consequence: str = "nothing written") -> None:
    """Raise `InvalidInput` when there is at least one fault; `consequence` says what that left undone."""
    listed = tuple(faults)
    if listed:
        raise InvalidInput(listed, consequence)
