"""Change in surveys that a city publishes as figures of its schools: shares, or categories.

Each city is described on its own scale, since the two instruments differ: of shares the change in logits, by
a mixed model with the school random; of categories the change in the odds of a higher one, by ordinal
estimating equations, and how many schools moved up and down.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.checks import NotEstimable, require_level
from analysis.measurement.growth import growth
from analysis.measurement.unit_panels import same_units

__all__ = [
    "category_change",
    "changes_of",
    "compared_changes",
    "largest_jumps",
    "movers",
    "schools_throughout",
    "share_change",
]

_NEAREST = 0.005


def schools_throughout(
    measures: pd.DataFrame, elements: Sequence[str], responses: Sequence[str]
) -> pd.DataFrame:
    """Return how many schools have figures in every wave, by what is counted as a figure.

    Parameters
    ----------
    measures : DataFrame
        ``wave``, ``organization_id``, ``measure``, ``value`` of the data model.
    elements, responses : sequence of str
        Measures of the survey, and response rates.

    Returns
    -------
    DataFrame
        index what: any figure in any wave, any element in every wave, any element or response rate in every
        wave, and each element in every wave it was reported in; column ``schools``.
    """
    waves = measures["wave"].nunique()

    def always(names: Sequence[str]) -> int:
        own = measures[measures["measure"].isin(list(names))]
        return int((own.groupby("organization_id")["wave"].nunique() == waves).sum())

    found = {
        "with any figure": measures["organization_id"].nunique(),
        "with an element in every wave": always(elements),
        "with an element or a response rate in every wave": always([*elements, *responses]),
        **{element: len(same_units(measures, element)) for element in elements},
    }
    return pd.DataFrame({"schools": pd.Series(found)}).rename_axis("what")


def share_change(measures: pd.DataFrame, measure: str, *, first: int) -> pd.DataFrame:
    """Return the change of a share since a wave, in logits, for a typical school.

    Parameters
    ----------
    measures : DataFrame
        As for `schools_throughout`; values are shares from 0 to 1, rounded to a hundredth.
    measure : str
    first : int
        The wave that later ones are compared with; earlier ones are left out.

    Returns
    -------
    DataFrame
        index wave; ``estimate``, ``lower``, ``upper`` (95 %, logits), ``schools``.

    Notes
    -----
    A share of 0 or 1 has no logit; being rounded, it is taken for .005 or .995. Schools are random, waves
    fixed; all schools with a figure in any wave are in.

    Raises
    ------
    ValueError, NotEstimable
        When a value is no share; or as `analysis.measurement.growth.growth`.
    """
    own = _since(measures, measure, first)
    if not own["value"].between(0, 1).all():
        raise ValueError(f"found values of {measure} that are no shares; allowed: 0 to 1")
    bounded = own["value"].clip(_NEAREST, 1 - _NEAREST)
    logits = own.assign(logit=np.log(bounded / (1 - bounded)))
    found = growth(logits, measure="logit", person=None, shape="free")
    changes = found.changes.astype({"wave": int}).set_index("wave")[["estimate", "lower", "upper"]]
    return changes.assign(schools=found.schools)


def category_change(measures: pd.DataFrame, measure: str, *, first: int, level: float = 0.95) -> pd.DataFrame:
    """Return the change since a wave in the log odds of a higher category, over all schools.

    Parameters
    ----------
    measures, measure, first
        As for `share_change`; values are whole numbers, the higher the stronger.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        index wave; ``estimate``, ``lower``, ``upper`` (log odds), ``schools``.

    Notes
    -----
    Proportional odds by generalised estimating equations (Heagerty & Zeger 1996, Journal of the American
    Statistical Association 91, 1024-1036), a school's waves taken as independent in the estimate and allowed
    for in the sandwich errors.

    Raises
    ------
    ValueError
        When a value is no whole number.
    NotEstimable
        When there are fewer than two waves or categories, or the search does not converge.
    """
    require_level(level)
    own = _since(measures, measure, first)
    if (own["value"] % 1).any():
        raise ValueError(f"found values of {measure} that are no categories; allowed: whole numbers")
    waves = sorted(own["wave"].unique())
    if len(waves) < 2 or own["value"].nunique() < 2:
        counted = f"{len(waves)} waves and {own['value'].nunique()} categories of {measure}"
        raise NotEstimable(f"found {counted}; needed: two of each")
    from statsmodels.genmod.cov_struct import Independence
    from statsmodels.genmod.generalized_estimating_equations import OrdinalGEE

    later = pd.DataFrame({wave: (own["wave"] == wave).astype(float) for wave in waves[1:]})
    with warnings.catch_warnings():
        # Of a search that does not converge the fit warns; it is raised below.
        warnings.simplefilter("ignore")
        model = OrdinalGEE(
            own["value"].to_numpy(),
            later.to_numpy(),
            groups=pd.factorize(own["organization_id"])[0],
            cov_struct=Independence(),
        )
        fit = model.fit()
    if not fit.converged:
        raise NotEstimable(f"the search for the estimate of {measure} did not converge")
    estimate, error = (np.asarray(given)[-len(waves) + 1 :] for given in (fit.params, fit.bse))
    reach = float(norm.ppf((1 + level) / 2)) * error
    return pd.DataFrame(
        {"estimate": estimate, "lower": estimate - reach, "upper": estimate + reach},
        index=pd.Index([int(wave) for wave in waves[1:]], name="wave"),
    ).assign(schools=own["organization_id"].nunique())


def changes_of(
    measures: pd.DataFrame, elements: Sequence[str], *, categories: bool, first: int
) -> pd.DataFrame:
    """Return `category_change` or `share_change` of several measures: index measure and wave."""
    change = category_change if categories else share_change
    parts = {element: change(measures, element, first=first) for element in elements}
    return pd.concat(parts.values(), keys=parts.keys(), names=["measure", "wave"])


def movers(measures: pd.DataFrame, elements: Sequence[str]) -> pd.DataFrame:
    """Return how many schools rose, stayed and fell between one wave of a measure and the next.

    Returns
    -------
    DataFrame
        index (measure, until): ``since``, ``schools`` (in both waves), ``up``, ``same``, ``down``.
    """
    rows = {}
    for element in elements:
        own = measures[measures["measure"] == element]
        wide = own.pivot(index="organization_id", columns="wave", values="value").astype(float)
        for since, until in zip(wide.columns, wide.columns[1:], strict=False):
            change = (wide[until] - wide[since]).dropna()
            rows[element, int(until)] = {
                "since": int(since),
                "schools": len(change),
                "up": int((change > 0).sum()),
                "same": int((change == 0).sum()),
                "down": int((change < 0).sum()),
            }
    index = pd.MultiIndex.from_tuples(list(rows), names=["measure", "until"])
    return pd.DataFrame([*rows.values()], index=index)


def largest_jumps(measures: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return where each measure's mean moved most from one wave to the next: what may break a series.

    Returns
    -------
    DataFrame
        index measure: ``since``, ``until``, ``before``, ``after`` (means over the schools in both waves),
        ``schools``, ``others`` (median size of the measure's other moves).
    """
    rows = {}
    for name in names:
        own = measures[measures["measure"] == name]
        wide = own.pivot(index="organization_id", columns="wave", values="value").astype(float)
        moves = []
        for since, until in zip(wide.columns, wide.columns[1:], strict=False):
            both = wide[[since, until]].dropna()
            moves.append((int(since), int(until), both[since].mean(), both[until].mean(), len(both)))
        sizes = np.array([abs(after - before) for _, _, before, after, _ in moves])
        at = int(sizes.argmax())
        row = dict(zip(("since", "until", "before", "after", "schools"), moves[at], strict=True))
        rows[name] = row | {"others": float(np.median(np.delete(sizes, at)))}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def _since(measures: pd.DataFrame, measure: str, first: int) -> pd.DataFrame:
    own = measures[(measures["measure"] == measure) & (measures["wave"] >= first)]
    if own.empty:
        raise NotEstimable(f"found no {measure} from wave {first} on")
    frame = own[["wave", "organization_id", "value"]].astype({"wave": int, "value": float})
    return frame.sort_values(["organization_id", "wave"], ignore_index=True)


def compared_changes(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return corresponding changes of two cities with whether they went the same way, each on its own scale.

    Parameters
    ----------
    pairs : DataFrame
        A row per element; for each city ``<city> estimate``, ``<city> lower``, ``<city> upper``.

    Returns
    -------
    DataFrame
        The same, and ``together``: *the same way* or *opposite ways* where both intervals leave out zero,
        *not clear* otherwise, *not run* where a city's change is missing. Sizes are not compared: a logit of
        a share is no log odds of a category.

    Examples
    --------
    >>> row = {"a lower": 0.5, "a upper": 1.5, "b lower": -2, "b upper": -0.1}
    >>> compared_changes(pd.DataFrame([row], index=["trust"])).loc["trust", "together"]
    'opposite ways'
    """
    numbers = pairs.astype(float)
    cities = [str(column).removesuffix(" lower") for column in pairs if str(column).endswith(" lower")]
    if len(cities) != 2:
        raise ValueError(f"found changes of {', '.join(cities) or 'no city'}; allowed: two cities")
    signs = [
        np.sign(numbers[f"{city} lower"]).where(
            np.sign(numbers[f"{city} lower"]) == np.sign(numbers[f"{city} upper"]), 0
        )
        for city in cities
    ]
    product = signs[0] * signs[1]
    told = product.map({1.0: "the same way", -1.0: "opposite ways", 0.0: "not clear"})
    return numbers.assign(together=told.where(numbers.notna().all(axis=1), "not run"))
