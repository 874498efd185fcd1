"""One question under every defensible choice: the specification curve of a multiple regression QAP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.parallel import mapped
from analysis.resampling.qap import mrqap
from analysis.resampling.qap_input import Method

__all__ = ["Specification", "partial_correlation", "specification_curve"]


@dataclass(frozen=True)
class Specification:
    """One way to ask the question.

    Attributes
    ----------
    choices : mapping of str to str
        What sets it apart, in words: the choice and the option taken.
    y : ndarray of shape (n, n)
        Outcome; NaN is missing.
    x : mapping of str to ndarray of shape (n, n)
        Predictors by role; every specification of a curve has the same roles.
    method : str
        Permutation scheme of `mrqap`.
    self_ties : bool
        Whether the diagonal counts.
    """

    choices: Mapping[str, str]
    y: npt.NDArray[np.float64]
    x: Mapping[str, npt.NDArray[np.float64]]
    method: Method = "double_semipartialling"
    self_ties: bool = field(default=False)


def partial_correlation(statistic: float, degrees_of_freedom: float) -> float:
    """Return the partial correlation that belongs to a regression t statistic.

    t ÷ √(t² + degrees of freedom): free of the scale of the variables, so that specifications with valued and
    with binary ties can be compared (Cohen, Cohen, West & Aiken 2003, ch. 3).

    Parameters
    ----------
    statistic : float
        t of one coefficient.
    degrees_of_freedom : float
        Observations less coefficients, above 0.

    Raises
    ------
    ValueError
        When there are no degrees of freedom.

    Examples
    --------
    >>> round(partial_correlation(2.0, 96), 3)  # t ÷ √(t² + degrees of freedom)
    0.2
    """
    if not degrees_of_freedom > 0:
        raise ValueError(f"found {degrees_of_freedom} degrees of freedom; allowed: more than 0")
    return float(statistic / np.sqrt(statistic**2 + degrees_of_freedom))


def specification_curve(
    specifications: Iterable[Specification], *, permutations: int = 2000, seed: int
) -> pd.DataFrame:
    """Fit every specification by least squares and put the results side by side.

    Parameters
    ----------
    specifications : iterable of Specification
        At least one, all with the same choices and the same roles of predictors.
    permutations, seed : int
        As in `mrqap`; every specification has the same seed. They are spread as `analysis.parallel` says.

    Returns
    -------
    DataFrame
        A row per specification: a column per choice, then for each predictor `<role> partial correlation` and
        `<role> p` (two-sided), and `pairs`, the number of ordered pairs observed.

    Raises
    ------
    ValueError
        When there is none, or they differ in their choices or roles.
    """
    listed = list(specifications)
    _require_alike(listed)
    return pd.DataFrame(mapped(partial(_row, permutations, seed), listed))


def _row(permutations: int, seed: int, one: Specification) -> dict[str, object]:
    fit = mrqap(
        one.y, one.x, permutations=permutations, method=one.method, self_ties=one.self_ties, seed=seed
    )
    row: dict[str, object] = dict(one.choices)
    for role in one.x:
        term = fit[role]
        row[f"{role} partial correlation"] = partial_correlation(
            term.statistic, fit.observed - 1 - len(one.x)
        )
        row[f"{role} p"] = term.p
    return row | {"pairs": fit.observed}


def _require_alike(listed: Sequence[Specification]) -> None:
    if not listed:
        raise ValueError("found no specification; allowed: at least one")
    first = listed[0]
    for number, one in enumerate(listed[1:], start=2):
        if list(one.choices) != list(first.choices) or list(one.x) != list(first.x):
            raise ValueError(
                f"specification {number} has choices {list(one.choices)} and predictors {list(one.x)}; "
                f"allowed: those of the first, {list(first.choices)} and {list(first.x)}"
            )
