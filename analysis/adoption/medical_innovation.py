"""Medical Innovation as a vignette prints it: adoption by month, the structure of thresholds, a hazard.

Vega Yon, G. G. netdiffuseR showcase: Medical Innovations. Vignette of the R package netdiffuseR 1.22.6; data
of Coleman, Katz & Menzel (1966). Whether the physicians' adoption was contagious is disputed: Burt (1987,
American Journal of Sociology 92) finds equivalence rather than ties at work; Van den Bulte & Lilien (2001,
American Journal of Sociology 106) find no contagion once marketing effort is held equal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.adoption.exposure import exposure
from analysis.adoption.exposure_weights import inverse_geodesic_weights
from analysis.adoption.hazard_fit import fitted
from analysis.adoption.morans_i import morans_i
from analysis.adoption.person_periods import person_periods
from analysis.adoption.setting import Adoption, never_as_one_period_later
from analysis.adoption.structure_dependence import structure_dependence
from analysis.arrays import Floats

__all__ = ["adoption_by_month", "adoption_hazard", "structure_by_city"]


def adoption_by_month(setting: Adoption, *, steps: int, permutations: int, seed: int) -> pd.DataFrame:
    """Return what ``summary()`` prints of each month; who never adopted counts one month after the last.

    Parameters
    ----------
    setting : Adoption
        With those as not yet adopters.
    steps : int
        How far the weights of Moran's I reach.
    permutations, seed : int
        As for `morans_i`; neither moves what is shown here.

    Returns
    -------
    DataFrame
        index month: ``adopters``, ``so far``, ``share so far``, ``hazard`` (NaN in the first month),
        ``density``, ``moran`` and ``moran_sd`` (NaN in the month added).
    """
    coded = never_as_one_period_later(setting)
    ties, size = setting.networks[0], len(setting.actors)
    months = np.asarray(coded.periods)
    adopters = np.array([(coded.times == month).sum() for month in months])
    so_far = adopters.cumsum()
    adopted = (setting.times[:, None] <= setting.periods).astype(float)
    weights = inverse_geodesic_weights(ties, cutoff=steps)
    labels = list(setting.periods)
    moran = morans_i(weights, adopted, permutations=permutations, seed=seed, labels=labels).tidy()
    found = moran.set_index("label").reindex(months)
    return pd.DataFrame(
        {
            "adopters": adopters,
            "so far": so_far,
            "share so far": so_far / size,
            "hazard": np.where(months > months[0], adopters / (size - so_far + adopters), np.nan),
            "density": ties.nnz / (size * (size - 1)),
            "moran": found["statistic"].to_numpy(float),
            "moran_sd": found["sd"].to_numpy(float),
        },
        index=pd.Index(months, name="month"),
    )


def structure_by_city(setting: Adoption, *, rewirings: int, seed: int) -> pd.DataFrame:
    """Return whether the mean threshold depends on who is tied to whom, by city and of all together.

    Those who never adopted count one month after the last; who names nobody has no threshold.

    Returns
    -------
    DataFrame
        index city (1 … and ``all``): ``observed``, ``expected``, ``sd``, ``p``, ``p_strict`` (draws equal to
        what was observed count for neither side) and ``apart``: how far the means of 500 rewirings and of
        these may be from each other, chance passing it once in 15,000 times.
    """
    coded = never_as_one_period_later(setting)
    ties = sparse.csr_array(setting.networks[0])
    cities = np.asarray(setting.groups, dtype=object)
    who = {str(number): np.flatnonzero(cities == city) for number, city in enumerate(sorted(set(cities)), 1)}
    who["all"] = np.arange(len(cities))
    rows = {}
    for number, (name, places) in enumerate(who.items()):
        test = structure_dependence(
            ties[places][:, places],
            coded.times[places],
            coded.periods,
            never="missing",
            rewirings=rewirings,
            seed=seed + number,
        )
        row = test.tidy().iloc[0]
        apart = 4 * row["sd"] * np.sqrt(1 / 500 + 1 / rewirings)
        beyond = [(test.replicates < test.observed - 1e-12), (test.replicates > test.observed + 1e-12)]
        rows[name] = {
            "observed": row["observed"],
            "expected": row["mean"],
            "sd": row["sd"],
            "p": row["p"],
            "p_strict": 2 * min(float(side.mean()) for side in beyond),
            "apart": apart,
        }
    return pd.DataFrame(rows).T.rename_axis("city").astype(float)


def adoption_hazard(
    setting: Adoption, people: pd.DataFrame, without: tuple[str, ...] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the vignette's logit of adoption on exposure, months, cities and traits.

    The terms are those of the vignette, professional age with its square. Months 2 to the last observed, up
    to adoption; the second month and the first city are what the others are compared with. Who names nobody
    has exposure 0. Person-months with a trait missing are left out.

    Parameters
    ----------
    setting : Adoption
    people : DataFrame
        index actor: ``belief_in_science``, ``professional_age``.
    without : tuple of str
        What terms begin with that are left out (month, city, belief, professional).

    Returns
    -------
    terms : DataFrame
        index term: ``estimate``, ``standard_error``, ``z``.
    fit : DataFrame
        index what, column ``value``: deviances, degrees of freedom, AIC.
    """
    own = people.loc[list(setting.actors)]
    belief, age = (
        own[name].to_numpy(dtype=float, na_value=np.nan) for name in ("belief_in_science", "professional_age")
    )
    attributes = pd.DataFrame({"belief": belief, "age": age, "city": list(setting.groups)})
    seen = exposure(setting.networks[0], setting.times, setting.periods, lag=1)
    rows = person_periods(
        setting.times,
        setting.periods,
        attributes=attributes,
        by_period={"exposure": seen},
        observed_until=setting.observed_until,
    )
    first = setting.periods[0]
    rows = rows[rows["period"] > first].dropna()
    columns: dict[str, Floats] = {"intercept": np.ones(len(rows))}
    columns["exposure"] = rows["exposure"].to_numpy(float)
    for month in sorted(rows["period"].unique())[1:]:
        columns[f"month {month:.0f}"] = (rows["period"] == month).to_numpy(float)
    for number, city in enumerate(sorted(rows["city"].unique())[1:], start=2):
        columns[f"city {number}"] = (rows["city"] == city).to_numpy(float)
    columns |= {
        "belief in science": rows["belief"].to_numpy(float),
        "professional age": rows["age"].to_numpy(float),
        "professional age squared": rows["age"].to_numpy(float) ** 2,
    }
    kept = {name: column for name, column in columns.items() if not name.startswith(without)}
    design, outcome = pd.DataFrame(kept), rows["adopted"].to_numpy(float)
    estimates, covariance, log_likelihood = fitted(outcome, design, "logit", None)
    errors = np.sqrt(np.diag(covariance))
    terms = pd.DataFrame(
        {"estimate": estimates, "standard_error": errors, "z": estimates / errors},
        index=pd.Index(design.columns, name="term"),
    )
    share = outcome.mean()
    null = len(outcome) * (share * np.log(share) + (1 - share) * np.log(1 - share))
    fit = {
        "null deviance": -2 * null,
        "null df": len(outcome) - 1,
        "residual deviance": -2 * log_likelihood,
        "residual df": len(outcome) - len(design.columns),
        "AIC": 2 * len(design.columns) - 2 * log_likelihood,
    }
    return terms, pd.DataFrame({"value": fit}, dtype=float).rename_axis("of the whole")
