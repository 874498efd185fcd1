"""Does an item mean the same to all? Locations estimated apart in groups, or years, and compared.

Differential item functioning: an item is harder for one group than the other items would have it. Locations
add up to zero in every group, so that a difference is always against the mean of all items (Andersen 1973,
Psychometrika 38, 123-140; Wright & Masters 1982): one item that moves much makes the others seem to move
a little the other way. Means of people are compared after items that move were looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.rasch import Model, RaschModel, rasch, step_design
from analysis.measurement.rasch_kernels import conditional_chances
from analysis.measurement.rasch_rows import rows_of
from analysis.result import Result

__all__ = ["ItemFunctioning", "item_functioning"]


@dataclass(frozen=True, repr=False, eq=False)
class ItemFunctioning(Result):
    """Locations of items in several groups.

    Attributes
    ----------
    locations : DataFrame
        index item, a column per group; logits, adding up to zero in each.
    location_errors : DataFrame
    items : DataFrame
        index item: ``largest`` (difference between two groups, logits), ``chi2``, ``df``, ``p`` (that the
        location is one in all groups), ``p_holm`` (of all items at once, Holm 1979).
    chi2, p : float
        Andersen's likelihood ratio that locations and steps are the same; NaN where people are in several
        groups, whose likelihoods are then no product.
    df : int
    people : Series
        index group.
    paired : bool
        Whether the errors allow for people in several groups.
    """

    locations: pd.DataFrame
    location_errors: pd.DataFrame
    items: pd.DataFrame
    chi2: float
    df: int
    p: float
    people: pd.Series
    paired: bool

    def tidy(self) -> pd.DataFrame:
        """Return one row per item: its location in each group, and the tests."""
        return self.locations.add_prefix("location_").join(self.items).reset_index()

    def summary(self) -> str:
        """Return which items move, as a sentence."""
        moved = self.items[self.items["p_holm"] < 0.05].sort_values("largest", ascending=False)
        told = ", ".join(f"{item} ({row['largest']:.2f})" for item, row in moved.iterrows()) or "none"
        return (
            f"items whose location differs between {len(self.people)} groups (Holm, .05; largest difference "
            f"in logits): {told}"
        )


def item_functioning(
    answers: pd.DataFrame,
    groups: Sequence[object] | pd.Series,
    *,
    people: Sequence[object] | pd.Series | None = None,
    model: Model = "rating_scale",
    ranges: Mapping[str, tuple[int, int]] | None = None,
) -> ItemFunctioning:
    """Compare the locations of items between groups, or between years.

    Parameters
    ----------
    answers : DataFrame
        A row per person (or a person in a year), a column per item; as for `rasch`.
    groups : sequence of length n
        Group, or year, of each row; a row without one is left out.
    people : sequence of length n, optional
        Who answered, where the same people are in several groups (years): errors then come from each person's
        contribution to all of them (the sandwich estimator), which years as independent groups would make
        too large.
    model, ranges
        As for `rasch`; one range for all groups.

    Raises
    ------
    ValueError
        When the lengths differ, somebody is twice in one group, or as `rasch`.
    NotEstimable
        When there are fewer than two groups; naming each group whose items cannot be estimated, and why.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> chance = 1 / (1 + np.exp(np.array([-0.5, 0, 0.5]) - generator.normal(size=(400, 1))))
    >>> answers = pd.DataFrame((generator.random((400, 3)) < chance).astype(float), columns=list("abc"))
    >>> print(item_functioning(answers, ["x", "y"] * 200).summary())
    items whose location differs between 2 groups (Holm, .05; largest difference in logits): none
    """
    labels = (
        pd.Series(list(groups), index=answers.index, dtype=object) if len(groups) == len(answers) else None
    )
    if labels is None:
        raise ValueError(f"found {len(answers)} rows and {len(groups)} groups; allowed: a group per row")
    persons = None if people is None else pd.Series(list(people), dtype=object)
    if persons is not None and len(persons) != len(answers):
        raise ValueError(f"found {len(answers)} rows and {len(persons)} people; allowed: a person per row")
    names = sorted(labels.dropna().unique(), key=lambda name: (str(type(name)), name))
    if len(names) < 2:
        raise NotEstimable(f"found {len(names)} groups; needed: two or more")
    places = {name: np.flatnonzero((labels == name).to_numpy()) for name in names}
    if persons is not None and any(persons[at].duplicated().any() for at in places.values()):
        raise ValueError("found somebody twice in one group; allowed: a row per person and group")
    kept = answers[labels.notna().to_numpy()]
    whole = rasch(kept, model=model, ranges=ranges)
    known = {
        item: (int(low), int(high))
        for item, low, high in zip(whole.ranges.items, whole.ranges.lowest, whole.ranges.highest, strict=True)
    }
    fits: dict[object, RaschModel] = {}
    faults = []
    for name, at in places.items():
        try:
            fits[name] = rasch(answers.iloc[at], model=model, ranges=known)
        except NotEstimable as fault:
            faults.append(f"in {name}: {str(fault).removeprefix('found ')}")
    if faults:
        raise NotEstimable(f"found {'; '.join(faults)}")
    covariance = _covariance(fits, answers, places, model, persons)
    locations = pd.DataFrame({name: fit.locations for name, fit in fits.items()})
    ratio, df = math.nan, (len(fits) - 1) * len(whole.parameters)
    if persons is None:
        ratio = 2 * (sum(fit.log_likelihood for fit in fits.values()) - whole.log_likelihood)
    errors = np.sqrt(np.einsum("iigg->ig", covariance))
    return ItemFunctioning(
        locations=locations,
        location_errors=pd.DataFrame(errors, index=locations.index, columns=locations.columns),
        items=_tests(locations, covariance),
        chi2=ratio,
        df=df,
        p=float(chi2.sf(ratio, df)),
        people=pd.Series({name: fit.people for name, fit in fits.items()}, name="people"),
        paired=persons is not None,
    )


def _covariance(
    fits: Mapping[object, RaschModel],
    answers: pd.DataFrame,
    places: Mapping[object, np.ndarray],
    model: Model,
    persons: pd.Series | None,
) -> Floats:
    """Return covariances of locations, of shape (items, items, groups, groups)."""
    count = len(fits)
    ranges = next(iter(fits.values())).ranges
    design = step_design(ranges, model)
    over = np.equal.outer(np.arange(len(ranges.items)), ranges.item) / ranges.top[:, None] @ design
    found = np.zeros((len(ranges.items), len(ranges.items), count, count))
    if persons is None:
        for place, fit in enumerate(fits.values()):
            found[:, :, place, place] = over @ fit.covariance @ over.T
        return found
    codes, everybody = pd.factorize(persons)
    pulls = np.zeros((count, len(everybody), len(ranges.items)))
    for place, (name, fit) in enumerate(fits.items()):
        pulls[place, codes[places[name]]] = (
            _scores(fit, answers.iloc[places[name]], design) @ (over @ fit.covariance).T
        )
    return np.asarray(np.einsum("gpi,hpj->ijgh", pulls, pulls))


def _scores(fit: RaschModel, answers: pd.DataFrame, design: Floats) -> Floats:
    """Return each person's part in the gradient of the conditional likelihood."""
    ranges = fit.ranges
    rows = rows_of(answers[list(ranges.items)], ranges, each_item=False, estimated=False)
    _, chances, _ = conditional_chances(
        np.exp(fit.logs), ranges.start, ranges.top, rows.patterns, rows.pattern, rows.score, rows.count, False
    )
    given = rows.steps[:, ranges.item] == ranges.step
    left = np.where((rows.row >= 0)[:, None], given - chances[rows.row], 0.0)
    # An answer's weight is minus the sum of the thresholds up to it.
    sums = np.array(
        [
            left[:, (ranges.item == item) & (ranges.step >= step)].sum(axis=1)
            for item, step in zip(ranges.item, ranges.step, strict=True)
        ]
    )
    return np.asarray(-(sums.T @ design))


def _tests(locations: pd.DataFrame, covariance: Floats) -> pd.DataFrame:
    count = locations.shape[1]
    contrast = np.hstack([np.ones((count - 1, 1)), -np.eye(count - 1)])
    rows = []
    for place, values in enumerate(locations.to_numpy()):
        moved = contrast @ values
        spread = contrast @ covariance[place, place] @ contrast.T
        # Where everybody answers the same again nothing moves, and nothing is uncertain about that.
        same = np.abs(moved).max() < 1e-9
        statistic = 0.0 if same else float(moved @ np.linalg.solve(spread, moved))
        rows.append((values.max() - values.min(), statistic, count - 1, float(chi2.sf(statistic, count - 1))))
    frame = pd.DataFrame(rows, index=locations.index, columns=["largest", "chi2", "df", "p"])
    order = np.argsort(frame["p"].to_numpy(), kind="stable")
    raised = np.maximum.accumulate(frame["p"].to_numpy()[order] * np.arange(len(frame), 0, -1))
    adjusted = np.empty(len(frame))
    adjusted[order] = np.minimum(raised, 1.0)
    return frame.assign(p_holm=adjusted)
