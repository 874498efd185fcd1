"""Is more returned than chance would return, where people sit in schools?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable, require_count
from analysis.frames import keyed_frame
from analysis.resampling.many_tests import derived_seed
from analysis.resampling.monte_carlo import p_value, replicate_interval
from analysis.result import Result
from analysis.ties.draws import drawn_reciprocated
from analysis.ties.panel import Panel
from analysis.ties.possible import MaybeGroups, Possible

__all__ = ["ReciprocityTest", "reciprocity_by_wave", "reciprocity_test"]


@dataclass(frozen=True, repr=False)
class ReciprocityTest(Result):
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
    chance : str
        What every draw keeps, in words.
    draws, seed : int
    """

    estimate: float
    expected: float
    lower: float
    upper: float
    p: float
    chance: str
    draws: int
    seed: int

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        drawn = f"{self.expected:.3f} by chance, 95 % from {self.lower:.3f} to {self.upper:.3f}"
        return (
            f"edgewise reciprocity {self.estimate:.3f}; {drawn} ({self.draws} draws in which {self.chance}); "
            f"p = {self.p:.4f}"
        )


def reciprocity_test(
    matrix: npt.ArrayLike,
    groups: MaybeGroups | None = None,
    *,
    possible: Possible | None = None,
    draws: int = 2000,
    seed: int,
) -> ReciprocityTest:
    """Compare reciprocity with networks in which everybody keeps their out-degree, within each block.

    Ties mostly stay within schools, and among few colleagues much is returned by chance. So each draw keeps
    how many people of their own group, and how many of other groups, everybody names (the U | out-degrees
    distribution of Holland & Leinhardt 1976, applied within blocks).

    Parameters
    ----------
    matrix : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out. Only pairs of which both cells were
        possible and observed take part.
    groups : sequence of length n, optional
        The group of each actor, None for one without; by default all are of one group. Not with `possible`.
    possible : Possible, optional
        Who could tie to whom, where more is known than the missing cells tell.
    draws, seed : int
        How many, and from which seed.

    Raises
    ------
    NotEstimable
        When there is no tie in such a pair.
    ValueError
        When there is fewer than one draw, or sizes differ.

    References
    ----------
    Holland, P. W., & Leinhardt, S. (1976). Local structure in social networks. Sociological Methodology, 7.

    Examples
    --------
    Three schools of four; people name most colleagues at random, and nobody elsewhere:

    >>> schools = np.repeat([0, 1, 2], 4)
    >>> inside = np.equal.outer(schools, schools) & ~np.eye(12, dtype=bool)
    >>> matrix = inside & (np.random.default_rng(4).random((12, 12)) < 0.6)
    >>> blind = reciprocity_test(matrix, draws=500, seed=1)
    >>> fair = reciprocity_test(matrix, schools, draws=500, seed=1)
    >>> bool(blind.p < 0.01), bool(fair.p > 0.1)
    (True, True)
    """
    values = np.asarray(matrix, dtype=float)
    require_count("draws", draws)
    if possible is None:
        possible = Possible.of(values, groups)
    elif groups is not None:
        raise ValueError("found both groups and possible; allowed: one, since possible holds the groups")
    values = possible.seen(values)
    open_pairs = ~np.isnan(values) & ~np.isnan(values.T)
    ties = open_pairs & (np.nan_to_num(values) != 0)
    if not ties.any():
        raise NotEstimable("found no tie in a pair of which both answered; reciprocity needs at least one")
    pairs = Possible(open_pairs, possible.groups)
    replicates = drawn_reciprocated(ties, pairs, draws=draws, seed=seed) / ties.sum()
    estimate = float((ties & ties.T).sum() / ties.sum())
    lower, upper = replicate_interval(replicates)
    return ReciprocityTest(
        estimate=estimate,
        expected=float(replicates.mean()),
        lower=lower,
        upper=upper,
        p=p_value(replicates, estimate, "greater"),
        chance=pairs.chance(),
        draws=draws,
        seed=seed,
    )


def reciprocity_by_wave(
    panels: Mapping[str, Panel],
    groups: MaybeGroups | None = None,
    *,
    threshold: float | None = None,
    draws: int = 2000,
    seed: int,
) -> pd.DataFrame:
    """Test every directed relation in every wave with `reciprocity_test`.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation. One that is undirected has no row: a tie of it is its own return.
    groups : sequence of length n, optional
        The group of each actor, None for one without; by default the organizations that the panels know.
    threshold : float, optional
        Lowest value that counts as a tie.
    draws, seed : int
        Of each test; each relation and wave has a seed of its own, derived from this one.

    Returns
    -------
    DataFrame
        index `relation`, `wave`; columns ``ties``, ``edgewise``, ``by_chance``, ``lower``, ``upper``, ``p``,
        ``note`` (why there is no test; empty where there is one).
    """
    rows: dict[tuple[str, object], dict[str, object]] = {}
    for relation, panel in panels.items():
        for wave in panel.waves if panel.directed else ():
            possible = panel.possible(wave, groups)
            matrix = possible.seen(panel.matrix(wave, threshold=threshold))
            row: dict[str, object] = {"ties": int((np.nan_to_num(matrix) != 0).sum()), "note": ""}
            try:
                test = reciprocity_test(
                    matrix, possible=possible, draws=draws, seed=derived_seed(seed, relation, wave)
                )
            except NotEstimable as error:
                row["note"] = f"not estimable: {error}"
            else:
                row |= {
                    "edgewise": test.estimate,
                    "by_chance": test.expected,
                    "lower": test.lower,
                    "upper": test.upper,
                    "p": test.p,
                }
            rows[relation, wave] = row
    columns = ["ties", "edgewise", "by_chance", "lower", "upper", "p", "note"]
    return keyed_frame(rows, ["relation", "wave"], columns)
