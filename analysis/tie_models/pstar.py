"""p* (exponential random graph) models without simulation: pseudo-likelihood, and exactly where possible.

`pstar` regresses, by logistic regression, each tie on its change statistics, as if ties were independent
given the rest (Strauss & Ikeda 1990, JASA 85, 204-212; Wasserman & Pattison 1996, Psychometrika 61, 401-425).
Where ties depend on each other the estimates are only approximations, and **the standard errors are too
small**, so that tests based on them reject too often (van Duijn, Gile & Handcock 2009, Social Networks 31,
52-62; Lubbers & Snijders 2007, Social Networks 29, 489-507). They describe; they do not test.

`dyad_independent` fits models in which nothing but the two ties of a pair depend on each other (ties,
mutuals, covariates) by exact maximum likelihood: each dyad is one draw among four states. Simulation (Markov
chain Monte Carlo) only approaches that estimate. Models of triads need simulation: see `ergm_mcmc`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.discrete.discrete_model import Logit

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.result import Result
from analysis.tie_models.change_statistics import Term, change_statistics, read_network
from analysis.tie_models.p1 import fit_dyads, refuse_infinite

__all__ = ["PStar", "dyad_independent", "pstar"]


PSEUDO, EXACT = "maximum pseudo-likelihood", "exact maximum likelihood"
_WARNING = (
    "Pseudo-likelihood standard errors are too small where ties depend on each other: they describe, they do "
    "not test (van Duijn, Gile & Handcock 2009)."
)


@dataclass(frozen=True, repr=False, eq=False)
class PStar(Result):
    """A fitted p* model.

    Attributes
    ----------
    terms : names, in the order asked for
    estimates, standard_errors : (k,), log odds of a tie per unit of the change statistic
    covariance : (k, k)
    log_likelihood : at the maximum; of the pseudo-likelihood when `method` says so, and then no basis for
        tests or information criteria
    method : "maximum pseudo-likelihood" or "exact maximum likelihood"
    directed : whether ties have a direction
    actors, observed, missing : number of actors, of pairs used and of pairs left out: ordered pairs, or dyads
        (for undirected ties, and where `method` is exact)
    ties : ties in the pairs used
    iterations : steps of Newton's method
    exact : whether the standard errors are those of a likelihood (no term goes beyond the dyad)
    """

    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    covariance: Floats
    log_likelihood: float
    method: str
    directed: bool
    actors: int
    observed: int
    missing: int
    ties: int
    iterations: int
    exact: bool

    def tidy(self) -> pd.DataFrame:
        """Return one row per term: estimate, standard error and their ratio."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "ratio": self.estimates / self.standard_errors,
            }
        )

    def summary(self) -> str:
        """Return the terms under a few lines on data and method, with a warning where one is due."""
        unit = "ordered pairs" if self.directed and self.method == PSEUDO else "dyads"
        kind = "log-likelihood" if self.exact else "log pseudo-likelihood"
        lines = [
            f"p* model, {self.method}",
            f"{self.actors} actors, {self.ties} ties in {self.observed} {unit}, {self.missing} missing",
            f"{kind} {self.log_likelihood:.4f}",
            "",
            self.tidy().to_string(index=False, float_format="{:.4f}".format),
        ]
        return "\n".join(lines if self.exact else [*lines, "", _WARNING])


def pstar(matrix: ArrayLike | pd.DataFrame, terms: Mapping[str, Term], *, directed: bool = True) -> PStar:
    """Fit a p* model by maximum pseudo-likelihood.

    Parameters
    ----------
    matrix : (n, n) array or data frame of 0, 1 and NaN (missing); row sends, column receives; self-ties are
        not used
    terms : named terms of `change_statistics`; `edges` is the constant and is not added by itself
    directed : if False, the matrix must be symmetric and each dyad counts once

    Raises
    ------
    ValueError
        If the matrix is no such network; there is no term, or one for the other kind of ties.
    NotEstimable
        If no pair is observed; terms depend linearly on each other; or they separate ties from non-ties, so
        that estimates run to infinity (they are named).

    Notes
    -----
    Pairs whose tie is missing are left out, and so are those whose change statistic is unknown (the
    reciprocal tie of `mutual` is missing). For statistics of triads missing ties count as absent.

    Examples
    --------
    Of twelve ordered pairs four have a tie, so that the log odds of one are log(4 / 8):

    >>> from analysis.tie_models.change_statistics import edges
    >>> ties = [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    >>> float(pstar(ties, {"arc": edges()}).estimates[0].round(3))
    -0.693
    """
    _check_terms(terms, directed)
    actors, values = read_network(matrix, directed=directed)
    eligible = ~np.eye(len(actors), dtype=bool) if directed else np.triu(np.ones_like(values, dtype=bool), 1)
    changes = np.stack([change_statistics(values, term) for term in terms.values()])
    used = eligible & ~np.isnan(values) & ~np.isnan(changes).any(axis=0)
    design, outcome = changes[:, used].T, values[used]
    if not used.any():
        raise NotEstimable("no pair is observed: nothing can be fitted")
    states = np.stack([np.zeros_like(design), design], axis=1)
    refuse_infinite(states, outcome.astype(np.int64), names=list(terms))
    with warnings.catch_warnings():
        # Separation is excluded above; convergence is looked at below.
        warnings.simplefilter("ignore")
        fit = Logit(outcome, design).fit(method="newton", maxiter=100, disp=False)
    if not fit.mle_retvals["converged"]:
        raise NotEstimable("the logistic regression did not converge in 100 steps")
    return PStar(
        tuple(terms),
        np.asarray(fit.params),
        np.asarray(fit.bse),
        np.asarray(fit.cov_params()),
        float(fit.llf),
        PSEUDO,
        directed,
        len(actors),
        int(used.sum()),
        int((eligible & ~used).sum()),
        int(outcome.sum()),
        int(fit.mle_retvals["iterations"]),
        all(term.dyadic and term.kind != "mutual" for term in terms.values()),
    )


def dyad_independent(matrix: ArrayLike | pd.DataFrame, terms: Mapping[str, Term]) -> PStar:
    """Fit a directed p* model whose dyads are independent, by exact maximum likelihood.

    Parameters
    ----------
    matrix : as for `pstar`; a dyad counts when both of its cells are observed
    terms : among `edges`, `mutual`, `sender`, `receiver`, `match` and `edge_covariate`

    Raises
    ------
    ValueError, NotEstimable
        As `pstar`; ValueError also when a term goes beyond the dyad (it is named).

    Notes
    -----
    With cells i → j and j → i, the four states none, i → j, j → i and both have probabilities proportional to
    the exponential of their statistics (Holland & Leinhardt 1981, with covariates in place of one effect an
    actor: Fienberg & Wasserman 1981, JASA 76, 54-57).
    """
    _check_terms(terms, directed=True)
    beyond = [f"{name!r} ({term.kind})" for name, term in terms.items() if not term.dyadic]
    if beyond:
        raise ValueError(
            f"{', '.join(beyond)}: goes beyond the dyad, so that dyads are not independent; "
            "use pstar (approximate) or ergm_mcmc (simulation)"
        )
    actors, values = read_network(matrix)
    rows, columns = np.triu_indices(len(actors), 1)
    kept = ~np.isnan(values[rows, columns] + values[columns, rows])
    if not kept.any():
        raise NotEstimable("no dyad is observed in both directions: nothing can be fitted")
    missing = int((~kept).sum())
    rows, columns = rows[kept], columns[kept]
    empty, full = np.zeros_like(values), np.ones_like(values)
    statistics = np.zeros((len(rows), 4, len(terms)))
    for position, term in enumerate(terms.values()):
        alone, answered = change_statistics(empty, term), change_statistics(full, term)
        statistics[:, 1, position] = alone[rows, columns]
        statistics[:, 2, position] = alone[columns, rows]
        statistics[:, 3, position] = alone[rows, columns] + answered[columns, rows]
    chosen = (values[rows, columns] + 2 * values[columns, rows]).astype(np.int64)
    fit = fit_dyads(statistics, chosen, names=list(terms))
    return PStar(
        tuple(terms),
        fit.estimates,
        np.sqrt(np.diag(fit.covariance)),
        fit.covariance,
        fit.log_likelihood,
        EXACT,
        True,
        len(actors),
        len(rows),
        missing,
        int(values[rows, columns].sum() + values[columns, rows].sum()),
        fit.iterations,
        True,
    )


def _check_terms(terms: Mapping[str, Any], directed: bool) -> None:
    if not isinstance(terms, Mapping) or not terms:
        raise ValueError("terms must be a dictionary {name: term} with at least one entry")
    kind = "directed" if directed else "undirected"
    faults = []
    for name, term in terms.items():
        if not isinstance(term, Term):
            faults.append(
                f"{name!r} is {term!r}; terms are made by functions such as edges() or sender(values)"
            )
        elif not getattr(term, kind):
            faults.append(f"{name!r} ({term.kind}) is not defined for {kind} ties")
    if faults:
        raise ValueError("\n".join(faults))
