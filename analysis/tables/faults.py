"""Faults in what somebody gave us: where, what was found, what is allowed; all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Fault", "InvalidInput", "raise_faults"]


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
    """An input with faults; its message lists every one of them, a line each."""

    def __init__(self, faults: Iterable[Fault], consequence: str = "nothing written") -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"{count}, {consequence}:", *(f"  {fault}" for fault in self.faults)]))


def raise_faults(faults: Iterable[Fault], consequence: str = "nothing written") -> None:
    """Raise `InvalidInput` when there is at least one fault; `consequence` says what that left undone."""
    listed = tuple(faults)
    if listed:
        raise InvalidInput(listed, consequence)
