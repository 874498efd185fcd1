"""The model of independent pairs, edges and mutual ties: exact, where a program estimates by simulation.

It is the exponential random graph model whose statistics are the numbers of ties and of mutual pairs. Pairs
are independent of each other, so that shares of null, one-way and mutual pairs are the estimate (Holland &
Leinhardt 1981, without effects of people).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable
from analysis.ties.structure import dyad_census

__all__ = ["edges_and_mutual", "shared_partner_statistics"]


def edges_and_mutual(matrix: npt.ArrayLike) -> tuple[pd.DataFrame, pd.Series]:
    """Fit a density and a tendency to return ties, by maximum likelihood.

    With M mutual, A one-way and N null pairs: edges = log(A ÷ 2N), mutual = log(4NM ÷ A²).

    Parameters
    ----------
    matrix : array-like, shape (n, n)
        Ties 0 or 1, all observed; the diagonal does not count.

    Returns
    -------
    terms : DataFrame
        index term (edges, mutual): ``estimate``, ``standard_error``.
    fit : Series
        ``null deviance``, ``residual deviance``, ``AIC``, ``BIC`` (n (n − 1) cells, as in R's ergm).

    Raises
    ------
    NotEstimable
        Without pairs of each of the three kinds.

    Examples
    --------
    >>> terms, fit = edges_and_mutual([[0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]])
    >>> terms["estimate"].round(3).tolist()
    [-0.288, -0.118]
    """
    census = dyad_census(matrix)
    mutual, one_way, null = census.mutual, census.asymmetric, census.null
    if census.missing or not min(mutual, one_way, null):
        raise NotEstimable(
            f"{mutual} mutual, {one_way} one-way, {null} null and {census.missing} missing pairs: the model "
            "needs some of each of the first three, and none missing"
        )
    pairs = mutual + one_way + null
    estimates = [math.log(one_way / (2 * null)), math.log(4 * null * mutual / one_way**2)]
    # Variances of logarithms of multinomial counts.
    errors = [math.sqrt(1 / one_way + 1 / null), math.sqrt(4 / one_way + 1 / null + 1 / mutual)]
    likelihood = sum(count * math.log(count / pairs) for count in (mutual, one_way, null))
    likelihood -= one_way * math.log(2)
    deviance, cells = -2 * likelihood, 2 * pairs
    fit = {
        "null deviance": 2 * cells * math.log(2),
        "residual deviance": deviance,
        "AIC": deviance + 4,
        "BIC": deviance + 2 * math.log(cells),
    }
    terms = pd.DataFrame(
        {"estimate": estimates, "standard_error": errors}, index=pd.Index(["edges", "mutual"], name="term")
    )
    return terms, pd.Series(fit, name="value").rename_axis("of the whole")


def shared_partner_statistics(matrix: npt.ArrayLike, decay: float) -> pd.Series:
    """Count ties, mutual pairs, transitive triples, and ties by their two-paths, geometrically weighted.

    A tie's partners are those on two-paths in its direction (outgoing, as R's ergm has it by default).

    Parameters
    ----------
    matrix : array-like, shape (n, n)
        Ties 0 or 1; the diagonal does not count.
    decay : float
        Above 0: the smaller, the less do further partners add (Hunter 2007).

    Examples
    --------
    >>> shared_partner_statistics([[0, 1, 1], [0, 0, 1], [0, 0, 0]], 0.25).round(6).tolist()
    [3.0, 0.0, 1.0, 1.0]
    """
    if not decay > 0:
        raise ValueError(f"found decay {decay}; allowed: above 0")
    ties = np.array(matrix, dtype=float)
    np.fill_diagonal(ties, 0)
    partners = (ties @ ties)[ties > 0]
    weighted = math.exp(decay) * (1 - (1 - math.exp(-decay)) ** partners)
    return pd.Series(
        {
            "ties": ties.sum(),
            "mutual pairs": (ties * ties.T).sum() / 2,
            "transitive triples": partners.sum(),
            "shared partners": weighted.sum(),
        }
    ).rename_axis("statistic")
