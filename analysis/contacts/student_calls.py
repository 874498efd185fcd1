"""Models of who calls whom next among students, as a vignette prints them (Stadtfeld, Hollway and others)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.contacts.contact_history import ContactHistory, contact_history, ties_as_changes
from analysis.contacts.contact_models import (
    ContactModel,
    Kind,
    Term,
    choice_model,
    contact_likelihood,
    pair_model,
    rate_model,
)
from analysis.finding import Finding, key_of, signed

__all__ = [
    "call_counts",
    "call_readings",
    "calls_findings",
    "calls_history",
    "expected_waits",
    "model_fits",
    "pair_counts",
    "printed_models",
    "relative_sizes",
    "stopped_early",
]

_WINDOW = 300.0
_HOUR, _DAY = 3600.0, 86_400.0
_DAMPING, _STOP = 30.0, 1e-3

_HABIT = (Term("tie"), Term("reciprocity"))
_RECENT = (Term("tie", window=_WINDOW), Term("reciprocity", window=_WINDOW))
_ALIKE = (
    Term("tie", "friendship"),
    Term("reciprocity", "friendship"),
    Term("same", "grade type"),
    Term("same", "floor"),
)
_DEGREES = (Term("sender_indegree"), Term("sender_outdegree"))
_RECENT_DEGREES = (Term("sender_indegree", window=_WINDOW), Term("sender_outdegree", window=_WINDOW))
_LIKED = (Term("sender_indegree", "friendship"),)
_MODELS: Mapping[str, tuple[Kind, tuple[Term, ...]]] = {
    "choice0": ("choice", (*_HABIT, Term("transitivity"))),
    "choice1": ("choice", _ALIKE[:1]),
    "choice2": ("choice", (*_HABIT, *_ALIKE)),
    "choice3": ("choice", (*_HABIT, *_RECENT, *_ALIKE)),
    "rate0": ("order", _DEGREES),
    "rate1": ("order", _LIKED),
    "rate2": ("order", (*_DEGREES, *_LIKED)),
    "rate3": ("rate", (*_DEGREES, *_LIKED)),
    "rate4": ("rate", (*_DEGREES, *_RECENT_DEGREES, *_LIKED)),
    "rem1": ("pairs", (*_DEGREES, *_LIKED, *_HABIT, *_RECENT, *_ALIKE)),
}


def calls_history(
    tables: Mapping[str, pd.DataFrame], *, unknown_alike: bool = True, busiest: bool = True
) -> ContactHistory:
    """Return calls with friendships, floors and grade types.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of ``social_evolution_calls``.
    unknown_alike : bool
        Whether people without a grade type count as one type, which is what the vignette's program makes of
        them (it fills in the mean); otherwise they are like nobody.
    busiest : bool
        Whether the two people who call each other most are in it.
    """
    actors = tables["actors"]
    grade = actors["grade_type"].astype(float)
    people = actors.assign(grade=grade.fillna(grade.mean()) if unknown_alike else grade)
    friends = ties_as_changes(tables["ties"], tables["waves"], "friendship", ending=False)
    calls = tables["contacts"]
    pair = calls[["sender_id", "receiver_id"]].agg(frozenset, axis=1)
    return contact_history(
        calls if busiest else calls[pair != pair.mode().iloc[0]],
        people,
        networks={"friendship": friends},
        attributes={"grade type": "grade", "floor": "floor"},
    )


def printed_models(history: ContactHistory) -> dict[str, ContactModel]:
    """Return the vignette's models by the names it gives them."""
    fitted = {}
    for name, (kind, terms) in _MODELS.items():
        if kind == "choice":
            fitted[name] = choice_model(history, terms)
        elif kind == "pairs":
            fitted[name] = pair_model(history, terms)
        else:
            fitted[name] = rate_model(history, terms, timed=kind == "rate")
    return fitted


def stopped_early(history: ContactHistory, name: str = "choice3") -> pd.DataFrame:
    """Return a choice model as the vignette's program leaves it: short of the maximum.

    Its steps are first a thirtieth of Newton's where a model has a window, then three times as long each
    time, and it stops as soon as no part of the score is above .001.
    """
    terms, damping = _MODELS[name][1], _DAMPING
    parameters = np.zeros(len(terms))
    _, score, information = contact_likelihood(history, terms, parameters)
    while np.abs(score).max() > _STOP:
        parameters = parameters + np.linalg.solve(information, score) / damping
        damping = max(1.0, damping / 3)
        _, score, information = contact_likelihood(history, terms, parameters)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return pd.DataFrame(
        {"estimate": parameters, "standard_error": errors, "z": parameters / errors, "score": score},
        index=pd.Index([term.label for term in terms], name="term"),
    )


def model_fits(models: Mapping[str, ContactModel]) -> pd.DataFrame:
    """Return log-likelihood, AIC, AICc and BIC of each model, with what it rests on."""
    return pd.DataFrame(
        {
            name: {
                "log-likelihood": model.log_likelihood,
                "AIC": model.aic,
                "AICc": model.aicc,
                "BIC": model.bic,
                "contacts": model.contacts,
                "observations": model.observations,
            }
            for name, model in models.items()
        }
    ).T.rename_axis("model")


def expected_waits(model: ContactModel) -> pd.DataFrame:
    """Return how long people wait on average until they call, by who they have called and been called by.

    Parameters
    ----------
    model : ContactModel
        A timed rate with degrees in the network of calls, in seconds.
    """
    parameter = dict(zip(model.terms, model.estimates.tolist(), strict=True))
    rates = {
        "nobody yet": parameter["intercept"],
        "called five": parameter["intercept"] + 5 * parameter["sender outdegree"],
    }
    rates["called five, called by five"] = rates["called five"] + 5 * parameter["sender indegree"]
    # What an intercept of -14 would mean is the vignette's own example.
    seconds = np.exp(-np.array([*rates.values(), -14.0]))
    index = pd.Index([*rates, "an intercept of −14"], name="whom the person called")
    return pd.DataFrame({"hours": seconds / _HOUR, "days": seconds / _DAY}, index=index)


def call_counts(history: ContactHistory) -> pd.DataFrame:
    """Return how many ordered pairs have had how many calls, everybody with themselves among them."""
    people = len(history.people)
    calls = np.bincount(history.sender * people + history.receiver, minlength=people**2)
    counts = np.bincount(calls)
    kept = np.flatnonzero(counts)
    return pd.DataFrame({"ordered pairs": counts[kept]}, index=pd.Index(kept, name="calls"))


def call_readings(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return estimates of `choice2` as printed, and as they are when data are read otherwise."""
    readings = {
        "as printed": calls_history(tables),
        "without a grade type like nobody": calls_history(tables, unknown_alike=False),
        "without the busiest pair": calls_history(tables, busiest=False),
    }
    fitted = {name: choice_model(history, _MODELS["choice2"][1]) for name, history in readings.items()}
    columns = {name: model.tidy().set_index("term")["estimate"] for name, model in fitted.items()}
    return pd.DataFrame(columns)


def relative_sizes(models: Mapping[str, ContactModel]) -> pd.DataFrame:
    """Return what a term multiplies a chance by, of those that the page speaks of."""
    shown = {
        "somebody called before (choice2)": ("choice2", "inertia"),
        "a friend (choice2)": ("choice2", "tie, friendship"),
        "a friend, friendship alone (choice1)": ("choice1", "tie, friendship"),
        "somebody who called in the last five minutes (choice3)": ("choice3", "reciprocity, last 300"),
    }
    rows = {
        words: models[name].tidy().set_index("term").loc[term, ["ratio", "lower", "upper"]]
        for words, (name, term) in shown.items()
    }
    table = pd.DataFrame(rows).T.rename(columns={"ratio": "times as likely"})
    return table.assign(
        lower=np.exp(table["lower"].astype(float)), upper=np.exp(table["upper"].astype(float))
    )


def pair_counts(history: ContactHistory) -> pd.Series:
    """Return how many calls there are, and how many between the two people who call each other most."""
    ends = np.sort([history.sender, history.receiver], axis=0)
    between = np.bincount(ends[0] * len(history.people) + ends[1])
    return pd.Series(
        {
            "calls": len(history.time),
            "people": len(history.people),
            "between the busiest pair": between.max(),
            "before the first survey": int((history.time < history.networks["friendship"][0].min()).sum()),
        },
        name="number",
    )


def calls_findings(sizes: pd.DataFrame, readings: pd.DataFrame, counts: pd.Series) -> list[Finding]:
    """Say what drives the next call, and how much of it rests on one pair.

    Parameters
    ----------
    sizes : DataFrame
        As from `relative_sizes`, recorded as ``sizes``.
    readings : DataFrame
        As from `call_readings`, recorded as ``readings``.
    counts : Series
        As from `pair_counts`, recorded as the table ``counts``.
    """
    times = sizes["times as likely"]
    before, friend, back = times.index[0], times.index[1], times.index[3]
    column, alike = "times as likely", "same grade type"
    printed, apart = readings.columns[0], readings.columns[-1]
    busiest = "between the busiest pair"
    effects = readings.loc[alike].astype(float).to_dict()
    return [
        Finding(
            "habit",
            f"People call whom they called before: such a person is {times[before]:.0f} times as likely "
            f"to be called next as somebody else alike, and a friend {times[friend]:.1f} times.",
            tuple(key_of("sizes", row, column) for row in (before, friend)),
        ),
        Finding(
            "back",
            f"Calls are returned at once: somebody who called in the last five minutes is "
            f"{times[back]:.0f} times as likely to be called as somebody who called earlier.",
            (key_of("sizes", back, column),),
        ),
        Finding(
            "pair",
            f"Two people make {counts[busiest]:.0f} of the {counts['calls']:.0f} calls. Without them "
            f"the printed effect of the same grade type, {effects[printed]:.2f}, is "
            f"{signed(effects[apart])}.",
            (
                *(key_of("counts", row, "number") for row in (busiest, "calls")),
                *(key_of("readings", alike, reading) for reading in (printed, apart)),
            ),
        ),
    ]
