"""Structure of one wave: density, dyads, reciprocity, groups, isolates, degrees.

Every function takes an (n, n) matrix: row sends, column receives, a cell other than 0 is a tie, NaN is
missing. The diagonal is ignored unless `self_ties` is true. What is missing is left out of counts and of what
they are divided by; it never counts as "no tie".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags
from analysis.checks import require_one_of
from analysis.result import Result

__all__ = [
    "DyadCensus",
    "Groups",
    "IsolateKind",
    "ReciprocityMeasure",
    "degrees",
    "density",
    "dyad_census",
    "external_internal",
    "external_internal_expected",
    "group_labels",
    "isolates",
    "reciprocity",
    "ties_and_observed",
]

ReciprocityMeasure = Literal["edgewise", "dyadic", "dyadic_nonnull", "edgewise_log_ratio"]
IsolateKind = Literal["weak", "out", "in"]

Groups = Sequence[object] | npt.NDArray[Any] | pd.Series


@dataclass(frozen=True, repr=False)
class DyadCensus(Result):
    """How many pairs of actors are tied both ways, one way, not at all, or not fully observed.

    Attributes
    ----------
    mutual, asymmetric, null : int
        Pairs observed in both directions with two, one and no tie.
    missing : int
        Pairs of which at least one direction is missing.
    """

    mutual: int
    asymmetric: int
    null: int
    missing: int

    def summary(self) -> str:
        """Return the census as a sentence."""
        return (
            f"{self.mutual} mutual, {self.asymmetric} asymmetric and {self.null} null dyads; "
            f"{self.missing} not observed in both directions"
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row per kind of dyad, with columns ``dyad`` and ``count``."""
        kinds = ("mutual", "asymmetric", "null", "missing")
        return pd.DataFrame({"dyad": kinds, "count": [getattr(self, kind) for kind in kinds]})


def density(matrix: npt.ArrayLike, *, self_ties: bool = False) -> float:
    """Return the share of observed cells that hold a tie.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    self_ties : bool
        Whether diagonal cells count, among the ties and among the cells.

    Returns
    -------
    float
        Between 0 and 1; NaN when no cell was observed.

    Raises
    ------
    ValueError
        If the matrix is not square or holds infinite values.

    References
    ----------
    Wasserman, S., & Faust, K. (1994). Social Network Analysis, eq. 4.4. R sna's ``gden``.

    Examples
    --------
    >>> density([[0, 1, 1], [1, 0, float("nan")], [0, 0, 0]])  # 3 of the 5 cells observed
    0.6
    """
    ties, observed = ties_and_observed(matrix, self_ties=self_ties)
    return _ratio(ties.sum(), observed.sum())


def dyad_census(matrix: npt.ArrayLike) -> DyadCensus:
    """Count mutual, asymmetric, null and missing dyads.

    Parameters
    ----------
    matrix : array-like, shape (n, n)

    Returns
    -------
    DyadCensus
        A dyad with a missing direction is missing, whatever the other direction holds (as in R sna); the four
        counts add up to n (n − 1) / 2.

    Raises
    ------
    ValueError
        As `density`.

    References
    ----------
    Holland, P. W., & Leinhardt, S. (1970). A method for detecting structure in sociometric data. American
    Journal of Sociology, 76, 492–513.

    Examples
    --------
    >>> dyad_census([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    <DyadCensus: 1 mutual, 1 asymmetric and 1 null dyads; 0 not observed in both directions>
    """
    ties, observed = ties_and_observed(matrix)
    upper = np.triu_indices(len(ties), k=1)
    both = (observed & observed.T)[upper]
    there, back = ties[upper][both], ties.T[upper][both]
    return DyadCensus(
        mutual=int((there & back).sum()),
        asymmetric=int((there ^ back).sum()),
        null=int((~there & ~back).sum()),
        missing=int((~both).sum()),
    )


def reciprocity(matrix: npt.ArrayLike, measure: ReciprocityMeasure) -> float:
    """Return one of four measures of reciprocity, over the dyads observed in both directions.

    With M mutual, A asymmetric and N null dyads:

    - ``"edgewise"``: 2M / (2M + A), reciprocated ties ÷ ties;
    - ``"dyadic"``: (M + N) / (M + A + N), symmetric dyads ÷ dyads;
    - ``"dyadic_nonnull"``: M / (M + A), mutual dyads ÷ dyads with a tie;
    - ``"edgewise_log_ratio"``: ln of edgewise reciprocity ÷ density of these dyads, (M + A/2) / (M + A + N).

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    measure : {"edgewise", "dyadic", "dyadic_nonnull", "edgewise_log_ratio"}

    Returns
    -------
    float
        NaN when there is nothing to divide by: no tie (``"dyadic"``: no dyad). The log ratio is −∞ when
        there are ties but none is reciprocated.

    Raises
    ------
    ValueError
        If the measure is unknown, or as `density`.

    References
    ----------
    Butts, C. T. (2008). Social network analysis with sna. Journal of Statistical Software, 24(6). R sna's
    ``grecip`` calls these measures ``edgewise``, ``dyadic``, ``dyadic.nonnull`` and ``edgewise.lrr``.

    Examples
    --------
    >>> ties = [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    >>> round(reciprocity(ties, "edgewise"), 2)  # 2 of 3 ties are returned
    0.67
    >>> round(reciprocity(ties, "dyadic"), 2)  # 2 of 3 pairs agree
    0.67
    """
    require_one_of("measure", measure, get_args(ReciprocityMeasure))
    census = dyad_census(matrix)
    mutual, asymmetric, null = census.mutual, census.asymmetric, census.null
    edgewise = _ratio(2 * mutual, 2 * mutual + asymmetric)
    if measure == "edgewise":
        return edgewise
    if measure == "dyadic":
        return _ratio(mutual + null, mutual + asymmetric + null)
    if measure == "dyadic_nonnull":
        return _ratio(mutual, mutual + asymmetric)
    if mutual == 0:
        return -math.inf if asymmetric else math.nan
    return math.log(edgewise / ((mutual + asymmetric / 2) / (mutual + asymmetric + null)))


def external_internal(matrix: npt.ArrayLike, groups: Groups) -> float:
    """Return the E-I index: (external − internal) ÷ all ties.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    groups : sequence, length n
        The group of each actor.

    Returns
    -------
    float
        −1 when all observed ties stay within groups, 1 when all cross; NaN without ties. Each direction
        counts as a tie. Group sizes alone move it: compare with `external_internal_expected`.

    Raises
    ------
    ValueError
        If `groups` has another length than the matrix or an empty entry, or as `density`.

    References
    ----------
    Krackhardt, D., & Stern, R. N. (1988). Informal networks and organizational crises: An experimental
    simulation. Social Psychology Quarterly, 51, 123–140.

    Examples
    --------
    >>> ties = [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    >>> round(external_internal(ties, ["a", "a", "b"]), 2)  # one tie across groups, two within
    -0.33
    """
    ties, _ = ties_and_observed(matrix)
    same = _same_group(groups, len(ties))
    return _ratio(int((ties & ~same).sum()) - int((ties & same).sum()), int(ties.sum()))


def external_internal_expected(groups: Groups) -> float:
    """Return the E-I index expected when directed ties fall on all ordered pairs alike.

    Parameters
    ----------
    groups : sequence, length n
        The group of each actor.

    Returns
    -------
    float
        (pairs between groups − pairs within) ÷ all ordered pairs; NaN for fewer than two actors. Teams of
        5, 4, 4, 4 and 4 give (352 − 68) / 420 = .676: far above 0 without any preference for other teams.

    Raises
    ------
    ValueError
        If `groups` has an empty entry.

    Examples
    --------
    >>> round(external_internal_expected(["a", "a", "b"]), 2)
    0.33
    """
    same = _same_group(groups, len(groups))
    internal = int(same.sum()) - len(groups)
    pairs = len(groups) * (len(groups) - 1)
    return _ratio(pairs - 2 * internal, pairs)


def isolates(matrix: npt.ArrayLike, kind: IsolateKind) -> Flags:
    """Say which actors are isolates.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    kind : {"weak", "out", "in"}
        Isolates neither send nor receive (``"weak"``), send none (``"out"``), receive none (``"in"``).

    Returns
    -------
    ndarray of bool, shape (n,)
        Judged by the observed cells, of which there must be at least one: an actor whose whole row is missing
        is no weak or out-isolate, since silence is no evidence; one whose column is missing no weak or
        in-isolate. Not being named by those who answered is evidence enough, although a silent actor might
        have named them.

    Raises
    ------
    ValueError
        If the kind is unknown, or as `density`.

    Examples
    --------
    >>> ties = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    >>> isolates(ties, "weak").tolist()
    [False, False, True]
    """
    require_one_of("kind", kind, get_args(IsolateKind))
    ties, observed = ties_and_observed(matrix)
    sends_none = np.asarray(observed.any(axis=1) & ~ties.any(axis=1), dtype=bool)
    receives_none = np.asarray(observed.any(axis=0) & ~ties.any(axis=0), dtype=bool)
    found: dict[str, Flags] = {"weak": sends_none & receives_none, "out": sends_none, "in": receives_none}
    return found[kind]


def degrees(
    matrix: npt.ArrayLike, *, self_ties: bool = False, actors: Sequence[str] | None = None
) -> pd.DataFrame:
    """Count the ties each actor sends and receives.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    self_ties : bool
        Whether a self-tie counts, in both degrees.
    actors : sequence of str, optional
        Labels for the rows of the result; by default 0, 1, ….

    Returns
    -------
    DataFrame
        Columns ``out_degree`` and ``in_degree`` (float), a row per actor. Out-degree is NaN when the actor's
        row is missing (who did not answer); in-degree counts the ties sent by those who answered, and is NaN
        when the column is missing. A self-tie does not make a row or column observed.

    Raises
    ------
    ValueError
        If `actors` has another length than the matrix, or as `density`.

    Examples
    --------
    >>> degrees([[0, 1, 1], [1, 0, 0], [0, 0, 0]], actors=["Ada", "Ben", "Cy"])
              out_degree  in_degree
    actor_id
    Ada              2.0        1.0
    Ben              1.0        1.0
    Cy               0.0        1.0
    """
    ties, _ = ties_and_observed(matrix, self_ties=self_ties)
    _, observed = ties_and_observed(matrix)
    if actors is not None and len(actors) != len(ties):
        raise ValueError(f"actors has {len(actors)} labels; the matrix has {len(ties)} rows")
    return pd.DataFrame(
        {
            "out_degree": np.where(observed.any(axis=1), ties.sum(axis=1), np.nan),
            "in_degree": np.where(observed.any(axis=0), ties.sum(axis=0), np.nan),
        },
        index=None if actors is None else pd.Index(actors, name="actor_id"),
    )


def ties_and_observed(matrix: npt.ArrayLike, *, self_ties: bool = False) -> tuple[Flags, Flags]:
    """Return where ties are and which cells were observed; without self-ties the diagonal is neither."""
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ValueError(f"the matrix has shape {values.shape}; a square one is needed")
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise ValueError(f"the matrix is infinite at ({row}, {column}); allowed are finite values, and NaN")
    observed = ~np.isnan(values)
    if not self_ties:
        observed &= ~np.eye(len(values), dtype=bool)
    return observed & (values != 0), observed


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan


def group_labels(groups: Groups, size: int) -> list[object]:
    """Return the group of each of `size` actors; ValueError when the number differs or one is empty."""
    labels = list(groups)
    if len(labels) != size:
        raise ValueError(f"there are {len(labels)} groups for {size} actors; one each is needed")
    empty = [place for place, label in enumerate(labels) if pd.isna(label)]
    if empty:
        raise ValueError(f"no group for the actors at {empty[:6]} ({len(empty)} in all); each needs one")
    return labels


def _same_group(groups: Groups, size: int) -> Flags:
    codes, _ = pd.factorize(pd.Series(group_labels(groups, size), dtype=object))
    same: Flags = codes[:, None] == codes[None, :]
    return same
