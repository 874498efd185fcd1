"""Do the intervals of the page on network health hold what the twin of two districts was made with?

Hundreds of twins: as made, where silence depends on the role alone, and with a slope, where those who would
answer low are silent more often. What a parameter does not give in closed form (alpha, how an outcome goes
with the lowest domain and with the mean) is taken from one large twin of the same parameters in which
everybody answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.network_health import (
    common_mix,
    growth_by_scale,
    growth_table,
    member_scores,
)
from analysis.measurement.scale_reliability import alpha_in_schools, homes_of
from analysis.measurement.scales import scale_answers
from analysis.measurement.silence import asked_people, response_rates, silence_bounds
from analysis.measurement.weak_link import lowest_domain, lowest_or_mean_table
from analysis.parallel import replicated
from analysis.sources.two_districts import DISTRICTS, grown
from analysis.validations.records import banded

__all__ = ["SILENCE", "coverage", "held_by_kind", "intervals_of", "large_twin", "twin_intervals"]

# Log odds of silence for each point that somebody would answer lower.
SILENCE = {"as made": 0.0, "low answers silent": 1.5}
_DRAWS = 1000
_KEYS = ["silence", "kind", "scale", "where"]


def _named(parameters: Mapping[str, Any], kind: str) -> list[str]:
    return [name for name, scale in parameters["scales"].items() if scale["kind"] == kind]


def _truths(parameters: Mapping[str, Any], scale: str, district: str) -> dict[str, float]:
    """Return level in the first and last wave, and change between, as the twin was made."""
    start, change = parameters["scales"][scale][district]
    years = len(parameters["waves"]) - 1
    return {"first": start, "last": start + years * change, "change": years * change}


def _derived(
    parameters: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], scores: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Return alpha by scale and wave, and what the lowest domain says beyond the mean, with intervals."""
    rows, homes = [], homes_of(tables)
    for scale in parameters["scales"]:
        for wave, own in scale_answers(tables, scale).groupby(level="wave"):
            found = alpha_in_schools(own, homes)
            rows.append(("alpha", scale, str(wave), found.alpha, found.lower, found.upper))
    domains, outcomes = _named(parameters, "domain"), _named(parameters, "outcome")
    compared = lowest_or_mean_table(scores, domains, outcomes, draws=_DRAWS, seed=seed)
    if isinstance(compared, NotEstimable):
        raise compared
    rows += [
        ("lowest less mean", str(name), "all", *row)
        for name, row in zip(
            compared.index, compared[["difference", "lower", "upper"]].to_numpy().tolist(), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=[*_KEYS[1:], "estimate", "lower", "upper"])


def large_twin(parameters: Mapping[str, Any], schools: int, seed: int) -> pd.DataFrame:
    """Return what no parameter says outright, from large twins of so many schools a district.

    Returns
    -------
    DataFrame
        index kind, scale, where; ``truth``: of "alpha" and "lowest less mean" where everybody answers, of
        "answered" (the share of each role) where silence is as in the parameters.
    """
    roles = {name: {**of, "silent": 1e-9} for name, of in parameters["roles"].items()}
    large = {**parameters, "schools": schools, "documents": {**parameters["documents"], "each_year": 0}}
    tables = grown({**large, "roles": roles, "silence_slope": 0.0}, seed).tables
    derived = _derived(parameters, tables, member_scores(tables), seed)
    truth = derived.set_index(_KEYS[1:])["estimate"].rename("truth")
    rates, _ = response_rates(asked_people(grown(large, seed).tables), ["role"])
    keys = [("answered", "all", str(role)) for role in rates.index]
    index = pd.MultiIndex.from_tuples(keys, names=_KEYS[1:])
    shares = pd.Series(rates["share"].to_numpy(), index=index, name="truth")
    found: pd.DataFrame = pd.concat([truth, shares]).to_frame()
    return found


def twin_intervals(
    parameters: Mapping[str, Any], known: pd.DataFrame, generator: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Grow one twin and return what `intervals_of` says of it."""
    tables = grown(parameters, int(generator.integers(2**32))).tables
    return intervals_of(parameters, tables, known, seed=int(generator.integers(2**32)))


def intervals_of(
    parameters: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    known: pd.DataFrame,
    *,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a twin's intervals beside the truth, and which domain is named as the lowest.

    Parameters
    ----------
    parameters : mapping
        It was made with.
    tables : mapping of str to DataFrame
        Of the twin.
    known : DataFrame
        As from `large_twin`.
    seed : int
        Starts the draws of schools.

    Returns
    -------
    intervals : DataFrame
        ``kind``, ``scale``, ``where`` (district, wave, role), ``truth``, ``estimate``, ``lower``, ``upper``.
        Kinds: level in the first and last wave, change, contrast (how much more the first district changed),
        share who answered, extreme silence (best and worst case of the last wave), alpha, lowest less mean.
    lowest : DataFrame
        ``district``, ``wave``, ``share`` of draws in which the domain named was the lowest, ``right``.
    """
    scores, asked = member_scores(tables), asked_people(tables)
    waves = [wave[0] for wave in parameters["waves"]]
    found = growth_by_scale(scores, common_mix(asked))
    rows: list[tuple[str, str, str, float, float, float, float]] = []
    levels, changes, contrasts = (_table(found, what) for what in ("levels", "changes", "contrasts"))
    ranges = tables["items"].groupby("scale")[["minimum", "maximum"]].first()
    bounds, _ = silence_bounds(scores, asked, ranges, waves[-1])
    for scale in parameters["scales"]:
        truths = {name: _truths(parameters, scale, name) for name in DISTRICTS}
        for name, truth in truths.items():
            ends = zip(("first level", "last level"), ("first", "last"), (waves[0], waves[-1]), strict=True)
            for kind, key, wave in ends:
                rows.append((kind, scale, name, truth[key], *_row(levels, scale, name, wave)))
            rows.append(("change", scale, name, truth["change"], *_row(changes, scale, name)))
            extreme = _row(bounds[["weighted", "lowest", "highest"]], scale, name)
            rows.append(("extreme silence", scale, name, truth["last"], *extreme))
        apart = truths[DISTRICTS[0]]["change"] - truths[DISTRICTS[1]]["change"]
        rows.append(("contrast", scale, "both", apart, *_row(contrasts, scale, *DISTRICTS)))
    rates, _ = response_rates(asked, ["role"])
    for role, of in parameters["roles"].items():
        # With a slope the parameter is the chance in the middle of the scale, not that of the role.
        truth = (
            known.loc[("answered", "all", role), "truth"] if parameters["silence_slope"] else 1 - of["silent"]
        )
        rows.append(("answered", "all", role, truth, *rates.loc[role, ["share", "lower", "upper"]]))
    frame = pd.DataFrame(rows, columns=[*_KEYS[1:], "truth", "estimate", "lower", "upper"])
    derived = _derived(parameters, tables, scores, seed).join(known, on=_KEYS[1:])
    return pd.concat([frame, derived], ignore_index=True), _lowest(parameters, scores, seed)


def _row(table: pd.DataFrame, *key: object) -> list[float]:
    return [float(value) for value in table.iloc[table.index.get_loc(key)]]  # type: ignore[arg-type]


def _table(found: Mapping[str, Any], what: str) -> pd.DataFrame:
    table = growth_table(found, what)
    if isinstance(table, NotEstimable):
        raise table
    return table


def _lowest(parameters: Mapping[str, Any], scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    domains = _named(parameters, "domain")
    shares = lowest_domain(scores, domains, draws=_DRAWS, seed=seed)
    first = parameters["waves"][0][0]
    rows = []
    for (district, wave), row in zip(shares.index, shares.to_dict("records"), strict=True):
        level = {name: np.dot(parameters["scales"][name][district], (1, wave - first)) for name in domains}
        named = max(row, key=row.__getitem__)
        rows.append((district, wave, row[named], named == min(level, key=level.__getitem__)))
    return pd.DataFrame(rows, columns=["district", "wave", "share", "right"])


def coverage(
    parameters: Mapping[str, Any],
    *,
    schools: int,
    seeds: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how often each interval holds its truth, and how often the lowest domain is named rightly.

    Parameters
    ----------
    parameters : mapping
        Of the twin; its slope of silence is set to each of `SILENCE`.
    schools : int
        Of `large_twin`.
    seeds, seed, workers, told
        As for `replicated`.

    Returns
    -------
    covered : DataFrame
        index silence, kind, scale, where; ``truth``, ``mean`` (of estimates), and the count with its 99 %
        band as from `banded`; best and worst case are no 95 % interval, and should always hold.
    lowest : DataFrame
        index silence, district, wave; ``twins``, ``right``, ``sure`` (twins in which 95 of 100 draws name one
        domain), ``sure_right``.
    """
    intervals, named = [], []
    for silence, slope in SILENCE.items():
        made = {**parameters, "silence_slope": slope}
        task = partial(twin_intervals, made, large_twin(made, schools, seed))
        words = told and f"{told}, {silence}"
        found = replicated(task, seeds, seed=seed, workers=workers, told=words)
        intervals += [own.assign(silence=silence) for own, _ in found]
        named += [own.assign(silence=silence) for _, own in found]
    every = pd.concat(intervals)
    every["held"] = (every["lower"] <= every["truth"]) & (every["truth"] <= every["upper"])
    covered = {
        key: {"truth": own["truth"].iloc[0], "mean": own["estimate"].mean()}
        | banded(int(own["held"].sum()), len(own), 1.0 if key[1] == "extreme silence" else 0.95)
        for key, own in every.groupby(_KEYS, sort=False)
    }
    lowest = pd.concat(named).assign(twins=1, sure=lambda own: own["share"] >= 0.95)
    lowest["sure_right"] = lowest["sure"] & lowest["right"]
    counted = lowest.groupby(["silence", "district", "wave"], sort=False)
    frame = pd.DataFrame([*covered.values()], index=pd.MultiIndex.from_tuples(covered, names=_KEYS))
    return frame, counted[["twins", "right", "sure", "sure_right"]].sum()


def held_by_kind(covered: pd.DataFrame, levels: Sequence[str] = ("silence", "kind")) -> pd.DataFrame:
    """Return, a row per kind of parameter, how the intervals hold.

    Parameters
    ----------
    covered : DataFrame
        As from `coverage`, or `district_documents.document_coverage`.
    levels : sequence of str
        Of its index, which make a kind.

    Returns
    -------
    DataFrame
        index as the levels; ``parameters``, ``least_held`` and ``most_held`` (of the parameters), ``share``
        (held, of all), ``below`` and ``above`` (parameters outside the band), ``away`` (largest distance of a
        mean estimate from the truth).
    """
    frame = covered.assign(
        below=covered["held"] < covered["least"],
        above=covered["held"] > covered["most"],
        away=(covered["mean"] - covered["truth"]).abs(),
    )
    grouped = frame.groupby(level=[*levels], sort=False)
    return pd.DataFrame(
        {
            "parameters": grouped.size(),
            "share": grouped["held"].sum() / grouped["twins"].sum(),
            "least_held": grouped["held"].min(),
            "most_held": grouped["held"].max(),
            "below": grouped["below"].sum(),
            "above": grouped["above"].sum(),
            "away": grouped["away"].max(),
        }
    )
