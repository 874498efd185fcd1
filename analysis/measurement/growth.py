"""Change of people's measures over waves, by district: schools and people random, districts described.

Level and change of each district are fixed effects; a school may start and change otherwise than its
district, and a person lies above or below the school throughout. Two districts are not a sample of districts:
what is reported are their estimates and intervals, and no test of "district".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import t as t_distribution

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_one_of
from analysis.measurement.mixed_model import MixedModel, mixed_model
from analysis.result import Result

__all__ = ["Growth", "Shape", "growth"]

Shape: TypeAlias = Literal["linear", "free"]

_ALL = "all"


@dataclass(frozen=True, repr=False, eq=False)
class Growth(Result):
    """Levels and changes of measures, by district.

    Attributes
    ----------
    shape : {"linear", "free"}
        A straight line over the waves' numbers, or every wave as it is.
    levels : DataFrame
        ``district``, ``wave``, ``estimate``, ``standard_error``, ``lower``, ``upper``: the mean of a school
        that is typical of its district.
    changes : DataFrame
        ``district``, ``wave`` and the same: change from the first wave to this one.
    contrasts : DataFrame
        ``district``, ``against``, ``wave`` and the same: how much more the first changed than the second.
    fit : MixedModel
        With the variances between schools, people and what is left.
    people, movers, schools : int
        Movers answered in several schools; they count as somebody else in each.
    """

    shape: Shape
    levels: pd.DataFrame
    changes: pd.DataFrame
    contrasts: pd.DataFrame
    fit: MixedModel
    people: int
    movers: int
    schools: int

    def tidy(self) -> pd.DataFrame:
        """Return one row per district and wave."""
        return self.levels

    def summary(self) -> str:
        """Return each district's change to the last wave as a sentence."""
        last = self.changes[self.changes["wave"] == self.changes["wave"].max()]
        told = "; ".join(
            f"{row['district']} {row['estimate']:+.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
            for _, row in last.iterrows()
        )
        return (
            f"change from the first to the last wave: {told} ({self.people} people in {self.schools} schools)"
        )


def growth(
    measures: pd.DataFrame,
    *,
    measure: str = "measure",
    wave: str = "wave",
    person: str | None = "actor_id",
    school: str = "organization_id",
    district: str | None = None,
    role: str | None = None,
    mix: Mapping[str, float] | None = None,
    shape: Shape = "linear",
    level: float = 0.95,
) -> Growth:
    """Return level and change of a measure over waves, for each district.

    Parameters
    ----------
    measures : DataFrame
        A row per person and wave; a row without a measure or a school is left out.
    measure, wave, school : str
        Names of columns; waves are numbers (years).
    person : str, optional
        Who it is, over waves; None where that is not known.
    district : str, optional
        None: all schools are one.
    role : str, optional
        Column of people's roles, whose effects are the same everywhere: levels are those of one mix of roles,
        whoever answered.
    mix : mapping of str to float, optional
        Share of each role; by default that of all rows.
    shape : {"linear", "free"}
        With "linear", schools also change at different rates.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        When a column is lacking, waves are no numbers, somebody has two measures in one wave and school, or
        the mix has other roles than the rows or shares that do not make one.
    NotEstimable
        With everything that is wrong: fewer than two waves, a wave of one school (of a district), a district
        of one school, nobody measured twice; or as `mixed_model`.

    Notes
    -----
    Errors of the single measures are part of the residual: they widen intervals and bias nothing. Intervals
    are Student's, with the schools less the districts: with two dozen schools normal ones are too short.

    Examples
    --------
    >>> rows = [(wave, school + person, school, wave * 0.5 + shift + 0.1 * (wave * ord(person) % 3))
    ...         for school, shift in (("s", 0.0), ("t", 1.0), ("u", 0.4)) for person in "abcd"
    ...         for wave in (1, 2, 3)]
    >>> frame = pd.DataFrame(rows, columns=["wave", "actor_id", "organization_id", "measure"])
    >>> growth(frame, shape="free").changes[["wave", "estimate"]].round(3).values.tolist()
    [[2.0, 0.525], [3.0, 0.9]]
    """
    require_one_of("shape", shape, Shape)
    wanted = [name for name in (measure, wave, person, school, district, role) if name is not None]
    lacking = [name for name in wanted if name not in measures.columns]
    if lacking:
        raise ValueError(f"found no column {', '.join(lacking)}; allowed: {', '.join(wanted)}")
    frame = measures[wanted].dropna().reset_index(drop=True)
    if not pd.api.types.is_numeric_dtype(frame[wave]):
        raise ValueError(f"found waves such as {frame[wave].iloc[0]!r}; allowed: numbers")
    frame["district"] = frame[district].astype(str) if district else _ALL
    if person and (twice := int(frame.duplicated([wave, person, school]).sum())):
        raise ValueError(f"found {twice} second measures of a person in a wave and school; allowed: one")
    _require_enough(frame, wave, person, school)
    waves = sorted(frame[wave].unique())
    districts = sorted(frame["district"].unique())
    time = frame[wave].to_numpy(dtype=float) - float(waves[0])
    design, cells = _design(frame, wave, waves, districts, time, shape)
    if role:
        away = _roles(frame[role].astype(str), mix)
        design = design.join(away)
        cells = {key: np.append(parts, np.zeros(away.shape[1])) for key, parts in cells.items()}
    between = pd.DataFrame({"start": np.ones(len(frame))})
    if shape == "linear":
        between["change"] = time
    fit = mixed_model(
        frame[measure],
        design,
        frame[school],
        between=between,
        components={"person": frame[person]} if person else None,
        level=level,
    )
    keys = [(name, at) for name in districts for at in waves]
    first = {name: cells[name, waves[0]] for name in districts}
    moves = {(name, at): cells[name, at] - first[name] for name, at in keys if at != waves[0]}
    pairs = {
        (one, other, at): moves[one, at] - moves[other, at]
        for one, other in combinations(districts, 2)
        for at in waves[1:]
    }
    people = frame[person].nunique() if person else len(frame)
    degrees = int(frame[school].nunique()) - len(districts)
    return Growth(
        shape=shape,
        levels=_estimates(fit, cells, ["district", "wave"], degrees),
        changes=_estimates(fit, moves, ["district", "wave"], degrees),
        contrasts=_estimates(fit, pairs, ["district", "against", "wave"], degrees),
        fit=fit,
        people=int(people),
        movers=int((frame.groupby(person)[school].nunique() > 1).sum()) if person else 0,
        schools=int(frame[school].nunique()),
    )


def _require_enough(frame: pd.DataFrame, wave: str, person: str | None, school: str) -> None:
    faults = []
    if frame[wave].nunique() < 2:
        faults.append(f"{frame[wave].nunique()} waves, where two are needed")
    schools = frame.groupby(["district", wave])[school].nunique().unstack(wave, fill_value=0)
    for place, row in schools.iterrows():
        told = "" if place == _ALL else f" of {place}"
        faults += [f"wave {at}{told} with {count} schools" for at, count in row.items() if count < 2]
    if person and not frame.duplicated([person, school]).any():
        faults.append("nobody measured twice, so that people cannot be told from error")
    if faults:
        raise NotEstimable(f"found {'; '.join(faults)}; needed: two schools in each wave")


def _design(
    frame: pd.DataFrame, wave: str, waves: list[float], districts: list[str], time: Floats, shape: Shape
) -> tuple[pd.DataFrame, dict[tuple[str, float], Floats]]:
    """Return the fixed effects, and what each district's level in each wave is made of."""
    columns: dict[str, Floats] = {}
    made: dict[tuple[str, float], dict[str, float]] = {}
    for name in districts:
        own = np.where(frame["district"] == name, 1.0, 0.0)
        if shape == "linear":
            columns[f"{name}: start"], columns[f"{name}: change"] = own, own * time
        for at in waves:
            if shape == "linear":
                made[name, at] = {f"{name}: start": 1.0, f"{name}: change": float(at - waves[0])}
            else:
                columns[f"{name}: {at}"] = np.where(frame[wave] == at, own, 0.0)
                made[name, at] = {f"{name}: {at}": 1.0}
    return pd.DataFrame(columns), {
        key: np.array([parts.get(column, 0.0) for column in columns]) for key, parts in made.items()
    }


def _roles(roles: pd.Series, mix: Mapping[str, float] | None) -> pd.DataFrame:
    """Return a column per role but the first: being of that role, less the role's share in the mix."""
    shares = pd.Series(mix if mix is not None else roles.value_counts(normalize=True), dtype=float)
    names = sorted(roles.unique())
    if set(shares.index) != set(names) or abs(shares.sum() - 1) > 1e-9 or (shares < 0).any():
        found = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ValueError(f"found a mix of {found}; allowed: shares of {', '.join(names)} that make one")
    return pd.DataFrame({f"role {name}": (roles == name) - shares[name] for name in names[1:]}, dtype=float)


def _estimates(
    fit: MixedModel,
    sums: dict[tuple[str, float], Floats] | dict[tuple[str, str, float], Floats],
    names: list[str],
    degrees: int,
) -> pd.DataFrame:
    """Return sums of fixed effects with their intervals, under the names of what they stand for."""
    effects, spread = fit.fixed["estimate"].to_numpy(), fit.covariance.to_numpy()
    reach = float(t_distribution.ppf((1 + fit.level) / 2, degrees))
    rows = []
    for key, parts in sums.items():
        estimate, error = float(parts @ effects), float(np.sqrt(parts @ spread @ parts))
        rows.append((*key, estimate, error, estimate - reach * error, estimate + reach * error))
    return pd.DataFrame(rows, columns=[*names, "estimate", "standard_error", "lower", "upper"])
