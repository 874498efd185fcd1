"""Schools side by side: their network, what their members believe together, and what comes of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.finding import row_of, smallest_group
from analysis.measurement.mediation import Mediation, mediation
from analysis.measurement.scales import scale_scores
from analysis.resampling.correlation import correlation
from analysis.resampling.least_squares import least_squares
from analysis.resampling.many_tests import holm
from analysis.resampling.power import correlation_power
from analysis.resampling.robustness import robustness
from analysis.result import Result
from analysis.tables.package import Relation
from analysis.ties.centralisation import centralisation
from analysis.ties.groups import within_groups
from analysis.ties.overview import panels_of
from analysis.ties.panel import Panel
from analysis.whom import Group, heads, tie

__all__ = [
    "NETWORK",
    "SchoolsCompared",
    "bias_needed",
    "efficacy_association",
    "efficacy_by_school",
    "efficacy_mediation",
    "everybody_in",
    "people_of_schools",
    "power_of_schools",
]

NETWORK = ("density", "centralisation")
"""Of ties within a school: ties ÷ possible ties; in-degree centralisation among those who answered."""
_FEWEST = 2


@dataclass(frozen=True, repr=False, eq=False)
class SchoolsCompared(Result):
    """Network and score of each school.

    Attributes
    ----------
    frame : DataFrame
        Index `organization_id`; ``members``, ``density``, ``centralisation``, ``answered`` (people with a
        score), ``score`` (their mean), ``error`` (variance of that mean: the pooled variance within schools ÷
        people), and ``outcome`` where there is one.
    people : DataFrame
        Of each cell of `frame` the groups it can be computed back to: of a school's network the ties within
        it too; of a score the smallest of its members, those with a score, and who is in one of the two only.
    everybody : frozenset
        All of them.
    """

    frame: pd.DataFrame
    people: pd.DataFrame
    everybody: Group

    def summary(self) -> str:
        """Return what is known of how many schools."""
        return f"{len(self.frame)} schools with ties among members and two scores or more"

    def tidy(self) -> pd.DataFrame:
        """Return a row for each school."""
        return self.frame


def people_of_schools(found: SchoolsCompared | NotEstimable) -> pd.DataFrame | list[Group]:
    """Return whom each cell rests on; nobody where there is none."""
    return [] if isinstance(found, NotEstimable) else found.people


def everybody_in(found: SchoolsCompared | NotEstimable) -> Group:
    """Return whom a number over all schools rests on; nobody where there is none."""
    return frozenset() if isinstance(found, NotEstimable) else found.everybody


def efficacy_by_school(
    tables: Mapping[str, pd.DataFrame],
    relations: Iterable[Relation] = (),
    *,
    score: str,
    relation: str = "",
    filled: str = "",
    outcome: str = "",
) -> SchoolsCompared:
    """Set each school's network beside its members' mean score, in the last wave that has each.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, waves and ties; items and responses, or a score as an attribute of actors; measures.
    relations : iterable of Relation
        What the dataset declares of its relations.
    score : str
        A scale, or a column of actors.
    relation : str
        Which ties; empty: the first.
    filled : str
        A column of actors that marks scores filled in before publication, which are left out.
    outcome : str
        A measure of organisations; empty: none.

    Returns
    -------
    SchoolsCompared
        Schools of two members or more who could be tied, with two scores or more.

    Raises
    ------
    NotEstimable
        Where there are no ties, no such score or measure, or fewer than two such schools.
    """
    panels = panels_of(tables, relations) if len(tables.get("ties", ())) else {}
    chosen = relation or next(iter(panels), "")
    if chosen not in panels or "organization_id" not in tables["actors"]:
        raise NotEstimable(f"found no ties{f' of {relation}' if relation else ''} within known organisations")
    scores = _scores(tables, score, filled)
    frame, people, ties = _networks(panels[chosen])
    home = tables["actors"].set_index("actor_id")["organization_id"].reindex(scores.index)
    by_school = scores.groupby(home.to_numpy(dtype=object))
    size, within = by_school.size(), by_school.var(ddof=1)
    freedom = (size - 1).clip(lower=0)
    pooled = float((within.fillna(0) * freedom).sum() / freedom.sum()) if freedom.sum() else np.nan
    frame = frame.join(pd.DataFrame({"answered": size, "score": by_school.mean(), "error": pooled / size}))
    if outcome:
        frame["outcome"] = _outcome(tables, outcome).reindex(frame.index)
    kept = (frame["answered"] >= _FEWEST) & frame["density"].notna()
    if kept.sum() < _FEWEST:
        raise NotEstimable(f"found {int(kept.sum())} schools with ties and scores; needed: two")
    scored = frozenset(scores.index)
    cells = [
        {
            "members": heads(group),
            **{name: [group, inside] for name in NETWORK},
            "answered": heads(group & scored),
            **dict.fromkeys(
                ("score", "error", "outcome"), frozenset(smallest_group([group, group & scored]))
            ),
        }
        for group, inside, there in zip(people, ties, kept, strict=True)
        if there
    ]
    frame = frame[kept].astype({"answered": int})
    behind = pd.DataFrame(cells, index=frame.index, columns=frame.columns, dtype=object)
    members = [group for group, there in zip(people, kept, strict=True) if there]
    return SchoolsCompared(frame, behind, frozenset[Hashable]().union(*members))


def _scores(tables: Mapping[str, pd.DataFrame], score: str, filled: str) -> pd.Series:
    actors = tables["actors"].set_index("actor_id")
    if "items" in tables and "responses" in tables and score in set(tables["items"]["scale"]):
        found = scale_scores(tables)
        found = found[found["scale"] == score]
        last = found[found["wave"] == found["wave"].max()]
        return pd.Series(last["score"].to_numpy(dtype=float), index=pd.Index(last["actor_id"]))
    if score not in actors:
        raise NotEstimable(f"found no scale and no attribute of people named {score!r}")
    values = pd.to_numeric(actors[score], errors="coerce").astype(float)
    if filled:
        values = values[pd.to_numeric(actors[filled], errors="coerce").ne(1)]
    return values.dropna()


def _networks(panel: Panel) -> tuple[pd.DataFrame, list[Group], list[Group]]:
    """Return each school's network, its people, and the ties among them."""
    wave = panel.waves[-1]
    place = len(panel.waves) - 1
    matrix = panel.matrix(wave)
    homes = np.array([home or "" for home in panel.homes], dtype=object)
    there = panel.present[place] & (homes != "")
    frame = within_groups(matrix[np.ix_(there, there)], homes[there].tolist())[["members", "density"]]
    central: list[float] = []
    people: list[Group] = []
    ties: list[Group] = []
    tied = np.nan_to_num(matrix) != 0
    actors = np.array(panel.actors, dtype=object)
    for school in frame.index:
        own = there & (homes == school)
        heard = own & panel.answered[place]
        central.append(centralisation(matrix[np.ix_(heard, heard)], "in_degree"))
        people.append(frozenset(actors[own]))
        pairs = np.argwhere(tied & own[:, None] & own[None, :])
        ties.append(frozenset(tie(actors[i], actors[j], panel.relation, str(wave)) for i, j in pairs))
    return frame.assign(centralisation=central).rename_axis("organization_id"), people, ties


def _outcome(tables: Mapping[str, pd.DataFrame], outcome: str) -> pd.Series:
    measures = tables.get("measures", pd.DataFrame({"measure": [], "wave": []}))
    own = measures[measures["measure"] == outcome]
    if own.empty:
        raise NotEstimable(f"found no measure named {outcome!r}")
    last = own[own["wave"] == own["wave"].max()]
    return pd.Series(last["value"].to_numpy(dtype=float), index=pd.Index(last["organization_id"]))


def efficacy_association(found: SchoolsCompared, *, replicates: int, seed: int) -> pd.DataFrame:
    """Regress schools' mean score on density and centralisation together.

    Parameters
    ----------
    found : SchoolsCompared
    replicates, seed : int
        Permutations and bootstrap samples of each correlation.

    Returns
    -------
    DataFrame
        Index `NETWORK`; ``estimate`` (change of the score for a change of 1), ``standard_error``, ``lower``,
        ``upper``, ``p``, ``p_holm`` (both counted); ``correlation`` of this measure alone (Pearson) with
        ``p_alone`` by permutation; ``units``.

    Raises
    ------
    NotEstimable
        As `least_squares` and `correlation`.
    """
    frame = found.frame
    fit = least_squares(frame["score"], frame[list(NETWORK)])
    alone = {
        name: correlation(frame[name], frame["score"], kind="pearson", replicates=replicates, seed=seed)
        for name in NETWORK
    }
    terms = fit.terms.loc[list(NETWORK)]
    return terms.assign(
        p_holm=holm(terms["p"].to_numpy()),
        correlation=[one.estimate for one in alone.values()],
        p_alone=[one.p for one in alone.values()],
        units=fit.units,
    )


def bias_needed(association: pd.DataFrame) -> pd.DataFrame:
    """Return how much of the association of density bias would have to make up, or to hide.

    Parameters
    ----------
    association : DataFrame
        As from `efficacy_association`.

    Returns
    -------
    DataFrame
        The row ``density``: ``excludes_zero``, ``threshold``, ``share``, ``cases``, ``impact``,
        ``correlation``, as in `Robustness`.
    """
    row = row_of(association, "density")
    held = robustness(row["estimate"], row["standard_error"], int(row["units"]), len(NETWORK) - 1)
    frame = held.tidy()[["excludes_zero", "threshold", "share", "cases", "impact", "correlation"]]
    return frame.set_axis(pd.Index(["density"], name="term"))


def power_of_schools(units: int, correlations: Iterable[float] = (0.1, 0.3, 0.5, 0.7)) -> pd.DataFrame:
    """Return how often this number of schools finds correlations of several sizes, at .05.

    Returns
    -------
    DataFrame
        Index `correlation`; ``power``.

    Examples
    --------
    >>> power_of_schools(15).round(2)["power"].to_dict()
    {0.1: 0.06, 0.3: 0.19, 0.5: 0.48, 0.7: 0.85}
    """
    rows = {value: correlation_power(value, units) for value in correlations}
    return pd.DataFrame({"power": rows}).rename_axis("correlation")


def efficacy_mediation(found: SchoolsCompared, *, draws: int, seed: int) -> Mediation:
    """Ask whether density goes with an outcome through the schools' mean score; schools are resampled.

    Centralisation is held constant, and the error of each mean is taken away; see `mediation`.

    Raises
    ------
    NotEstimable
        Where no outcome was named, or as `mediation`.
    """
    frame = found.frame
    if "outcome" not in frame:
        raise NotEstimable("found no outcome of schools")
    return mediation(
        frame["density"],
        frame["score"],
        frame["outcome"],
        covariates=frame[["centralisation"]],
        error_variance=frame["error"],
        draws=draws,
        seed=seed,
    )
