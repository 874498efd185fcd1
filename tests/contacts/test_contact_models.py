"""Models of dated contacts: by hand, beside statsmodels, known truth, and what breaks their assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.contacts.contact_history import ContactHistory, contact_history, ties_as_changes
from analysis.contacts.contact_models import (
    Term,
    choice_model,
    contact_likelihood,
    contact_statistics,
    pair_model,
    rate_model,
)
from analysis.tables.faults import InvalidInput

PATHS = ("transitivity", "cycle", "shared_senders", "shared_receivers")
EVERY = [
    *(Term(effect) for effect in ("tie", "reciprocity", "indegree", "outdegree", *PATHS)),
    Term("tie", window=6.0),
    Term("reciprocity", weighted=True),
    Term("indegree", weighted=True, window=9.0),
    Term("transitivity", window=9.0),
    Term("tie", "friends"),
    Term("shared_receivers", "friends"),
    Term("same", "school"),
    Term("difference", "years"),
    Term("alter", "years"),
]


def table(contacts: Sequence[tuple[float, str, str]]) -> pd.DataFrame:
    """Return contacts as a table."""
    return pd.DataFrame(contacts, columns=["time", "sender_id", "receiver_id"])


def random_history(seed: int = 1, people: int = 9, contacts: int = 60) -> ContactHistory:
    """Return contacts at random, a network that changes, and attributes."""
    random = np.random.default_rng(seed)
    names = [f"p{number}" for number in range(people)]
    ends = np.array([random.choice(people, 2, replace=False) for _ in range(contacts)])
    times = np.sort(random.choice(4 * contacts, contacts, replace=False)).astype(float)
    rows = table([(time, names[one], names[other]) for time, (one, other) in zip(times, ends, strict=True)])
    friends = pd.DataFrame(
        [(float(time), *random.choice(names, 2, replace=False), 1) for time in (20, 20, 21, 90, 91, 92)],
        columns=["time", "sender_id", "receiver_id", "change"],
    )
    gone = friends.iloc[:2].assign(time=130.0, change=-1)
    actors = pd.DataFrame({"actor_id": names, "school": random.choice(list("ABC"), people)})
    actors["years"] = random.integers(1, 20, people) / 10
    return contact_history(
        rows,
        actors,
        networks={"friends": pd.concat([friends.drop_duplicates(["sender_id", "receiver_id"]), gone])},
        attributes={"school": "school", "years": "years"},
        since=-1.0,
    )


def from_scratch(history: ContactHistory, term: Term, before: int, time: float) -> Floats:
    """Return a statistic of every ordered pair before a contact, from all earlier contacts anew."""
    size = len(history.people)
    matrix = np.zeros((size, size))
    if term.of in history.attributes:
        values = history.attributes[term.of]
        own, others = np.meshgrid(values, values, indexing="ij")
        found: dict[str, Any] = {"same": own == others, "difference": abs(own - others), "alter": others}
        return np.asarray(found[term.effect], dtype=float)
    if term.of == "contacts":
        for k in range(before):
            if term.window is None or history.time[k] + term.window >= time:
                matrix[history.sender[k], history.receiver[k]] += 1
    else:
        for when, one, other, change in zip(*history.networks[term.of], strict=True):
            matrix[one, other] += change if when < time else 0
    tied = (matrix > 0).astype(float)
    used = matrix if term.weighted else tied
    np.fill_diagonal(tied, 0)
    paths = {
        "tie": used,
        "reciprocity": used.T,
        "indegree": np.broadcast_to(used.sum(axis=0), used.shape),
        "outdegree": np.broadcast_to(used.sum(axis=1), used.shape),
        "transitivity": tied @ tied,
        "cycle": (tied @ tied).T,
        "shared_senders": tied.T @ tied,
        "shared_receivers": tied @ tied.T,
    }
    return np.asarray(paths[term.effect], dtype=float)


def test_three_contacts_by_hand() -> None:
    history = contact_history(table([(1, "a", "b"), (3, "b", "a"), (5, "a", "b")]), people("abcd"), since=0.0)
    beta = 0.7
    value, score, information = contact_likelihood(history, [Term("tie")], np.array([beta]))
    again = np.exp(beta) / (np.exp(beta) + 2)
    assert_allclose(value, 2 * np.log(1 / 3) + np.log(again))
    assert_allclose(score, [1 - again])
    assert_allclose(information, [[again * (1 - again)]])
    # Waiting: nobody has turned to anybody for 1, a for 2, a and b for 2.
    alpha, gamma = -1.5, 0.4
    terms, parameters = [Term("intercept"), Term("sender_outdegree")], np.array([alpha, gamma])
    low, high = np.exp(alpha), np.exp(alpha + gamma)
    waited = 1 * 4 * low + 2 * (high + 3 * low) + 2 * (2 * high + 2 * low)
    value, score, _ = contact_likelihood(history, terms, parameters, "rate")
    assert_allclose(value, alpha + alpha + (alpha + gamma) - waited)
    assert_allclose(score, [3 - waited, 1 - 2 * high - 4 * high])
    # The same of ordered pairs: each sender has three.
    value, *_ = contact_likelihood(history, terms, parameters, "pairs")
    assert_allclose(value, alpha + alpha + (alpha + gamma) - 3 * waited)
    # A contact is recent up to 1.5 later, that moment included: the interval from 1 to 3 falls in two.
    recent = [Term("intercept"), Term("sender_outdegree", window=1.5)]
    waited = 1 * 4 * low + 1.5 * (high + 3 * low) + 0.5 * 4 * low + 1.5 * (high + 3 * low) + 0.5 * 4 * low
    value, *_ = contact_likelihood(history, recent, parameters, "rate")
    assert_allclose(value, 3 * alpha - waited)


def people(names: str, **columns: Any) -> pd.DataFrame:
    """Return a table of actors."""
    return pd.DataFrame({"actor_id": list(names), **columns})


def test_who_is_there_by_hand() -> None:
    days = [("2024-01-02T12:00", "a", "b"), ("2024-01-04T12:00", "a", "c"), ("2024-01-09T12:00", "b", "a")]
    actors = people(
        "abcd", joined_on=[None, None, "2024-01-04", None], left_on=[None, None, None, "2024-01-03"]
    )
    day = 86_400.0
    history = contact_history(table(days), actors, since=pd.Timestamp("2024-01-02").timestamp())
    value, *_ = contact_likelihood(history, [Term("tie")], np.zeros(1))
    # b of b and d; c of b and c; a of a and c.
    assert_allclose(value, 3 * np.log(1 / 2))
    alpha = np.log(1 / day)
    value, *_ = contact_likelihood(history, [Term("intercept")], np.array([alpha]), "rate")
    # Three people till the end of the third, a and b alone for no time, three again from the fourth.
    assert_allclose(value, 3 * alpha - (2 * 3 + 5.5 * 3))
    early = contact_history(table([*days, ("2024-01-03T09:00", "c", "a"), ("2024-01-05", "a", "d")]), actors)
    assert (early.absent_contacts, len(early.time)) == (2, 3)
    assert early.left_out == {"a", "c", "d"}


@pytest.mark.parametrize("seed", [1, 2])
def test_statistics_are_those_counted_anew(seed: int) -> None:
    history = random_history(seed)
    found = contact_statistics(history, EVERY)
    for contact in range(len(history.time)):
        sender, time = history.sender[contact], history.time[contact]
        others = np.arange(len(history.people)) != sender
        for place, term in enumerate(EVERY):
            counted = from_scratch(history, term, contact, time)[sender]
            assert_allclose(found[contact, others, place], counted[others], err_msg=term.label)


def test_choice_is_a_conditional_logit() -> None:
    from statsmodels.discrete.conditional_models import ConditionalLogit

    history = random_history(3)
    terms = [
        Term("tie"),
        Term("indegree"),
        Term("transitivity"),
        Term("same", "school"),
        Term("alter", "years"),
    ]
    statistics = contact_statistics(history, terms)
    contacts, size, _ = statistics.shape
    kept = np.arange(size) != history.sender[:, None]
    chosen = np.arange(size) == history.receiver[:, None]
    group = np.broadcast_to(np.arange(contacts)[:, None], (contacts, size))
    peer = ConditionalLogit(chosen[kept].astype(int), statistics[kept], groups=group[kept])
    own = choice_model(history, terms, groups="school")
    # Its search stops some thousandths short: its likelihood is asked at our estimates.
    assert_allclose(peer.fit(disp=False).params, own.estimates, atol=1e-3)
    assert_allclose(own.log_likelihood, peer.loglike(own.estimates), atol=1e-9)
    assert_allclose(peer.score(own.estimates), 0, atol=1e-6)
    assert_allclose(own.information, -peer.hessian(own.estimates), rtol=1e-4)
    # A term for groups makes the model expect what there is.
    assert own.within is not None
    assert_allclose(own.within[0], own.within[1], atol=1e-6)
    assert own.people["observed"].sum() == contacts
    assert_allclose(own.people["expected"].sum(), contacts)


@pytest.mark.parametrize("kind", ["rate", "pairs"])
def test_waiting_times_are_a_poisson_regression(kind: str) -> None:
    import statsmodels.api as sm

    history = random_history(4)
    senders = [Term("sender_indegree"), Term("sender_outdegree", window=9.0), Term("ego", "years")]
    pairs = [Term("tie"), Term("same", "school"), Term("indegree", "friends")]
    terms = senders if kind == "rate" else [*senders[:1], *pairs]
    size = len(history.people)
    cuts = {*history.time, *(history.time + 9.0), *history.networks["friends"][0], history.until}
    moments = sorted(cut for cut in cuts if cut <= history.until)
    rows, counts, exposure = [], [], []
    for start, end in zip([-1.0, *moments[:-1]], moments, strict=True):
        middle = (start + end) / 2
        before = int((history.time <= start).sum())
        matrices = [own(history, term, before, middle) for term in terms]
        now = np.flatnonzero(history.time == end)
        units = [(i, j) for i in range(size) for j in (range(size) if kind == "pairs" else [(i + 1) % size])]
        for i, j in units:
            if i != j:
                rows.append([matrix[i, j] for matrix in matrices])
                happened = [
                    history.sender[k] == i and (kind == "rate" or history.receiver[k] == j) for k in now
                ]
                counts.append(sum(happened))
                exposure.append(end - start)
    design = sm.add_constant(np.array(rows))
    peer = sm.GLM(counts, design, family=sm.families.Poisson(), offset=np.log(exposure)).fit(tol=1e-12)
    fitted = rate_model(history, terms) if kind == "rate" else pair_model(history, terms)
    assert_allclose(fitted.estimates, peer.params, atol=1e-6)
    assert_allclose(fitted.standard_errors, peer.bse, rtol=1e-5)
    # A Poisson likelihood counts the logarithm of the time waited as well.
    waited = np.log(exposure) @ np.array(counts)
    assert_allclose(fitted.log_likelihood, peer.llf - waited, atol=1e-6)


def own(history: ContactHistory, term: Term, before: int, time: float) -> Floats:
    """Return statistics anew, of senders too."""
    if term.effect == "ego":
        return from_scratch(history, Term("alter", term.of), before, time).T
    if term.effect.startswith("sender"):
        which = Term("indegree" if "in" in term.effect else "outdegree", term.of, term.window)
        return from_scratch(history, which, before, time).T
    return from_scratch(history, term, before, time)


def test_relabelled_people_give_the_same() -> None:
    history = random_history(5)
    order = np.random.default_rng(0).permutation(len(history.people))
    renamed = dict(zip(history.people, history.people[order], strict=True))
    rows = table(
        [
            (time, renamed[history.people[one]], renamed[history.people[other]])
            for time, one, other in zip(history.time, history.sender, history.receiver, strict=True)
        ]
    )
    terms = [Term("tie"), Term("indegree"), Term("transitivity")]
    both = [choice_model(one, terms) for one in (contact_history(rows), contact_history(unnamed(history)))]
    assert_allclose(both[0].estimates, both[1].estimates, rtol=1e-8)
    assert_allclose(both[0].log_likelihood, both[1].log_likelihood)


def unnamed(history: ContactHistory) -> pd.DataFrame:
    """Return the contacts of a history as a table."""
    names = history.people
    return pd.DataFrame(
        {
            "time": history.time,
            "sender_id": names[history.sender],
            "receiver_id": names[history.receiver],
        }
    )


def simulated(
    seed: int,
    contacts: int = 300,
    size: int = 25,
    *,
    habit: float = 1.5,
    back: float = 1.0,
    rate: float = 0.3,
    attraction: Floats | None = None,
    schools: Floats | None = None,
    alike: float = 0.0,
    there: Floats | None = None,
) -> pd.DataFrame:
    """Draw contacts from the model; `there` says until when each person is."""
    random = np.random.default_rng(seed)
    met, now, rows = np.zeros((size, size)), 0.0, []
    drawn = np.zeros(size) if attraction is None else attraction
    same = np.zeros((size, size)) if schools is None else (schools[:, None] == schools).astype(float)
    until = np.full(size, np.inf) if there is None else there
    while len(rows) < contacts:
        present = until > now
        paces = np.exp(-3 + rate * (met.sum(axis=1) / 5)) * present
        wait = random.exponential(1 / paces.sum())
        leaving = until[present].min()
        if now + wait > leaving:
            now = leaving
            continue
        now += wait
        i = random.choice(size, p=paces / paces.sum())
        weights = np.exp(habit * met[i] + back * met[:, i] + drawn + alike * same[i]) * present
        weights[i] = 0
        j = random.choice(size, p=weights / weights.sum())
        rows.append((now, f"p{i:02d}", f"p{j:02d}"))
        met[i, j] = 1
    return table(rows)


def everybody(size: int = 25, **columns: Any) -> pd.DataFrame:
    """Return the actors of a simulated record."""
    return pd.DataFrame({"actor_id": [f"p{number:02d}" for number in range(size)], **columns})


def test_known_truth_returns() -> None:
    found, errors = [], []
    for seed in range(24):
        history = contact_history(simulated(seed), everybody(), since=0.0)
        choice = choice_model(history, [Term("tie"), Term("reciprocity")])
        rate = rate_model(history, [Term("sender_outdegree")])
        found.append([*choice.estimates, *rate.estimates])
        errors.append([*choice.standard_errors, *rate.standard_errors])
    deviations = (np.array(found) - [1.5, 1.0, -3.0, 0.06]) / errors
    # The mean of 24 standardised deviations is within 3 of its own standard error; their spread is near 1.
    assert np.abs(deviations.mean(axis=0)).max() < 3 / np.sqrt(24)
    assert deviations.std(axis=0).min() > 0.6 and deviations.std(axis=0).max() < 1.5


def test_a_popular_person_and_groups_are_seen() -> None:
    habit = [Term("tie"), Term("reciprocity")]
    plain = choice_model(contact_history(simulated(1), everybody()), habit)
    assert plain.people["z"].max() < 4
    drawn = np.zeros(25)
    drawn[7] = 2.5
    popular = contact_history(
        simulated(1, attraction=drawn), everybody(star=drawn > 0), attributes={"star": "star"}
    )
    misfit = choice_model(popular, habit)
    assert misfit.people["z"].idxmax() == "p07" and misfit.people["z"].max() > 5
    # It makes habit look weaker or stronger than it is; with the person in the model it is as drawn.
    fitted = choice_model(popular, [*habit, Term("alter", "star")])
    assert_allclose(fitted.estimates, [1.5, 1.0, 2.5], atol=0.6)
    schools = np.arange(25) % 5.0
    grouped = contact_history(
        simulated(2, schools=schools, alike=2.0), everybody(school=schools), attributes={"school": "school"}
    )
    within = choice_model(grouped, habit, groups="school").within
    assert within is not None and within[2] > 4


def test_people_who_left_bias_the_pace_unless_it_is_known() -> None:
    day = 86_400.0
    there = np.where(np.arange(25) < 12, 10.0, np.inf)
    rows = simulated(3, rate=0.0, there=there)
    rows["time"] = pd.to_datetime(rows["time"] * day, unit="s")
    left = pd.Timestamp("1970-01-10").strftime("%Y-%m-%d")
    gone = everybody(left_on=[left if number < 12 else None for number in range(25)])
    known = rate_model(contact_history(rows, gone, since=0.0), [])
    unknown = rate_model(contact_history(rows, everybody(), since=0.0), [])
    truth = -3 - np.log(day)
    assert abs(known.estimates[0] - truth) < 3 * known.standard_errors[0]
    assert unknown.estimates[0] < truth - 5 * unknown.standard_errors[0]


REFUSED = {
    "the same for all": ([Term("cycle", window=0.5)], "cycle, last 0.5: the same for all"),
    "alike": ([Term("tie"), Term("tie", window=1e6)], "inertia and inertia, last 1e+06 say the same"),
    "missing": ([Term("alter", "unknown")], "unknown is missing for some people"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_is_said(case: str) -> None:
    terms, said = REFUSED[case]
    history = contact_history(
        unnamed(random_history(6)),
        people_of_random(unknown=[1.0, None, *[2.0] * 7]),
        attributes={"unknown": "unknown"},
    )
    with pytest.raises(NotEstimable, match=said.replace("+", r"\+")):
        choice_model(history, terms)


def people_of_random(**columns: Any) -> pd.DataFrame:
    """Return the actors of a random history."""
    return pd.DataFrame({"actor_id": [f"p{number}" for number in range(9)], **columns})


def test_likelihoods_without_a_maximum_and_wrong_arguments() -> None:
    back_and_forth = contact_history(
        table([(k, *("ab" if k % 2 else "ba")) for k in range(12)]), people("abc")
    )
    with pytest.raises(NotEstimable, match="no maximum"):
        choice_model(back_and_forth, [Term("tie")])
    with pytest.raises(NotEstimable, match="no contact between two people"):
        contact_history(table([(1, "a", "a")]))
    with pytest.raises(NotEstimable, match="one time only"):
        rate_model(contact_history(table([(1, "a", "b")])), [])
    with pytest.raises(InvalidInput, match="somebody of the actors"):
        contact_history(table([(1, "a", "z")]), people("abc"))
    waves = pd.DataFrame({"wave": [1], "opened_on": [None]})
    ties = pd.DataFrame({"wave": 1, "relation": "help", "sender_id": ["a"], "receiver_id": ["b"], "value": 1})
    with pytest.raises(NotEstimable, match="first day"):
        ties_as_changes(ties, waves, "help")
    for wrong, said in (
        (lambda: choice_model(back_and_forth, [Term("ego", "x")]), "the same for all whom"),
        (lambda: rate_model(back_and_forth, [Term("tie")]), "a rate has"),
        (lambda: choice_model(back_and_forth, [Term("tie", "friends")]), "no network 'friends'"),
        (lambda: choice_model(back_and_forth, [Term("same", "school")]), "no attribute 'school'"),
        (lambda: choice_model(back_and_forth, [Term("tie"), Term("tie")]), "twice"),
        (lambda: Term("same", "school", window=3.0), "window"),
        (lambda: Term("cycle", weighted=True), "weighted"),
        (lambda: Term("fame"), "effect is 'fame'"),  # type: ignore[arg-type]
        (lambda: contact_history(table([(1, "a", "b")]), people("ab"), attributes={"x": "y"}), "no column"),
    ):
        with pytest.raises(ValueError, match=said):
            wrong()


@pytest.mark.parametrize("kind", ["choice", "order", "rate"])
def test_clustered_errors_are_those_of_scores_added_up_by_sender(kind: str) -> None:
    history = random_history(3)
    if kind == "choice":
        terms = [Term("tie"), Term("reciprocity"), Term("alter", "years")]
        fitted, of = choice_model(history, terms), "choice"
    else:
        terms = [Term("sender_indegree"), Term("ego", "years")]
        fitted, of = rate_model(history, terms, timed=kind == "rate"), "rate"
        terms = [Term("intercept"), *terms] if kind == "rate" else terms
    statistics = contact_statistics(history, terms, of)  # type: ignore[arg-type]
    contacts, people, size = statistics.shape
    each = np.arange(contacts)
    weight = np.exp(statistics @ fitted.estimates)
    if kind == "choice":
        weight[each, history.sender] = 0
    waits = np.diff([history.since, *history.time])
    share = weight * waits[:, None] if kind == "rate" else weight / weight.sum(axis=1, keepdims=True)
    expected = share[:, :, None] * statistics
    happened = statistics[each, history.receiver if kind == "choice" else history.sender]
    scores = np.zeros((people, size))
    if kind == "choice":
        np.add.at(scores, history.sender, happened - expected.sum(axis=1))
    else:
        scores -= expected.sum(axis=0)
        np.add.at(scores, history.sender, happened)
    bread = np.linalg.inv(fitted.information)
    covariance = bread @ scores.T @ scores @ bread * people / (people - 1)
    assert_allclose(scores.sum(axis=0), 0, atol=1e-6)
    clustered = fitted.clustered()
    assert_allclose(clustered.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-7)
    assert_allclose(clustered.tidy()["estimate"], fitted.estimates)
