"""What every method returns is read in the same four ways."""

from __future__ import annotations

import html
from dataclasses import fields

import numpy as np
import pandas as pd

__all__ = ["Result"]


class Result:
    """Base of the frozen dataclasses that methods return.

    A subclass is declared ``@dataclass(frozen=True, repr=False)`` and gives `summary`; one whose answer is
    more than a row of numbers gives `tidy` too. Results do not draw themselves: figures draw results.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, repr=False)
    ... class Share(Result):
    ...     estimate: float
    ...     people: int
    ...     def summary(self) -> str:
    ...         return f"{self.estimate:.0%} of {self.people} people"
    >>> Share(0.25, 12)
    <Share: 25% of 12 people>
    >>> Share(0.25, 12).tidy().to_dict("records")
    [{'estimate': 0.25, 'people': 12}]
    """

    def summary(self) -> str:
        """Return the result in words, for people."""
        raise NotImplementedError

    def tidy(self) -> pd.DataFrame:
        """Return the result as a table, for code: by default one row, a column per number or word."""
        scalar = (int, float, str, bool, np.generic, type(None))
        row = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return pd.DataFrame([{name: value for name, value in row.items() if isinstance(value, scalar)}])

    def __repr__(self) -> str:
        """Return one line: the kind of result and the first line of its summary."""
        first, _, rest = self.summary().partition("\n")
        return f"<{type(self).__name__}: {first}{' …' if rest else ''}>"

    def _repr_html_(self) -> str:
        """Return the summary, in lines where it has more than one, and the table."""
        summary = self.summary()
        tag = "pre" if "\n" in summary else "p"
        return f"<{tag}>{html.escape(summary)}</{tag}>{self.tidy().to_html(index=False, border=0)}"
