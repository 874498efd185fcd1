"""What drives who contacts whom next: actor-oriented models of dated contacts (DyNAM), and of pairs.

A contact has two parts (Stadtfeld & Block 2017). **Rate**: when does somebody turn to anybody? Each person
waits for a time that is exponential, with a rate of exp(η) that changes as the network does. **Choice**: to
whom? The sender chooses among all who are there, with probabilities in proportion to exp(η) (a conditional
logit). η is a sum of parameters times statistics of the past. A model of pairs (a relational event model,
Butts 2008) has one rate for each ordered pair.

References
----------
Stadtfeld, C., & Block, P. (2017). Interactions, actors, and time: dynamic network actor models for relational
events. Sociological Science 4, 318-352. Stadtfeld, C., Hollway, J., & Block, P. (2017). Dynamic network actor
models: investigating coordination ties through time. Sociological Methodology 47, 1-40. Butts, C. T. (2008).
A relational event framework for social action. Sociological Methodology 38, 155-200. Liang, K.-Y., & Zeger,
S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_level, require_one_of
from analysis.contacts.contact_history import ContactHistory
from analysis.contacts.contact_kernels import (
    ARRIVES,
    CHANGES,
    CHOICE,
    CONTACT,
    ENDS,
    LEAVES,
    PAIRS,
    RATE,
    RATE_ORDER,
    walk,
)
from analysis.result import Result

__all__ = [
    "ContactModel",
    "Term",
    "choice_model",
    "contact_likelihood",
    "contact_statistics",
    "pair_model",
    "rate_model",
]

Kind = Literal["choice", "order", "rate", "pairs"]
Effect = Literal[
    "intercept",
    "tie",
    "reciprocity",
    "indegree",
    "outdegree",
    "sender_indegree",
    "sender_outdegree",
    "transitivity",
    "cycle",
    "shared_senders",
    "shared_receivers",
    "same",
    "difference",
    "alter",
    "ego",
]
Walked = tuple[float, Floats, Floats, Integers, Floats, Floats, Floats]
_EFFECTS: tuple[str, ...] = get_args(Effect)
_OF_PATHS = ("transitivity", "cycle", "shared_senders", "shared_receivers")
_OF_ATTRIBUTES = ("same", "difference", "alter", "ego")
_OF_SENDERS = ("intercept", "sender_indegree", "sender_outdegree", "ego")
_WEIGHTED = ("tie", "reciprocity", "indegree", "outdegree", "sender_indegree", "sender_outdegree")

_BEFORE = {"difference": "difference of", "alter": "receiver's", "ego": "sender's"}

_STEPS, _DECREMENT, _FLAT, _ROUNDING = 60, 1e-12, 1e-8, 1e-11


@dataclass(frozen=True)
class Term:
    """A statistic of the past, before each contact.

    Attributes
    ----------
    effect : str
        Of a network, from i to j: ``tie`` (i has turned to j: inertia), ``reciprocity`` (j to i),
        ``indegree`` and ``outdegree`` (of j: how many people), ``sender_indegree`` and ``sender_outdegree``,
        ``transitivity`` (people h with i → h → j), ``cycle`` (j → h → i), ``shared_senders`` (h → i, h → j),
        ``shared_receivers`` (i → h, j → h). Of an attribute: ``same``, ``difference`` (without its sign),
        ``alter`` (j's value), ``ego`` (i's).
    of : str
        ``contacts``, or the name of another network or of an attribute of the history.
    window : float, optional
        Of contacts: only those up to this long ago count, in seconds (or the unit of the times).
    weighted : bool
        Of ties and degrees: whether repeated contacts count each, rather than once.

    Examples
    --------
    >>> Term("tie", window=300).label, Term("tie", "friendship").label, Term("same", "floor").label
    ('inertia, last 300', 'tie, friendship', 'same floor')
    """

    effect: Effect
    of: str = "contacts"
    window: float | None = None
    weighted: bool = False

    def __post_init__(self) -> None:
        require_one_of("effect", self.effect, _EFFECTS)
        if self.window is not None and (
            self.of != "contacts" or self.effect in (*_OF_ATTRIBUTES, "intercept")
        ):
            raise ValueError(f"found a window of {self.of!r}; allowed: of contacts")
        if self.weighted and self.effect not in _WEIGHTED:
            raise ValueError(f"found a weighted {self.effect}; allowed: {', '.join(_WEIGHTED)}")

    @property
    def label(self) -> str:
        """How tables call it."""
        words = self.effect.replace("_", " ")
        if self.effect == "intercept":
            return words
        if self.effect in _OF_ATTRIBUTES:
            return f"{_BEFORE.get(self.effect, words)} {self.of}"
        if self.of == "contacts":
            words = "inertia" if self.effect == "tie" else words
            within = "" if self.window is None else f", last {self.window:g}"
            return f"{words}{', each counted' if self.weighted else ''}{within}"
        return f"{words}{', weighted' if self.weighted else ''}, {self.of}"


@dataclass(frozen=True, repr=False)
class ContactModel(Result):
    """Parameters of who contacts whom next.

    Attributes
    ----------
    kind : {"choice", "rate", "order", "pairs"}
    terms : tuple of str
    estimates, standard_errors : ndarray of shape (k,)
    clustered_errors : ndarray of shape (k,)
        Standard errors that let the contacts of one sender depend on one another.
    log_likelihood : float
    score : ndarray of shape (k,)
        At the estimates: zero but for rounding.
    information : ndarray of shape (k, k)
    contacts : int
        Contacts explained.
    observations : int
        Contacts, and where waiting times are modelled the intervals that ended without one.
    people : DataFrame
        index: person; ``observed``, ``expected``, ``z``: contacts received (choice) or sent (rates); of pairs
        what is expected is not counted (NaN).
    within : tuple of float or None
        Contacts within a group observed, expected and the deviation in standard errors (choice, with groups).
    level : float
        Of the intervals.
    """

    kind: Kind
    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    clustered_errors: Floats
    log_likelihood: float
    score: Floats
    information: Floats
    contacts: int
    observations: int
    people: pd.DataFrame
    within: tuple[float, float, float] | None
    level: float = 0.95

    @property
    def z(self) -> Floats:
        """Estimates over their standard errors."""
        ratio: Floats = self.estimates / self.standard_errors
        return ratio

    def clustered(self) -> ContactModel:
        """Return the model with the standard errors that are clustered by sender, for intervals and tests.

        They come of the score of each sender (Liang & Zeger 1986), times n / (n - 1) of n people. Of rates,
        intervals then hold more often where people differ in ways that are not in the model; what biases the
        estimates of a choice they do not mend (`make validate STUDY=contact_events`).
        """
        return replace(self, standard_errors=self.clustered_errors)

    @property
    def aic(self) -> float:
        """Akaike's information criterion: smaller is better, among models of the same contacts."""
        return 2 * len(self.terms) - 2 * self.log_likelihood

    @property
    def aicc(self) -> float:
        """The same, corrected for few observations."""
        size = len(self.terms)
        return self.aic + 2 * size * (size + 1) / (self.observations - size - 1)

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return float(np.log(self.observations) * len(self.terms) - 2 * self.log_likelihood)

    def summary(self) -> str:
        """Return how many contacts, and the log-likelihood."""
        return (
            f"{self.kind} model of {self.contacts} contacts, {len(self.terms)} terms: "
            f"log-likelihood {self.log_likelihood:.2f}, AIC {self.aic:.1f}"
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row for each term; `ratio` is what it multiplies a rate, or the odds of a choice, by."""
        half = stats.norm.ppf((1 + self.level) / 2) * self.standard_errors
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "z": self.z,
                "p": np.maximum(2 * stats.norm.sf(np.abs(self.z)), np.finfo(float).tiny),
                "lower": self.estimates - half,
                "upper": self.estimates + half,
                "ratio": np.exp(self.estimates),
            }
        )


def choice_model(
    history: ContactHistory, terms: Sequence[Term], *, groups: str | None = None, level: float = 0.95
) -> ContactModel:
    """Fit whom senders turn to, given that they turn to somebody: a conditional logit.

    Parameters
    ----------
    history : ContactHistory
    terms : sequence of Term
        What differs between those who could be chosen: everybody who is there but the sender.
    groups : str, optional
        An attribute: contacts within its groups are counted beside what the model expects.
    level : float
        Of the intervals.

    Raises
    ------
    NotEstimable
        Where a term never differs between those who could be chosen, terms say the same, or one foretells
        each choice, so that the likelihood has no maximum.

    Examples
    --------
    Two of three contacts go where the sender turned before; the first has no past.

    >>> from analysis.contacts.contact_history import contact_history
    >>> contacts = pd.DataFrame({"time": range(4), "sender_id": list("aaaa"), "receiver_id": list("bbcb")})
    >>> fitted = choice_model(contact_history(contacts), [Term("tie")])
    >>> np.exp(fitted.estimates).round(6).tolist()  # 1 of 2 with one tie and one without
    [1.0]
    """
    if any(term.effect in _OF_SENDERS for term in terms):
        found = ", ".join(term.label for term in terms if term.effect in _OF_SENDERS)
        raise ValueError(f"found {found}: the same for all whom a sender could choose")
    return _fitted(history, terms, "choice", groups, level)


def rate_model(
    history: ContactHistory, terms: Sequence[Term], *, timed: bool = True, level: float = 0.95
) -> ContactModel:
    """Fit when people turn to somebody.

    Parameters
    ----------
    history : ContactHistory
    terms : sequence of Term
        Of senders: ``sender_indegree``, ``sender_outdegree``, ``ego``.
    timed : bool
        Whether waiting times are modelled, with an intercept (log rate of a person a second, or a unit of
        time), and intervals that end as a network changes, or at the end, without a contact. Otherwise
        only who of those there is next.
    level : float
        Of the intervals.

    Raises
    ------
    NotEstimable
        As for `choice_model`.

    Examples
    --------
    Three contacts in five seconds among three people: .2 each a second.

    >>> from analysis.contacts.contact_history import contact_history
    >>> contacts = pd.DataFrame({"time": [1, 3, 5], "sender_id": list("aba"), "receiver_id": list("bcb")})
    >>> fitted = rate_model(contact_history(contacts, since=0), [])
    >>> np.exp(fitted.estimates).round(6).tolist()
    [0.2]
    """
    strange = [term.label for term in terms if term.effect not in _OF_SENDERS[1:]]
    if strange:
        raise ValueError(f"found {', '.join(strange)}; a rate has {', '.join(_OF_SENDERS[1:])}")
    if not timed:
        return _fitted(history, terms, "order", None, level)
    return _fitted(history, [Term("intercept"), *terms], "rate", None, level)


def pair_model(history: ContactHistory, terms: Sequence[Term], *, level: float = 0.95) -> ContactModel:
    """Fit when each ordered pair is in contact: a relational event model with waiting times.

    Its time grows with contacts times the square of people: for some hundred people.

    Parameters
    ----------
    history : ContactHistory
    terms : sequence of Term
        Any; the intercept is added.
    level : float
        Of the intervals.

    Raises
    ------
    NotEstimable
        As for `choice_model`.
    """
    return _fitted(history, [Term("intercept"), *terms], "pairs", None, level)


def contact_likelihood(
    history: ContactHistory, terms: Sequence[Term], parameters: Floats, kind: Kind = "choice"
) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, score and information at these parameters.

    Of ``rate`` and ``pairs`` the intercept is a term among the others.

    Examples
    --------
    >>> from analysis.contacts.contact_history import contact_history
    >>> contacts = pd.DataFrame({"time": range(3), "sender_id": list("aba"), "receiver_id": list("bac")})
    >>> history = contact_history(contacts)
    >>> round(contact_likelihood(history, [Term("tie")], np.zeros(1))[0], 3)  # three times 1 of 2
    -2.079
    """
    log_likelihood, score, information, *_ = _Record(history, terms, None).walk(
        np.asarray(parameters, dtype=np.float64), _MODELS[kind], np.zeros((0, 0, 0))
    )
    return log_likelihood, score, information


def contact_statistics(
    history: ContactHistory, terms: Sequence[Term], kind: Literal["choice", "rate"] = "choice"
) -> Floats:
    """Return the statistics before each contact, (contacts, people, terms): of all with whom it could be.

    In a choice those of the sender with each person (also with the sender, and those who are away, whom the
    likelihood leaves out), in a rate those of each person.

    Examples
    --------
    >>> from analysis.contacts.contact_history import contact_history
    >>> contacts = pd.DataFrame({"time": range(3), "sender_id": list("aba"), "receiver_id": list("bab")})
    >>> contact_statistics(contact_history(contacts), [Term("tie"), Term("reciprocity")])[2, 1].tolist()
    [1.0, 1.0]
    """
    record = _Record(history, terms, None)
    kept = np.zeros((record.contacts, len(terms), len(history.people)))
    record.walk(np.zeros(len(terms)), _MODELS[kind], kept)
    return kept.transpose(0, 2, 1)


_MODELS = {"choice": CHOICE, "order": RATE_ORDER, "rate": RATE, "pairs": PAIRS}


class _Record:
    """A history as the arrays that the compiled pass reads."""

    def __init__(self, history: ContactHistory, terms: Sequence[Term], groups: str | None) -> None:
        people = len(history.people)
        layers: list[tuple[str, float | None]] = []
        paths: list[tuple[int, int]] = []
        attributes: list[str] = []
        codes = np.zeros((len(terms), 3), dtype=np.int64)
        for row, term in enumerate(terms):
            index = 0
            if term.effect in _OF_ATTRIBUTES:
                index = _place(attributes, self._known(term.of, history.attributes, "attribute"))
            elif term.effect != "intercept":
                known = ["contacts", *history.networks]
                index = _place(layers, (self._known(term.of, known, "network"), term.window))
                if term.effect in _OF_PATHS:
                    kind = "transitivity" if term.effect == "cycle" else term.effect
                    index = _place(paths, (index, _EFFECTS.index(kind)))
            codes[row] = _EFFECTS.index(term.effect), index, int(term.weighted)
        values = [history.attributes[name] for name in attributes]
        for name, term_values in zip(attributes, values, strict=True):
            only_same = all(term.effect == "same" for term in terms if term.of == name)
            if not only_same and not np.isfinite(term_values).all():
                raise NotEstimable(f"{name} is missing for some people")
        self.history = history
        self.contacts = int(((history.time >= history.since) & (history.time <= history.until)).sum())
        present = (history.joined <= history.since) & (history.left > history.since)
        self._fixed = (
            *_marks(history, layers),
            codes,
            len(layers),
            np.array([layer for layer, _ in paths], dtype=np.int64),
            np.array([kind for _, kind in paths], dtype=np.int64),
            np.array(values).reshape(len(values), people),
            present,
            _codes(history, groups),
        )

    def walk(self, beta: Floats, model: int, kept: Floats) -> Walked:
        """Return what the compiled pass gives at these parameters."""
        history = self.history
        found: Walked = walk(beta, model, history.since, *self._fixed, kept)
        return found

    @staticmethod
    def _known(name: str, known: Collection[str], what: str) -> str:
        if name not in known:
            raise ValueError(f"found no {what} {name!r}; there are {', '.join(known) or 'none'}")
        return name


def _place(entries: list[Any], entry: Any) -> int:
    """Return where an entry is in a list, to which it is added where it is not there yet."""
    if entry not in entries:
        entries.append(entry)
    return int(entries.index(entry))


def _codes(history: ContactHistory, groups: str | None) -> Integers:
    if groups is None:
        return np.full(len(history.people), -1, dtype=np.int64)
    values = history.attributes[groups]
    return np.asarray(pd.factorize(np.where(np.isnan(values), np.nan, values))[0], dtype=np.int64)


def _marks(history: ContactHistory, layers: Sequence[tuple[str, float | None]]) -> tuple[Floats, Integers]:
    """Return everything that happens in order of time; at one time contacts come before changes."""
    size, nobody = len(history.time), np.zeros(1, dtype=np.int64)
    clocks = [history.time]
    marks = [_rows(CONTACT, 0, history.sender, history.receiver, np.zeros(size, dtype=np.int64))]
    for layer, (name, window) in enumerate(layers):
        if name == "contacts":
            one, other = history.sender, history.receiver
            clocks.append(history.time)
            marks.append(_rows(CHANGES, layer, one, other, np.ones(size, dtype=np.int64)))
            if window is not None:
                clocks.append(history.time + window)
                marks.append(_rows(CHANGES, layer, one, other, np.full(size, -1)))
        else:
            clock, one, other, step = history.networks[name]
            clocks.append(clock)
            marks.append(_rows(CHANGES, layer, one, other, step))
    for what, spans in ((ARRIVES, history.joined), (LEAVES, history.left)):
        who = np.flatnonzero(np.isfinite(spans) & (spans > history.since))
        clocks.append(spans[who])
        marks.append(_rows(what, 0, who, who, np.zeros(len(who), dtype=np.int64)))
    clocks.append(np.array([history.until]))
    marks.append(_rows(ENDS, 0, nobody, nobody, nobody))
    clock, rows = np.concatenate(clocks), np.concatenate(marks)
    # Arrivals and departures take effect at once, contacts see the past alone, changes come after them.
    rank = np.array([1, 2, 0, 0, 3])[rows[:, 0]]
    order = np.lexsort((rank, clock))
    order = order[clock[order] <= history.until]
    return clock[order], np.ascontiguousarray(rows[order])


def _rows(what: int, layer: int, one: Integers, other: Integers, step: Integers) -> Integers:
    size = len(one)
    return np.column_stack([np.full(size, what), np.full(size, layer), one, other, step]).astype(np.int64)


def _fitted(
    history: ContactHistory,
    terms: Sequence[Term],
    kind: Kind,
    groups: str | None,
    level: float,
) -> ContactModel:
    """Maximise the likelihood by Newton's steps, halved where one goes too far."""
    require_level(level)
    if not terms:
        raise ValueError("found no terms; allowed: at least one")
    if len(set(terms)) < len(terms):
        raise ValueError("found a term twice")
    record, model, nothing = _Record(history, terms, groups), _MODELS[kind], np.zeros((0, 0, 0))
    if not record.contacts:
        raise NotEstimable("found no contact within the time observed")
    beta = np.zeros(len(terms))
    if kind in ("rate", "pairs"):
        if history.until <= history.since:
            raise NotEstimable("found contacts at one time only; waiting times need more")
        # At zero the information is the exposure; the crude rate is a start of the right size.
        beta[0] = np.log(record.contacts) - np.log(record.walk(beta, model, nothing)[2][0, 0])
    found = record.walk(beta, model, nothing)
    start = np.sqrt(np.diag(found[2]))
    _refuse(found[2], start, terms)
    for _ in range(_STEPS):
        step: Floats = np.linalg.solve(found[2], found[1]).astype(np.float64)
        if step @ found[1] < _DECREMENT:
            break
        beta, found = _stepped(record, model, beta, step, found)
    else:
        raise NotEstimable(f"not converged after {_STEPS} steps")
    if np.linalg.eigvalsh(found[2] / np.outer(start, start))[0] < _FLAT:
        raise NotEstimable(
            "the likelihood has no maximum: one of the terms, or some together, foretell each contact"
        )
    log_likelihood, score, information, counts, by_person, within, by_sender = found
    expected = by_person[1] if kind != "pairs" else np.full_like(by_person[1], np.nan)
    deviation = (by_person[0] - expected) / np.sqrt(np.where(by_person[2] > 0, by_person[2], np.nan))
    timed = kind in ("rate", "pairs")
    covariance = np.linalg.inv(information)
    people = len(by_sender)
    clustered = covariance @ (by_sender.T @ by_sender) @ covariance * people / (people - 1)
    return ContactModel(
        kind=kind,
        terms=tuple(term.label for term in terms),
        estimates=beta,
        standard_errors=np.sqrt(np.diag(covariance)),
        clustered_errors=np.sqrt(np.diag(clustered)),
        log_likelihood=float(log_likelihood),
        score=score,
        information=information,
        contacts=int(counts[0]),
        observations=int(counts.sum() if timed else counts[0]),
        people=pd.DataFrame(
            {"observed": by_person[0], "expected": expected, "z": deviation},
            index=pd.Index(history.people, name="person"),
        ),
        within=None if groups is None else _deviation(*within),
        level=level,
    )


def _stepped(record: _Record, model: int, beta: Floats, step: Floats, found: Walked) -> tuple[Floats, Walked]:
    """Return parameters a step on, or a half or a quarter of it, where the likelihood is no smaller."""
    for halving in range(30):
        moved = beta + step / 2**halving
        tried = record.walk(moved, model, np.zeros((0, 0, 0)))
        # Near the maximum a step gains less than the sum of many logarithms is exact to.
        if np.isfinite(tried[0]) and tried[0] >= found[0] - _ROUNDING * abs(found[0]):
            return moved, tried
    raise NotEstimable("no step of Newton's raises the likelihood")


def _deviation(observed: float, expected: float, variance: float) -> tuple[float, float, float]:
    # A term for the groups makes the two equal but for rounding.
    difference = round(observed - expected, 6) + 0.0
    return observed, expected, difference / np.sqrt(variance) if variance > 0 else np.nan


def _refuse(information: Floats, start: Floats, terms: Sequence[Term]) -> None:
    """Say which terms do not differ, or say the same as others."""
    flat = [term.label for term, root in zip(terms, start, strict=True) if not root > 1e-12]
    if flat:
        raise NotEstimable(f"{', '.join(flat)}: the same for all with whom each contact could have been")
    scaled = information / np.outer(start, start)
    roots, vectors = np.linalg.eigh(scaled)
    if roots[0] < 1e-10:
        named = [term.label for term, part in zip(terms, np.abs(vectors[:, 0]), strict=True) if part > 1e-6]
        raise NotEstimable(f"{' and '.join(named)} say the same of each contact")
