"""What the pages on actor-oriented models tell, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.checks import NotEstimable
from analysis.finding import Finding, and_list, key_of, p_in_words, percent, row_of, slug
from analysis.ties.findings import ENOUGH_KEPT

__all__ = [
    "beside_findings",
    "model_findings",
    "readiness_findings",
    "software_findings",
    "together_findings",
    "validation_findings",
]

_SURE = 0.05
_RATE = "rate (period"


def readiness_findings(ready: pd.DataFrame, relation: str) -> list[Finding]:
    """Say why a relation cannot be followed from wave to wave, or what to be careful about.

    Parameters
    ----------
    ready : DataFrame
        As from `readiness`, recorded as the table ``ready``; `ENOUGH_KEPT` as ``mark.jaccard``.
    relation : str
        Which one.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("trust", "1 to 3")], names=["relation", "waves"])
    >>> ready = pd.DataFrame({"jaccard": [0.0819], "note": ["too much changed at once"]}, index=index)
    >>> readiness_findings(ready, "trust")[0].sentence.split(":")[0]
    'No actor-oriented model can follow trust from wave 1 to 3'
    """
    found: list[Finding] = []
    for index, row in ready[ready.index.get_level_values("relation") == relation].iterrows():
        name, waves = index if isinstance(index, tuple) else (relation, str(index))
        note = str(row.get("note") or "")
        keys = key_of("ready", name, waves, "jaccard"), "mark.jaccard"
        if note == "one wave only":
            sentence = f"{str(name).capitalize()} was asked in one wave: there is no change to model."
            found.append(Finding("one-wave", sentence, (key_of("ready", name, waves, "people"),)))
        elif row["jaccard"] < ENOUGH_KEPT:
            sentence = (
                f"No actor-oriented model can follow {name} from wave {waves}: too few ties lasted (Jaccard "
                f"index {row['jaccard']:.3f}; the model needs {ENOUGH_KEPT:.1f}). Regress the later wave "
                "on the earlier one (MRQAP), or model formation and persistence apart, as the page on help "
                "networks does."
            )
            found.append(Finding(f"moved.{slug(waves)}", sentence, keys))
            continue
        if "few people" in note:
            people = key_of("ready", name, waves, "people")
            sentence = (
                f"Only {row['people']:.0f} people answered in both waves ({waves}): with so few, estimates "
                "are unsure and may not converge."
            )
            found.append(Finding(f"few.{slug(waves)}", sentence, (people,)))
        if "many answers missing" in note:
            missing = key_of("ready", name, waves, "missing")
            sentence = (
                f"From wave {waves}, {percent(row['missing'])} of possible {name} ties were not observed "
                "both times. The model fills them in as it runs; the fit does not rest on them."
            )
            found.append(Finding(f"missing.{slug(waves)}", sentence, (missing,)))
    return found


def model_findings(
    estimates: pd.DataFrame | NotEstimable,
    heterogeneity: pd.DataFrame | NotEstimable,
    lacking: pd.DataFrame | NotEstimable,
    fits: pd.DataFrame | NotEstimable,
) -> list[Finding]:
    """Say what moves ties, whether it is the same in all periods, and what the model does not give.

    Parameters
    ----------
    estimates, heterogeneity, lacking, fits : DataFrame or NotEstimable
        As from `estimates_table`, `parts_of_test` (change over time; effects left out) and `fit_table`,
        recorded as the tables ``estimates`` and ``odds``, ``over-time``, ``left-out`` and ``fit``.
    """
    if isinstance(estimates, NotEstimable):
        return []
    found: list[Finding] = []
    effects = estimates[~estimates.index.str.startswith(_RATE)].drop("outdegree (density)", errors="ignore")
    sure = effects[effects["p"] < _SURE]
    told = [
        f"{row['of']} (by {row['odds_ratio']:.2f})"
        for row in sure.sort_values("p").head(3).to_dict("records")
    ]
    if told:
        keys = tuple(key_of("odds", name, "odds_ratio") for name in sure.sort_values("p").head(3).index)
        sentence = f"What multiplies the odds of a tie: {and_list(told)}."
        found.append(Finding("moves", sentence, keys))
    unsure = effects[~(effects["p"] < _SURE)]
    if len(unsure):
        names = [str(name) for name in unsure.index]
        keys = tuple(key_of("estimates", name, "p") for name in names)
        sentence = f"Not clearly different from zero: {and_list(names)}."
        found.append(Finding("unsure", sentence.replace("3-cycles", "cycles of three"), keys))
    if isinstance(heterogeneity, pd.DataFrame):
        p = float(row_of(heterogeneity, "all")["p"])
        told_of = "differ between periods" if p < _SURE else "do not clearly differ between periods"
        sentence = f"Effects {told_of} ({p_in_words(p)})."
        found.append(Finding("over-time", sentence, (key_of("over-time", "all", "p"),)))
    if isinstance(lacking, pd.DataFrame):
        parts = lacking.drop("all")
        p = float(parts["p"].min())
        name = str(parts["p"].idxmin())
        end = "would add most and is worth adding" if p < _SURE else "would add most, but not clearly"
        sentence = f"Of the effects left out, {name.replace('3-', 'three-')} {end} ({p_in_words(p)})."
        found.append(Finding("left-out", sentence, (key_of("left-out", name, "p"),)))
    if isinstance(fits, pd.DataFrame):
        bad = [str(name) for name in fits.index[fits["p"] < _SURE]]
        keys = tuple(key_of("fit", name, "p") for name in (bad or fits.index))
        sentence = (
            f"Networks drawn from the model differ from the observed ones in {and_list(bad)}."
            if bad
            else f"Networks drawn from the model look like the observed ones in {and_list(list(fits.index))}."
        )
        found.append(Finding("fit", sentence, keys))
    return found


def beside_findings(beside: pd.DataFrame | NotEstimable, signs: dict[str, int]) -> list[Finding]:
    """Say where the actor-oriented and the separable model agree in sign.

    Parameters
    ----------
    beside : DataFrame or NotEstimable
        As from `beside_separable`.
    signs : dict of str to int
        Recorded under ``signs``: ``same`` and ``compared`` rows of it.
    """
    if isinstance(beside, NotEstimable) or not signs.get("compared"):
        return []
    apart = beside[beside["same_sign"] == 0].index.get_level_values("term").unique()
    end = f" They differ on {and_list([str(name) for name in apart])}." if len(apart) else ""
    sentence = (
        f"In {signs['same']} of {signs['compared']} comparisons the separable model has the same sign as "
        f"this one.{end.replace('3-cycles', 'cycles of three')}"
    )
    return [Finding("signs", sentence, ("signs.same", "signs.compared"))]


def software_findings(tables: dict[str, pd.DataFrame]) -> list[Finding]:
    """Say how far two programs' estimates of several models are apart at most.

    Parameters
    ----------
    tables : dict of str to DataFrame
        By the key under which each is recorded, as from `beside_software`.
    """
    found = []
    for key, table in tables.items():
        name = str(table["apart"].abs().idxmax())
        row = row_of(table, name)
        ratio = str((table["error_ratio"] - 1).abs().idxmax())
        sentence = (
            f"{key.capitalize()} model: every estimate is within {abs(row['apart']):.3f} standard errors of "
            f"RSiena's (the furthest: {name.replace('3-', 'three-')}). The standard error that differs "
            f"most is {table['error_ratio'][ratio]:.3f} times RSiena's."
        )
        found.append(Finding(key, sentence, (key_of(key, name, "apart"), key_of(key, ratio, "error_ratio"))))
    return found


def together_findings(table: pd.DataFrame | NotEstimable, behaviour: str) -> list[Finding]:
    """Say whether people choose those like themselves, and whether they become like those they are tied to.

    Parameters
    ----------
    table : DataFrame or NotEstimable
        As from `together_table`, recorded as the table ``together``.
    behaviour : str
        What it is called there.
    """
    if isinstance(table, NotEstimable):
        return []
    found = []
    for key, on, effect, shows, not_shown in (
        (
            "selection",
            "ties",
            "similarity",
            "People choose others like themselves in",
            "The data do not show that people choose others like themselves in",
        ),
        (
            "influence",
            behaviour,
            "average similarity",
            "People become like their friends in",
            "The data do not show that people become like their friends in",
        ),
    ):
        label = (on, f"{behaviour} {effect}")
        if label in table.index:
            row = row_of(table, label)
            sure = row["p"] < _SURE and row["estimate"] > 0
            sentence = (
                f"{shows if sure else not_shown} {behaviour}: estimate {row['estimate']:.2f}, standard error "
                f"{row['standard_error']:.2f} ({p_in_words(row['p'])})."
            )
            keys = tuple(key_of("together", *label, name) for name in ("estimate", "standard_error", "p"))
            found.append(Finding(key, sentence, keys))
    return found


def validation_findings(coverage: pd.DataFrame, failed: dict[int, int]) -> list[Finding]:
    """Say, by size, which interval holds the truth least often and which estimate is furthest from it.

    Parameters
    ----------
    coverage : DataFrame
        As from `validated`, recorded as the table ``coverage``.
    failed : dict of int to int
        By size, networks that did not converge, recorded as ``failed.<size>``.
    """
    found = []
    for size, rows in coverage.groupby(level="people"):
        apart = rows.droplevel("people")
        worst, far = str(apart["share"].idxmin()), str(apart["bias"].abs().idxmax())
        row, other = row_of(apart, worst), row_of(apart, far)
        number = failed[int(str(size))]
        lost = f"{number} did not converge" if number else "all converged"
        sentence = (
            f"In networks of {size} people, 95 % intervals hold the truth in at least "
            f"{100 * row['share']:.1f} % of {row['panels']:.0f} fits; {lost}. The largest bias is "
            f"{abs(other['bias']):.2f} standard errors ({far!s})."
        )
        keys = (
            key_of("coverage", size, worst, "share"),
            key_of("coverage", size, worst, "panels"),
            key_of("coverage", size, far, "bias"),
            f"failed.{size}",
        )
        found.append(Finding(f"validation.{size}", sentence, keys))
    return found
