"""Who is contacted next, as a page shows it: nested models of choice, of rates, and where they do not fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.checks import NotEstimable
from analysis.contacts.contact_history import ContactHistory, contact_history, ties_as_changes
from analysis.contacts.contact_models import ContactModel, Term, choice_model, rate_model
from analysis.estimable import estimable
from analysis.finding import Finding, and_list, key_of, row_of, smallest_group

__all__ = [
    "choice_steps",
    "estimates_table",
    "fullest",
    "next_contact_findings",
    "rate_steps",
    "rate_table",
    "record_counts",
    "record_of",
    "side_by_side",
    "steps_table",
    "surprises",
]

_DAY = 86_400.0
_LEVEL = 0.05
_CALLED = {"organization_id": "school or office"}
Fits = Mapping[str, ContactModel | NotEstimable]


def record_of(
    tables: Mapping[str, pd.DataFrame],
    *,
    beginning: str | None = None,
    relation: str | None = None,
    alike: Sequence[str] = (),
    drawing: Sequence[str] = (),
) -> ContactHistory:
    """Return contacts among the actors, with a relation that was asked about and their attributes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``actors``, ``contacts``, and for a relation ``ties`` and ``waves``.
    beginning : str, optional
        Only people whose identifiers begin so.
    relation : str, optional
        Its ties hold from the first day of the wave that names them until one that does not.
    alike : sequence of str
        Columns of the actors in which two people may be the same.
    drawing : sequence of str
        Columns of numbers that may draw contacts to a person.

    Raises
    ------
    NotEstimable
        Without contacts between two people, or where a wave has no date.
    """
    start = beginning or ""
    actors = tables["actors"][tables["actors"]["actor_id"].str.startswith(start)]
    contacts = tables["contacts"][tables["contacts"]["sender_id"].str.startswith(start)]
    networks = {}
    if relation is not None:
        ties = tables["ties"][tables["ties"]["sender_id"].str.startswith(start)]
        networks[relation] = ties_as_changes(ties, tables["waves"], relation)
    return contact_history(
        contacts,
        actors,
        networks=networks,
        attributes={_words(column): column for column in (*alike, *drawing)},
    )


def choice_steps(
    history: ContactHistory,
    *,
    window: float,
    relation: str | None = None,
    alike: Sequence[str] = (),
    drawing: Sequence[str] = (),
) -> Fits:
    """Return models of whom people contact, each with more terms than the one before.

    Parameters
    ----------
    history : ContactHistory
    window : float
        Days in which a contact is recent.
    relation : str, optional
        A network of the history: being tied in it is a term.
    alike, drawing : sequence of str
        As given to `record_of`. Contacts within groups of the first alike are counted.
    """
    same = [Term("same", _words(column)) for column in alike]
    draws = [Term("alter", _words(column)) for column in drawing]
    first = same[0].of if same else None
    steps = {
        "habit": [Term("tie"), Term("reciprocity")],
        "position": [Term("indegree"), Term("transitivity"), *draws],
        "likeness": same + ([Term("tie", relation)] if relation else []),
        "recency": [Term("tie", window=window * _DAY), Term("reciprocity", window=window * _DAY)],
    }
    fitted: dict[str, ContactModel | NotEstimable] = {}
    terms: list[Term] = []
    for name, more in steps.items():
        if more:
            terms = [*terms, *more]
            fitted[name] = estimable(choice_model, history, terms, groups=first)
    return fitted


def rate_steps(history: ContactHistory, *, window: float) -> Fits:
    """Return models of when people contact somebody: by whom they met, then by whom they met of late.

    Parameters
    ----------
    history : ContactHistory
    window : float
        Days in which a contact is recent.
    """
    degrees = [Term("sender_outdegree"), Term("sender_indegree")]
    recent = [Term(term.effect, window=window * _DAY) for term in degrees]
    return {
        "habit": estimable(rate_model, history, degrees),
        "recency": estimable(rate_model, history, [*degrees, *recent]),
    }


def fullest(fits: Fits) -> ContactModel | NotEstimable:
    """Return the last model that the data can answer; where there is none, why the first cannot be had."""
    answered = [fit for fit in fits.values() if isinstance(fit, ContactModel)]
    return answered[-1] if answered else next(iter(fits.values()))


def record_counts(history: ContactHistory) -> tuple[pd.DataFrame, list[frozenset[str]]]:
    """Return how many contacts, people and days there are, and whom each row is about."""
    names = history.people.astype(str)
    everybody = frozenset(names)
    senders, receivers = (frozenset(names[ends]) for ends in (history.sender, history.receiver))
    days = (history.time[-1] - history.time[0]) / _DAY
    rows = {
        "contacts": (len(history.time), everybody),
        "left out: with themselves": (history.self_contacts, history.left_out),
        "left out: of people not there": (history.absent_contacts, history.left_out),
        "people who could be in contact": (len(everybody), everybody),
        "people who turned to somebody": (len(senders), smallest_group([senders, everybody])),
        "people somebody turned to": (len(receivers), smallest_group([receivers, everybody])),
        "days": (days, everybody),
    }
    table = pd.DataFrame({"number": {name: float(value) for name, (value, _) in rows.items()}})
    return table, [whom for _, whom in rows.values()]


def steps_table(fits: Fits) -> pd.DataFrame:
    """Return how well each model fits, or why it cannot be had."""
    rows = {
        name: {
            "terms": len(fit.terms),
            "log-likelihood": fit.log_likelihood,
            "AIC": fit.aic,
            "not estimable": "",
        }
        if isinstance(fit, ContactModel)
        else {"not estimable": str(fit)}
        for name, fit in fits.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def estimates_table(model: ContactModel, window: float) -> pd.DataFrame:
    """Return what each term multiplies the odds of a choice, or a rate, by, and the estimate behind it."""
    table = model.tidy()
    recent, days = f", last {window * _DAY:g}", "day" if window == 1 else f"{window:g} days"
    table["term"] = table["term"].str.replace(recent, f", last {days}", regex=False)
    table = table.set_index("term")
    table[["lower", "upper"]] = table[["lower", "upper"]].map(math.exp)
    columns = ["times", "lower", "upper", "p", "estimate", "standard_error"]
    return table.drop(index="intercept", errors="ignore").rename(columns={"ratio": "times"})[columns]


def rate_table(model: ContactModel, window: float) -> pd.DataFrame:
    """Return `estimates_table` of a rate, with intervals that are clustered by sender as well.

    Parameters
    ----------
    model : ContactModel
    window : float
        As given to `rate_steps`.
    """
    clustered = estimates_table(model.clustered(), window)[["lower", "upper"]].add_prefix("clustered_")
    table = estimates_table(model, window).join(clustered)
    return table[["times", "lower", "upper", *clustered, "p", "estimate", "standard_error"]]


def side_by_side(fits: Fits, window: float) -> dict[str, pd.DataFrame] | NotEstimable:
    """Return the estimates of the simplest and of the fullest model, to be drawn."""
    ends = _simplest_and_fullest(fits)
    tables = {name: estimates_table(fit, window).reset_index() for name, fit in ends.items()}
    return tables or next(fit for fit in fits.values() if isinstance(fit, NotEstimable))


def _simplest_and_fullest(fits: Fits) -> dict[str, ContactModel]:
    answered = [fit for fit in fits.values() if isinstance(fit, ContactModel)]
    return dict(zip(("habit alone", "all terms"), answered[:: len(answered) - 1 or 1], strict=False))


def surprises(fits: Fits) -> tuple[pd.DataFrame, list[frozenset[str]]]:
    """Return where the simplest and the fullest model of choice miss, and whom each row is about.

    The person who receives most beyond what a model expects, and contacts within the first attribute's
    groups. `z` is the difference in standard errors, as if the parameters were known; `beyond` is the z that
    nobody of so many people reaches by chance (in 19 of 20 records), or that one count does not.
    """
    rows, whom = [], []
    for name, fit in _simplest_and_fullest(fits).items():
        everybody = frozenset(map(str, fit.people.index))
        place = int(fit.people["z"].argmax())
        person, own = fit.people.index[place], fit.people.iloc[place]
        several = int(fit.people["z"].notna().sum())
        beyond = float(stats.norm.isf(_LEVEL / 2 / several))
        rows.append((f"{name}: the person most beyond it", *own[["observed", "expected", "z"]], beyond))
        whom.append(frozenset([str(person)]))
        if fit.within is not None:
            rows.append((f"{name}: within groups", *fit.within, float(stats.norm.isf(_LEVEL / 2))))
            whom.append(everybody)
    columns = ["where", "observed", "expected", "z", "beyond"]
    return pd.DataFrame(rows, columns=columns).set_index("where"), whom


def next_contact_findings(
    choice: pd.DataFrame | NotEstimable, missed: pd.DataFrame, history: ContactHistory
) -> list[Finding]:
    """Say what makes somebody the next to be contacted, and where the model does not fit.

    Parameters
    ----------
    choice : DataFrame or NotEstimable
        As from `estimates_table`, recorded as ``choice``.
    missed : DataFrame
        As from `surprises`, recorded as ``surprises``.
    history : ContactHistory
        Its attributes are named.
    """
    if isinstance(choice, NotEstimable):
        return []
    # Recent contacts have terms of their own, beside which these speak of the others.
    apart = " (not lately)" if choice.index.str.contains(", last ").any() else ""
    told = {
        "inertia": f"Somebody the sender turned to before{apart}",
        "reciprocity": f"Somebody who turned to the sender{apart}",
    }
    for name, values in history.attributes.items():
        marks = set(values[np.isfinite(values)].tolist()) <= {0.0, 1.0}
        told[f"receiver's {name}"] = f"Somebody {'marked as' if marks else 'one step higher in'} {name}"
        told[f"same {name}"] = f"Somebody of the same {name}"
    rows = {words: (term, row_of(choice, term)) for term, words in told.items() if term in choice.index}
    open_ = {words: row for words, row in rows.items() if row[1]["lower"] <= 1 <= row[1]["upper"]}
    found = [_times(*row, words) for words, row in rows.items() if words not in open_]
    if open_:
        named = and_list([words[0].lower() + words[1:] for words in open_])
        keys = [key_of("choice", term, column) for term, _ in open_.values() for column in ("lower", "upper")]
        sentence = f"Not shown to be more or less likely to be contacted next: {named}."
        found.append(Finding("not-shown", sentence, tuple(keys)))
    return [*found, *_misfits(missed)]


def _times(term: str, row: Mapping[str, float], words: str) -> Finding:
    keys = tuple(key_of("choice", term, column) for column in ("times", "lower", "upper"))
    sentence = (
        f"{words} is {row['times']:.1f} times as likely to be contacted next "
        f"(between {row['lower']:.1f} and {row['upper']:.1f} times)."
    )
    return Finding(key_of("times", term).partition(".")[2], sentence, keys)


def _words(column: str) -> str:
    return _CALLED.get(column, column.replace("_", " "))


def _misfits(missed: pd.DataFrame) -> list[Finding]:
    """Say whether groups matter beyond habit, and whether one person receives more than the terms tell."""
    told = {
        "habit alone: within groups": (
            "misfit-groups",
            "With habit alone {0:.0f} contacts would be within groups; there are {1:.0f}: groups matter too.",
        ),
        "all terms: the person most beyond it": (
            "misfit-person",
            "With all terms the model expects that one person receives {0:.0f} contacts; there are {1:.0f}. "
            "Do not read its effects as everybody's.",
        ),
        "habit alone: the person most beyond it": (
            "misfit-person",
            "With habit alone one person would receive {0:.0f} contacts; there are {1:.0f}. The other terms "
            "account for that.",
        ),
    }
    found: dict[str, Finding] = {}
    for where, (key, words) in told.items():
        if key not in found and where in missed.index:
            row = missed.loc[where]
            if abs(row["z"]) > row["beyond"]:
                keys = tuple(key_of("surprises", where, column) for column in ("observed", "expected"))
                found[key] = Finding(key, words.format(row["expected"], row["observed"]), keys)
    return [*found.values()]
