"""Sentences that a page on collective efficacy opens with."""

from __future__ import annotations

import pandas as pd

from analysis.checks import NotEstimable
from analysis.finding import Finding, key_of, p_in_words, percent, row_of, signed
from analysis.labels import in_words

__all__ = ["aggregation_findings", "association_findings", "mediation_findings", "reliability_findings"]


_SURE = 0.05
_TOGETHER = 0.7
_ENOUGH = 0.8
"""Power below which a page says how little so few schools show."""


def reliability_findings(table: pd.DataFrame | NotEstimable, score: str) -> list[Finding]:
    """Say how reliable the scale of interest is, or else the most reliable one.

    Parameters
    ----------
    table : DataFrame or NotEstimable
        Of `reliability_by_scale`, index (scale, wave), recorded as the table ``reliability``.
    score : str
        The scale of interest.
    """
    if isinstance(table, NotEstimable):
        return []
    known = table[table["alpha"].notna() & table["omega"].notna()]
    if known.empty:
        return []
    own = known[known.index.get_level_values("scale") == score]
    chosen = own if len(own) else known[known["omega"] == known["omega"].max()]
    label: tuple[str, object] = tuple(chosen.index[-1])
    row = row_of(known, label)
    sentence = (
        f"The items of {in_words(label[0])} hang together: "
        f"alpha {row['alpha']:.2f}, omega {row['omega']:.2f}."
        if round(row["omega"], 2) >= _TOGETHER
        else f"The items of {in_words(label[0])} do not hang together well: omega {row['omega']:.2f}."
    )
    names = ("alpha", "omega")
    return [Finding("reliable", sentence, tuple(key_of("reliability", *label, name) for name in names))]


def aggregation_findings(table: pd.DataFrame | NotEstimable, score: str, null: str) -> list[Finding]:
    """Say whether answers agree within groups, and whether groups' means can be told apart.

    Parameters
    ----------
    table : DataFrame or NotEstimable
        Of `aggregation_by_scale`, recorded as the table ``aggregation``.
    score : str
        The scale of interest; the first of the table where it is not in it.
    null : str
        The distribution of answers by chance.
    """
    if isinstance(table, NotEstimable):
        return []
    label = score if score in table.index else table.index[0]
    row = row_of(table, label)
    if pd.isna(row["agreement"]):
        return []
    agreed = (
        f"How far members of a group agree on {in_words(label)}: {in_words('r_wg')}(j) averages "
        f"{row['agreement']:.2f}, against {in_words(null)} answers by chance"
    )
    if row["lower"] > 0:
        names = ["agreement", "icc1", "icc2_mean"]
        sentence = (
            f"{agreed}. ICC(1) is {row['icc1']:.2f}, and a group's mean has a reliability (ICC(2)) of "
            f"{row['icc2_mean']:.2f}."
        )
    else:
        names = ["agreement", "icc1", "lower", "upper"]
        sentence = (
            f"{agreed}. The groups' means cannot be told apart: ICC(1) is {signed(row['icc1'])} "
            f"({signed(row['lower'])} to {signed(row['upper'])})."
        )
    return [Finding("together", sentence, tuple(key_of("aggregation", label, name) for name in names))]


def association_findings(
    association: pd.DataFrame | NotEstimable,
    bias: pd.DataFrame | NotEstimable,
    power: pd.DataFrame | NotEstimable,
    score: str,
) -> list[Finding]:
    """Say whether denser schools score higher, what bias would undo it, and what so few schools find.

    Parameters
    ----------
    association : DataFrame or NotEstimable
        Of `efficacy_association`, recorded as the table ``association``.
    bias : DataFrame or NotEstimable
        Of `bias_needed`, recorded as the table ``bias``.
    power : DataFrame or NotEstimable
        Of `power_of_schools`, recorded as the table ``power``.
    score : str
        What is scored.
    """
    if isinstance(association, NotEstimable) or isinstance(bias, NotEstimable):
        return []
    row, held = row_of(association, "density"), row_of(bias, "density")
    told = in_words(score)
    known = (
        f"from no tie to every tie the difference is {signed(row['estimate'])} (interval "
        f"{signed(row['lower'])} to {signed(row['upper'])}), centralisation held constant."
    )
    if held["excludes_zero"]:
        more = "more" if row["estimate"] > 0 else "less"
        clear = row["p_holm"] < _SURE
        sentence = f"Schools with denser networks {'' if clear else 'may '}have {more} {told}: {known}"
        if not clear:
            sentence += (
                f" With both measures tested it is not clear ({p_in_words(row['p_holm'])}, after Holm)."
            )
        second = (
            f"If {percent(held['share'])} of that association were bias, its interval "
            f"would include zero: as if {held['cases']:.0f} of {row['units']:.0f} schools were replaced."
        )
    else:
        sentence = f"These data cannot say whether schools with denser networks have more {told}: {known}"
        second = (
            f"Bias could still hide an association: {percent(held['share'])} of the smallest one that "
            f"{row['units']:.0f} schools could show."
        )
    keys = tuple(key_of("association", "density", name) for name in ("estimate", "lower", "upper", "p_holm"))
    names = [key_of("bias", "density", "share"), key_of("association", "density", "units")]
    names += [key_of("bias", "density", "cases")] if held["excludes_zero"] else []
    found = [Finding("association", sentence, keys), Finding("bias", second, tuple(names))]
    seldom = pd.DataFrame() if isinstance(power, NotEstimable) else power[power["power"] < _ENOUGH]
    if len(seldom):
        size = float(seldom.index.max())
        third = (
            f"With {row['units']:.0f} schools, {percent(float(seldom['power'].max()))} of studies would find "
            f"a correlation of {size:.1f}: what is not found may still be there."
        )
        found.append(Finding("power", third, (key_of("power", size, "power"), names[1])))
    return found


def mediation_findings(paths: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say how much of density's association with the outcome goes through the score.

    Parameters
    ----------
    paths : DataFrame or NotEstimable
        Of `Mediation`, recorded as the table ``mediation``.
    """
    if isinstance(paths, NotEstimable):
        return []
    row, total = row_of(paths, "indirect"), row_of(paths, "total")
    sure = row["lower"] > 0 or row["upper"] < 0
    head = "Part of density's" if sure else "Whether any of density's"
    tail = "goes through the score" if sure else "goes through the score cannot be told"
    sentence = (
        f"{head} association with the outcome {tail}: {signed(row['estimate'])} "
        f"({signed(row['lower'])} to {signed(row['upper'])}) of {signed(total['estimate'])}."
    )
    keys = [key_of("mediation", "indirect", name) for name in ("estimate", "lower", "upper")]
    return [Finding("through", sentence, (*keys, key_of("mediation", "total", "estimate")))]
