"""Fixed effects with groups that differ: statsmodels' mixed model, with what a table needs of it.

Parts of a group (people in a school) are variance components; effects that vary between groups may be
correlated. One kind of part inside groups that differ is fitted from sums (`nested_effects`), as are crossed
components, which are parts of one group that holds everybody (`crossed_effects`). What is left goes through
statsmodels, whose time grows with the square of a group's size: schools are groups, districts are not.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_level
from analysis.measurement.crossed_effects import crossed_effects
from analysis.measurement.nested_effects import nested_effects
from analysis.result import Result

__all__ = ["MixedModel", "mixed_model"]

_STEEP = 1e-8


@dataclass(frozen=True, repr=False, eq=False)
class MixedModel(Result):
    """Fixed effects, and variances of what is random.

    Attributes
    ----------
    fixed : DataFrame
        index term: ``estimate``, ``standard_error``, ``lower``, ``upper`` (normal interval).
    covariance : DataFrame
        Of the fixed effects.
    variances : Series
        index: ``group: <column>`` of the effects that vary between groups, the components, ``residual``.
    between_groups : DataFrame
        Covariance of the effects that vary between groups; empty without any.
    log_likelihood : float
        Restricted, if so asked.
    restricted : bool
    rows, groups : int
    level : float
        Of the intervals.
    """

    fixed: pd.DataFrame
    covariance: pd.DataFrame
    variances: pd.Series
    between_groups: pd.DataFrame
    log_likelihood: float
    restricted: bool
    rows: int
    groups: int
    level: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per fixed effect."""
        return self.fixed.reset_index()

    def summary(self) -> str:
        """Return the fixed effects and the shares of variance as a sentence."""
        effects = "; ".join(
            f"{term} {row['estimate']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"
            for term, row in self.fixed.iterrows()
        )
        spreads = ", ".join(f"{name} {value**0.5:.3f}" for name, value in self.variances.items())
        return f"{effects}. Standard deviations: {spreads}; {self.rows} rows in {self.groups} groups"


def mixed_model(
    response: Sequence[float] | pd.Series,
    fixed: pd.DataFrame,
    groups: Sequence[object] | pd.Series,
    *,
    between: pd.DataFrame | None = None,
    components: Mapping[str, Sequence[object] | pd.Series] | None = None,
    restricted: bool = True,
    level: float = 0.95,
) -> MixedModel:
    """Fit a linear mixed model by (restricted) maximum likelihood.

    Parameters
    ----------
    response : sequence of length n
    fixed : DataFrame of n rows
        A column per fixed effect; a column of ones is the intercept.
    groups : sequence of length n
        Groups that are independent of one another.
    between : DataFrame of n rows, optional
        Columns whose effects vary between groups, correlated.
    components : mapping of str to sequence of length n, optional
        Labels of parts within groups, each part with a deviation of its own. The same label in two groups is
        two parts.
    restricted : bool
        Whether variances are by restricted likelihood.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        When lengths differ, a value is missing, or neither `between` nor `components` is given.
    NotEstimable
        When fixed effects are sums of one another, or the likelihood has no maximum that can be found.

    Examples
    --------
    >>> response = [1.0, 1.4, 2.1, 2.3, 4.0, 4.5, 2.9, 3.2]
    >>> ones = pd.DataFrame({"mean": [1.0] * 8})
    >>> fit = mixed_model(response, ones, list("aabbccdd"), between=ones)
    >>> fit.variances.round(3).to_dict()
    {'group: mean': 1.64, 'residual': 0.068}
    """
    require_level(level)
    parts = dict(components or {})
    values = np.asarray(response, dtype=float)
    design = fixed.to_numpy(dtype=float)
    varying = None if between is None else between.to_numpy(dtype=float)
    _require_complete(values, design, varying, {"groups": groups, **parts})
    if varying is None and not parts:
        raise ValueError("found nothing that varies; allowed: `between`, `components` or both")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEstimable(f"found effects that are sums of one another among {', '.join(fixed.columns)}")
    codes, _ = pd.factorize(pd.Series(list(groups), dtype=object))
    labels = {name: pd.factorize(pd.Series(list(given), dtype=object))[0] for name, given in parts.items()}
    names = [] if between is None else list(between.columns)
    if not names and codes.max() == 0:
        estimate, covariance, found, value = crossed_effects(
            values, design, list(labels.values()), restricted=restricted
        )
        variances = dict(zip([*parts, "residual"], found, strict=True))
        together = np.empty((0, 0))
    elif varying is not None and len(parts) == 1:
        (name,) = parts
        inside = pd.factorize(pd.MultiIndex.from_arrays([codes, labels[name]]))[0]
        estimate, covariance, part, residual, together, value = nested_effects(
            values, design, codes, varying, inside, restricted=restricted
        )
        variances = {f"group: {term}": together[place, place] for place, term in enumerate(names)}
        variances |= {name: part, "residual": residual}
    else:
        estimate, covariance, variances, together, value = _by_groups(
            values, design, codes, varying, names, labels, restricted
        )
    terms = pd.Index(fixed.columns, name="term")
    error = np.sqrt(np.diag(covariance))
    reach = float(norm.ppf((1 + level) / 2)) * error
    return MixedModel(
        fixed=pd.DataFrame(
            {
                "estimate": estimate,
                "standard_error": error,
                "lower": estimate - reach,
                "upper": estimate + reach,
            },
            index=terms,
        ),
        covariance=pd.DataFrame(covariance, index=terms, columns=terms),
        variances=pd.Series(variances, dtype=float),
        between_groups=pd.DataFrame(together, index=names, columns=names),
        log_likelihood=value,
        restricted=restricted,
        rows=len(values),
        groups=int(codes.max()) + 1,
        level=level,
    )


def _by_groups(
    values: Floats,
    design: Floats,
    codes: Integers,
    varying: Floats | None,
    names: Sequence[str],
    labels: Mapping[str, Integers],
    restricted: bool,
) -> tuple[Floats, Floats, dict[str, float], Floats, float]:
    """Return fixed effects, their covariance, variances, those between groups, and the log-likelihood."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    order = np.argsort(codes, kind="stable")
    places = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    specification = None
    if labels:
        blocks = [[_indicators(given[at]) for at in places] for given in labels.values()]
        named = [[[str(k) for k in range(block.shape[1])] for block in one] for one in blocks]
        specification = VCSpec(list(labels), named, blocks)
    # Scaled, so that the search starts and stops alike whatever the units.
    scale = float(values.std()) or 1.0
    with warnings.catch_warnings():
        # A variance of zero lies on the boundary, of which the fit warns; it is reported as zero.
        warnings.simplefilter("ignore")
        model = MixedLM(values / scale, design, groups=codes, exog_re=varying, exog_vc=specification)
        try:
            # Search until digits that other programs print no longer move.
            fit = model.fit(reml=restricted, gtol=_STEEP)
        except np.linalg.LinAlgError as fault:
            raise NotEstimable(f"found no maximum of the likelihood: {fault}") from fault
        # Variances taken as known, as lme4 and nlme do; statsmodels' own adds what little they covary.
        curvature = np.asarray(model.hessian(fit.params_object)[0])[: design.shape[1], : design.shape[1]]
        covariance = -np.linalg.inv(curvature) * scale**2
    if not fit.converged or not np.isfinite(covariance).all():
        raise NotEstimable("found no maximum of the likelihood: the search did not come to an end")
    together = np.asarray(fit.cov_re, dtype=float).reshape(len(names), len(names)) * scale**2
    variances = {f"group: {name}": value for name, value in zip(names, np.diag(together), strict=True)}
    variances |= dict(zip(labels, np.asarray(fit.vcomp) * scale**2, strict=True))
    variances["residual"] = float(fit.scale) * scale**2
    free = len(values) - (design.shape[1] if restricted else 0)
    value = float(fit.llf) - free * float(np.log(scale))
    return np.asarray(fit.fe_params) * scale, covariance, variances, together, value


def _require_complete(
    values: Floats,
    design: Floats,
    varying: Floats | None,
    labels: Mapping[str, Sequence[object] | pd.Series],
) -> None:
    lengths = {"response": len(values), "fixed": len(design)}
    lengths |= {name: len(given) for name, given in labels.items()}
    numbers = {"response": values, "fixed": design}
    if varying is not None:
        lengths["between"], numbers["between"] = len(varying), varying
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length} of {name}" for name, length in lengths.items())
        raise ValueError(f"found rows of different numbers: {told}; allowed: one number for all")
    lacking = [name for name, given in numbers.items() if not np.isfinite(given).all()]
    lacking += [name for name, given in labels.items() if pd.isna(pd.Series(list(given), dtype=object)).any()]
    if lacking:
        raise ValueError(f"found missing values in {', '.join(lacking)}; allowed: complete rows")


def _indicators(labels: np.ndarray) -> Floats:
    codes, names = pd.factorize(labels)
    return np.asarray(np.equal.outer(codes, np.arange(len(names))), dtype=float)
