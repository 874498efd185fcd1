"""How a network changes from one wave to the next: ties kept, new and lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Turnover", "turnover"]


@dataclass(frozen=True)
class Turnover:
    """Ties of two waves compared, over the ordered pairs observed in both.

    Attributes
    ----------
    kept, new, lost : int
        Ties in both waves, in the later only, in the earlier only.
    absent : int
        Ordered pairs tied in neither.
    missing : int
        Ordered pairs not observed in one wave or the other; they are in none of the other counts.
    """

    kept: int
    new: int
    lost: int
    absent: int
    missing: int

    @property
    def jaccard(self) -> float:
        """Kept ÷ (kept + new + lost); NaN when there is no tie in either wave.

        Below .2 to .3 a stochastic actor-oriented model has too little continuity to hold on to (Snijders,
        van de Bunt & Steglich 2010, Social Networks 32).
        """
        changed_or_kept = self.kept + self.new + self.lost
        return self.kept / changed_or_kept if changed_or_kept else math.nan

    @property
    def hamming(self) -> int:
        """Number of ordered pairs whose tie changed."""
        return self.new + self.lost

    def tidy(self) -> pd.DataFrame:
        """Return one row with every count, the Jaccard index and the Hamming distance."""
        return pd.DataFrame(
            [
                {
                    "kept": self.kept,
                    "new": self.new,
                    "lost": self.lost,
                    "absent": self.absent,
                    "missing": self.missing,
                    "jaccard": self.jaccard,
                    "hamming": self.hamming,
                }
            ]
        )

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"{self.kept} ties kept, {self.new} new, {self.lost} lost (Jaccard {self.jaccard:.3f}); "
            f"{self.missing} ordered pairs not observed in both waves"
        )


def turnover(before: npt.ArrayLike, after: npt.ArrayLike) -> Turnover:
    """Compare two waves of one network.

    Parameters
    ----------
    before, after : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.

    Raises
    ------
    ValueError
        When the matrices are not square or not of one size.
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if first.ndim != 2 or first.shape[0] != first.shape[1] or first.shape != second.shape:
        raise ValueError(
            f"found matrices of shape {first.shape} and {second.shape}; allowed: two square ones of one size"
        )
    pairs = ~np.eye(len(first), dtype=bool)
    observed = ~(np.isnan(first) | np.isnan(second)) & pairs
    early, late = first[observed] != 0, second[observed] != 0
    return Turnover(
        kept=int((early & late).sum()),
        new=int((~early & late).sum()),
        lost=int((early & ~late).sum()),
        absent=int((~early & ~late).sum()),
        missing=int(pairs.sum() - observed.sum()),
    )
