"""Is more returned than chance would return? Reciprocity against networks with the same out-degrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.frames import keyed_frame
from analysis.resampling.monte_carlo import p_value, replicate_interval
from analysis.ties.panel import Panel

__all__ = ["ReciprocityTest", "reciprocity_by_wave", "reciprocity_test"]


@dataclass(frozen=True)
class ReciprocityTest:
    """Edgewise reciprocity against its distribution when everybody names as many, at random.

    Attributes
    ----------
    estimate : float
        Reciprocated arcs ÷ arcs.
    expected : float
        Over the draws: its mean.
    lower, upper : float
        2.5 % and 97.5 % points over the draws.
    p : float
        One-sided, as much or more by chance: (1 + b) / (1 + m).
    draws, seed : int
    """

    estimate: float
    expected: float
    lower: float
    upper: float
    p: float
    draws: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row, a column an attribute."""
        return pd.DataFrame([self.__dict__])

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        chance = f"{self.expected:.3f} by chance, 95 % from {self.lower:.3f} to {self.upper:.3f}"
        return f"edgewise reciprocity {self.estimate:.3f}; {chance} ({self.draws} draws); p = {self.p:.4f}"


def reciprocity_test(matrix: npt.ArrayLike, *, draws: int = 2000, seed: int) -> ReciprocityTest:
    """Compare reciprocity with networks in which everybody keeps their out-degree.

    Parameters
    ----------
    matrix : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out. Only pairs of which both cells are
        observed take part, and in each draw everybody's ties among these fall on others at random (the U |
        out-degrees distribution of Holland & Leinhardt 1976, Sociological Methodology 7, 1-45).
    draws, seed : int
        How many, and from which seed.

    Raises
    ------
    ValueError
        For fewer than one draw.
    NotEstimable
        When there is no tie in such a pair.
    """
    values = np.asarray(matrix, dtype=float)
    require_count("draws", draws)
    open_pairs = ~np.isnan(values) & ~np.isnan(values.T) & ~np.eye(len(values), dtype=bool)
    ties = np.where(open_pairs, np.nan_to_num(values) != 0, False)
    if not ties.any():
        raise NotEstimable("found no tie in a pair of which both answered; reciprocity needs at least one")
    generator = np.random.default_rng(seed)
    degrees = ties.sum(axis=1)
    replicates = np.empty(draws)
    for draw in range(draws):
        # The lowest of as many random numbers, over the cells of the row that are open.
        order = np.where(open_pairs, generator.random(ties.shape), np.inf).argsort(axis=1).argsort(axis=1)
        drawn = (order < degrees[:, None]) & open_pairs
        replicates[draw] = (drawn & drawn.T).sum() / ties.sum()
    estimate = float((ties & ties.T).sum() / ties.sum())
    lower, upper = replicate_interval(replicates)
    return ReciprocityTest(
        estimate=estimate,
        expected=float(replicates.mean()),
        lower=lower,
        upper=upper,
        p=p_value(replicates, estimate, "greater"),
        draws=draws,
        seed=seed,
    )


def reciprocity_by_wave(
    panels: Mapping[str, Panel], *, threshold: float | None = None, draws: int = 2000, seed: int
) -> pd.DataFrame:
    """Test every relation in every wave with `reciprocity_test`.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    threshold : float, optional
        Lowest value that counts as a tie.
    draws, seed : int
        Of each test.

    Returns
    -------
    DataFrame
        index `relation`, `wave`; columns ``answered`` (people), ``edgewise``, ``by_chance``, ``lower``,
        ``upper``, ``p``; missing in a wave without a tie between two who answered, where a column ``note``
        says so.
    """
    rows: dict[tuple[str, object], dict[str, object]] = {}
    for relation, panel in panels.items():
        for place, wave in enumerate(panel.waves):
            matrix = panel.matrix(wave, threshold=threshold)
            rows[relation, wave] = {"answered": int(panel.answered[place].sum())}
            try:
                test = reciprocity_test(matrix, draws=draws, seed=seed)
            except NotEstimable as reason:
                rows[relation, wave]["note"] = f"not estimable: {reason}"
                continue
            rows[relation, wave] |= {
                "edgewise": test.estimate,
                "by_chance": test.expected,
                "lower": test.lower,
                "upper": test.upper,
                "p": test.p,
            }
    columns = ["answered", "edgewise", "by_chance", "lower", "upper", "p"]
    return keyed_frame(rows, ["relation", "wave"], columns)
