"""How far coders agree: percent, kappas, Krippendorff's alpha and Gwet's AC, with intervals over documents.

Every coefficient here is a function of counts that add up over documents: which categories met in a unit
that two or more coders rated. They are counted once, for each code and document (`tallies`); a bootstrap
draws documents with replacement and adds their counts up anew, so that what coders make of one document,
whose segments resemble one another, is kept together.

References
----------
Cohen (1960), Educational and Psychological Measurement 20, 37-46; (1968), Psychological Bulletin 70, 213-220.
Light (1971), Psychological Bulletin 76, 365-377. Fleiss (1971), Psychological Bulletin 76, 378-382.
Krippendorff (2019), *Content Analysis*, 4th ed., chapter 12. Gwet (2014), *Handbook of Inter-Rater
Reliability*, 4th ed., chapters 2 to 4 (missing ratings and weights as there).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import require_count, require_level, require_one_of
from analysis.evidence.tallies import Tallies, order_of
from analysis.resampling.monte_carlo import replicate_interval
from analysis.result import Result

__all__ = [
    "COEFFICIENTS",
    "OVERALL",
    "Agreement",
    "Level",
    "Weights",
    "agreement",
    "alpha_bounds",
    "disagreements",
]

Level = Literal["nominal", "ordinal", "interval", "ratio"]
"""What the distance between two categories means to Krippendorff's alpha."""
Weights = Literal["identical", "linear", "quadratic", "ordinal"]
"""How much of an agreement two categories are to the kappas and to Gwet's coefficient.

`ordinal` is Gwet's: 1 − C(|k − l| + 1, 2) / C(K, 2); it is not the ordinal level of Krippendorff.
"""
COEFFICIENTS = {
    "percent": "Percent agreement",
    "cohen": "Cohen's kappa",
    "fleiss": "Fleiss' kappa",
    "alpha": "Krippendorff's alpha",
    "ac": "Gwet's AC",
}
OVERALL = "all codes"

_MOST_AT_ONCE = 20_000_000
_MOST_WAYS = 100_000


@dataclass(frozen=True, repr=False)
class Agreement(Result):
    """Coefficients of agreement by code.

    Attributes
    ----------
    frame : DataFrame
        index ``code``; columns ``units`` (rated by two or more), ``documents``, ``category`` and
        ``prevalence`` (its share of ratings: of category 1 where the categories are 0 and 1, else of the
        commonest), each coefficient of `COEFFICIENTS` with ``_lower`` and ``_upper``, ``fleiss_by_chance``
        and ``ac_by_chance`` (agreement that each expects by chance), ``note`` (why something is missing).
    level, weights, confidence, draws
        What was asked for.
    """

    frame: pd.DataFrame
    level: str
    weights: str
    confidence: float
    draws: int

    def summary(self) -> str:
        """Say which code coders agree on least and most, by Krippendorff's alpha."""
        alpha = self.frame["alpha"].drop(OVERALL, errors="ignore").dropna()
        if alpha.empty:
            return "Krippendorff's alpha cannot be told for any code: " + "; ".join(
                f"{code}: {note}" for code, note in self.frame["note"].items() if note
            )
        least, most = str(alpha.idxmin()), str(alpha.idxmax())
        first = f"Krippendorff's alpha ({self.level}) is {alpha[least]:.2f} for {least}"
        if len(alpha) == 1:
            row = self.frame.loc[least]
            return f"{first} ({self.confidence:.0%} interval {row.alpha_lower:.2f} to {row.alpha_upper:.2f})."
        return f"{first}, the least of {len(alpha)} codes, and {alpha[most]:.2f} for {most}, the most."

    def tidy(self) -> pd.DataFrame:
        """Return a row per code."""
        return self.frame.reset_index()

    def why_they_part(self, code: str) -> str:
        """Say for one code why kappa and Gwet's coefficient differ: by what each expects of chance.

        Raises
        ------
        ValueError
            For a code that is not in the frame.
        """
        require_one_of("code", code, self.frame.index)
        row = self.frame.loc[code]
        told = f"{row.prevalence:.0%} of ratings of {code} are {row.category!r}, and {row.percent:.0%} agree."
        if np.isnan(row.fleiss):
            return f"{told} With one category in use kappa has nothing to go by; Gwet's AC is {row.ac:.2f}."
        return (
            f"{told} Fleiss' kappa puts {row.fleiss_by_chance:.0%} of that down to chance, as coders who "
            f"draw categories as often as these were used would agree, and is {row.fleiss:.2f}; Gwet's "
            f"AC puts {row.ac_by_chance:.0%} down to chance, as only units hard to rate are taken to be "
            f"guessed, and is {row.ac:.2f}. The more lopsided the categories, the farther they part."
        )


def agreement(
    tallies: Tallies,
    *,
    seed: int,
    level: Level = "nominal",
    weights: Weights = "identical",
    draws: int = 1000,
    confidence: float = 0.95,
) -> Agreement:
    """Return every coefficient for every code, and for all codes together where there are several.

    Parameters
    ----------
    tallies : Tallies
    seed : int
        Of the bootstrap.
    level : {"nominal", "ordinal", "interval", "ratio"}
        Of Krippendorff's alpha. Interval and ratio need categories that are numbers.
    weights : {"identical", "linear", "quadratic", "ordinal"}
        Of percent agreement, the kappas and Gwet's coefficient (AC1 with identical weights, else AC2), by
        the order of the categories.
    draws : int
        Bootstrap draws of documents; 0 for no intervals. A draw in which a coefficient is not defined is
        left out of its interval.
    confidence : float

    Returns
    -------
    Agreement
        Cohen's kappa is of two coders; of more the mean over pairs who share units and vary (Light 1971);
        missing where it is not known who rated. All codes together: each decision about a code is a unit.
        Missing, with a note, where a code was used always or never (the kappas and alpha), where nobody
        shared a unit, and intervals where there is one document.

    Raises
    ------
    ValueError
        For an argument that is not allowed, or categories that a level cannot measure: all at once.

    Examples
    --------
    >>> from analysis.evidence.tallies import tallies_of_ratings
    >>> ratings = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 0, 1, 0]})
    >>> found = agreement(tallies_of_ratings(ratings), seed=1)
    >>> found.frame[["percent", "cohen", "fleiss", "alpha", "ac"]].round(3).values.tolist()
    [[0.75, 0.5, 0.467, 0.533, 0.529]]
    """
    require_one_of("level", level, Level)
    require_one_of("weights", weights, Weights)
    require_level(confidence)
    require_count("draws", draws, 0)
    values = _values(tallies.categories, level)
    alike = _alike(weights, len(tallies.categories))
    parts = [tallies.units, tallies.paired, tallies.shares, tallies.matches, tallies.coincidences]
    several = len(tallies.codes) > 1
    names = [*tallies.codes, *([OVERALL] if several else [])]
    flat, shapes = [], []
    for part in [*parts, tallies.crossed]:
        by_document = np.moveaxis(part, 0, 1)
        if several:
            by_document = np.concatenate([by_document, by_document.sum(axis=1, keepdims=True)], axis=1)
        shapes.append(by_document.shape[1:])
        flat.append(by_document.reshape(len(by_document), -1))
    table = np.concatenate(flat, axis=1)
    ends = np.cumsum([part.shape[1] for part in flat])[:-1]

    def answers(sums: Floats) -> dict[str, Floats]:
        pieces = np.split(sums, ends, axis=1)
        shaped = [piece.reshape(len(sums), *shape) for piece, shape in zip(pieces, shapes, strict=True)]
        return _coefficients(shaped, alike, values, level)

    point = {name: value[0] for name, value in answers(table.sum(axis=0)[None]).items()}
    size = len(tallies.documents)
    drawn: dict[str, list[Floats]] = {name: [] for name in COEFFICIENTS}
    random = np.random.default_rng(seed)
    most = max(1, _MOST_AT_ONCE // max(size, table.shape[1]))
    for start in range(0, draws if size > 1 else 0, most):
        times = random.multinomial(size, np.full(size, 1 / size), size=min(most, draws - start))
        replicates = answers(times @ table)
        for name in COEFFICIENTS:
            drawn[name].append(replicates[name])
    frame = pd.DataFrame(index=pd.Index(names, name="code"))
    frame["units"] = point["paired"].astype(int)
    there = np.concatenate([tallies.paired, tallies.paired.sum(axis=0, keepdims=True)])[: len(names)] > 0
    frame["documents"] = there.sum(axis=1)
    told = 1 if tallies.categories == ("0", "1") else None
    category = np.full(len(names), 1) if told else point["prevalence"].argmax(axis=1)
    frame["category"] = [tallies.categories[one] for one in category]
    frame["prevalence"] = point["prevalence"][np.arange(len(names)), category]
    for name in COEFFICIENTS:
        frame[name] = point[name]
        draws_of = np.concatenate([np.full((0, len(names)), np.nan), *drawn[name]])
        known = ~np.isnan(point[name])
        both = [
            replicate_interval(draws_of[:, one] if known[one] else [], confidence)
            for one in range(len(names))
        ]
        frame[f"{name}_lower"], frame[f"{name}_upper"] = zip(*both, strict=True)
    frame["fleiss_by_chance"], frame["ac_by_chance"] = point["fleiss_by_chance"], point["ac_by_chance"]
    frame["note"] = [_note(row, size) for row in frame.itertuples()]
    return Agreement(frame, level, weights, confidence, draws)


def _note(row: Any, documents: int) -> str:
    if not row.units:
        return "not estimable: no unit that two coders rated"
    if np.isnan(row.alpha):
        never = row.prevalence == 0
        used = f"nobody used category {row.category}" if never else f"only category {row.category} was used"
        return f"kappa and alpha not estimable: {used}"
    return "no interval: one document" if documents == 1 else ""


def _values(categories: tuple[str, ...], level: Level) -> Floats | None:
    if level in ("nominal", "ordinal"):
        return None
    keys = [order_of(category) for category in categories]
    faults = [f"{category!r}" for category, key in zip(categories, keys, strict=True) if key[0]]
    faults += [
        category
        for category, key in zip(categories, keys, strict=True)
        if level == "ratio" > key[2] and key[1] < 0
    ]
    if faults:
        allowed = "numbers" if level == "interval" else "numbers from 0"
        raise ValueError(f"found categories {', '.join(faults)}; allowed for level {level!r}: {allowed}")
    return np.array([key[1] for key in keys])


def _alike(weights: Weights, size: int) -> Any:
    """Return how much two categories agree, from 0 to 1 (Gwet 2014, section 3.5)."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    farthest = max(size - 1, 1)
    if weights == "identical":
        return np.eye(size)
    if weights == "ordinal":
        return 1 - apart * (apart + 1) / (farthest * (farthest + 1))
    return 1 - (apart / farthest) ** (1 if weights == "linear" else 2)


def _distances(coincidences: Floats, values: Floats | None, level: Level) -> Any:
    """Return squared distances of categories (Krippendorff 2019, section 12.3), (..., K, K)."""
    margins = coincidences.sum(axis=-1)
    if level == "nominal":
        return np.broadcast_to(1 - np.eye(margins.shape[-1]), coincidences.shape)
    if level == "ordinal":
        middle = np.cumsum(margins, axis=-1) - margins / 2
        return (middle[..., :, None] - middle[..., None, :]) ** 2
    assert values is not None
    apart, total = np.subtract.outer(values, values), np.add.outer(values, values)
    scaled = apart if level == "interval" else np.divide(apart, total, out=0 * apart, where=total > 0)
    return np.broadcast_to(scaled**2, coincidences.shape)


def _alpha(coincidences: Floats, values: Floats | None, level: Level) -> Any:
    distances = _distances(coincidences, values, level)
    margins = coincidences.sum(axis=-1)
    seen = (coincidences * distances).sum(axis=(-1, -2))
    expected = np.einsum("...c,...k,...ck->...", margins, margins, distances)
    return 1 - (margins.sum(axis=-1) - 1) * _ratio(seen, expected)


def _ratio(above: Any, below: Any) -> Any:
    """Divide; missing where there is nothing to divide by but for rounding."""
    below = np.broadcast_to(np.asarray(below, dtype=float), np.shape(above))
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.abs(below) > 1e-12)


def _coefficients(
    sums: list[Floats], alike: Floats, values: Floats | None, level: Level
) -> dict[str, Floats]:
    """Return coefficients of summed tallies, whose first axes are draws and codes."""
    units, paired, shares, matches, coincidences, crossed = sums
    size = len(alike)
    percent = _ratio((matches * alike).sum(axis=(-1, -2)), paired)
    use = _ratio(shares, units[..., None])
    by_fleiss = np.einsum("...c,...k,ck->...", use, use, alike)
    by_ac = alike.sum() * (use * (1 - use)).sum(axis=-1) / max(size * (size - 1), 1)
    number = crossed.sum(axis=(-1, -2))
    seen = _ratio((crossed * alike).sum(axis=(-1, -2)), number)
    first, second = (_ratio(crossed.sum(axis=axis), number[..., None]) for axis in (-1, -2))
    expected = np.einsum("...c,...k,ck->...", first, second, alike)
    kappas = _ratio(seen - expected, 1 - expected)
    there = ~np.isnan(kappas)
    return {
        "paired": paired,
        "prevalence": use,
        "percent": percent,
        "cohen": _ratio(np.where(there, kappas, 0).sum(axis=-1), there.sum(axis=-1)),
        "fleiss": _ratio(percent - by_fleiss, 1 - by_fleiss),
        "alpha": _alpha(coincidences, values, level),
        "ac": _ratio(percent - by_ac, 1 - by_ac),
        "fleiss_by_chance": by_fleiss,
        "ac_by_chance": by_ac,
    }


def alpha_bounds(
    tallies: Tallies, undetermined: Iterable[str], *, level: Level = "nominal"
) -> tuple[float, float]:
    """Return the least and the greatest alpha that units whose ratings are not known for certain leave open.

    Parameters
    ----------
    tallies : Tallies
        Of the units whose ratings are known, and one variable.
    undetermined : iterable of str
        For each other unit what its ratings may have been, as in ``"0,1,2 or 0,2"``.
    level : str
        As for `agreement`.

    Raises
    ------
    ValueError
        For several variables, categories that are not among those known (all at once), or more than 100,000
        ways in which the units can have been rated.

    Examples
    --------
    >>> from analysis.evidence.tallies import tallies_of_ratings
    >>> known = tallies_of_ratings(pd.DataFrame({"x": [0, 1, 2, 0], "y": [0, 1, 2, 0]}))
    >>> [round(end, 3) for end in alpha_bounds(known, ["0,1 or 1,1"])]
    [0.71, 1.0]
    """
    require_one_of("level", level, Level)
    require_one_of("number of variables", len(tallies.codes), [1])
    position = {category: number for number, category in enumerate(tallies.categories)}
    kinds = pd.Series(list(undetermined), dtype=object).value_counts()
    read = {kind: [way.strip().split(",") for way in str(kind).split(" or ")] for kind in kinds.index}
    odd = sorted({one for ways in read.values() for way in ways for one in way} - set(position))
    if odd:
        raise ValueError(f"found categories {', '.join(odd)}; allowed are {', '.join(position)}")
    count = prod(comb(int(n) + len(read[kind]) - 1, len(read[kind]) - 1) for kind, n in kinds.items())
    if count > _MOST_WAYS:
        raise ValueError(f"found {count} ways to rate the units; allowed: at most {_MOST_WAYS}")
    ways = [
        [
            sum(times * _met(way, position) for times, way in zip(split, read[kind], strict=True))
            for split in _splits(int(number), len(read[kind]))
        ]
        for kind, number in kinds.items()
    ]
    certain = tallies.coincidences.sum(axis=(0, 1))
    possible = np.stack([certain + sum(chosen) for chosen in product(*ways)])
    alpha = _alpha(possible, _values(tallies.categories, level), level)
    return float(np.nanmin(alpha)), float(np.nanmax(alpha))


def _met(ratings: Sequence[str], position: dict[str, int]) -> Floats:
    """Return the coincidences of one unit."""
    counts = np.bincount([position[one] for one in ratings], minlength=len(position)).astype(float)
    return (np.outer(counts, counts) - np.diag(counts)) / max(len(ratings) - 1, 1)


def _splits(number: int, ways: int) -> list[tuple[int, ...]]:
    """Return how a number of units can be spread over some ways of rating them."""
    if ways == 1:
        return [(number,)]
    return [(first, *rest) for first in range(number + 1) for rest in _splits(number - first, ways - 1)]


def disagreements(codings: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions coders did not agree on, to talk over: those most evenly split come first.

    Parameters
    ----------
    codings : DataFrame
        As for `tallies_of_codings`.

    Returns
    -------
    DataFrame
        ``document``, ``segment``, ``code``, ``applied`` and ``not_applied``: who did and who did not. The
        words of a segment are not in the tables, and so not here.

    Examples
    --------
    >>> rows = [("d", "s1", "x", "trust", 1), ("d", "s1", "y", "trust", 0), ("d", "s2", "x", "trust", 1)]
    >>> names = ["document_id", "segment_id", "coder_id", "code", "applied"]
    >>> disagreements(pd.DataFrame(rows, columns=names)).values.tolist()
    [['d', 's1', 'trust', 'x', 'y']]
    """
    keys = ["document_id", "segment_id", "code"]
    known = codings.dropna(subset=["applied"])
    divided = known[known.groupby(keys)["applied"].transform("nunique") > 1].sort_values([*keys, "coder_id"])
    sides = {
        name: divided[divided["applied"] == value].groupby(keys)["coder_id"].agg(list)
        for name, value in (("applied", 1), ("not_applied", 0))
    }
    frame = pd.DataFrame(sides, dtype=object).rename_axis(keys).reset_index()
    lopsided = frame["applied"].map(len).sub(frame["not_applied"].map(len)).abs()
    frame = frame.iloc[np.argsort(lopsided.to_numpy(dtype=int), kind="stable")].reset_index(drop=True)
    for name in sides:
        frame[name] = frame[name].map(", ".join)
    return frame.rename(columns={"document_id": "document", "segment_id": "segment"})
