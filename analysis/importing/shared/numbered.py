"""Documents and coders by numbers, since their names are often people's; the same name, the same number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.privacy.names import fold

__all__ = ["Numbered"]


class Numbered:
    """Gives names numbers: those they had before, or the next ones.

    Parameters
    ----------
    prefix : str
        What is before the number, as in `document_01`.
    known : mapping of str to str
        Identifier of each name that has one.
    taken : iterable of str
        Further identifiers that are in use.

    Examples
    --------
    >>> documents = Numbered("document", {"Interview A": "document_01"}, ["document_02"])
    >>> documents.of("interview a"), documents.of("Interview B")
    ('document_01', 'document_03')
    """

    def __init__(
        self, prefix: str, known: Mapping[str, str] | None = None, taken: Iterable[str] = ()
    ) -> None:
        self.prefix = prefix
        self.names = dict(known or {})
        self._of = {fold(name): one for name, one in self.names.items()}
        numbers = [re.fullmatch(rf"{prefix}_([0-9]{{1,9}})", one) for one in (*self.names.values(), *taken)]
        self._last = max((int(fit[1]) for fit in numbers if fit), default=0)

    def of(self, name: str) -> str:
        """Return the identifier of a name."""
        if fold(name) not in self._of:
            self._last += 1
            self._of[fold(name)] = self.names[name] = f"{self.prefix}_{self._last:02d}"
        return self._of[fold(name)]

    def frame(self) -> pd.DataFrame:
        """Return who is who: a row per name."""
        rows = [(one, name) for name, one in self.names.items()]
        return pd.DataFrame(rows, columns=[f"{self.prefix}_id", "name"], dtype="string")
