"""What the page says of records made up: habit, one popular person, groups, people who were not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.contacts.contact_models import ContactModel
from analysis.contacts.next_contact import (
    choice_steps,
    estimates_table,
    fullest,
    next_contact_findings,
    rate_steps,
    rate_table,
    record_counts,
    record_of,
    side_by_side,
    steps_table,
    surprises,
)
from tests.contacts.test_contact_models import everybody, simulated

DAY = 86_400.0


def said(contacts: pd.DataFrame, actors: pd.DataFrame, drawing: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what the page opens with."""
    dated = contacts.assign(time=pd.to_datetime(contacts["time"] * DAY, unit="s").astype(str))
    history = record_of({"actors": actors, "contacts": dated}, alike=["organization_id"], drawing=drawing)
    steps = choice_steps(history, window=1.0, alike=["organization_id"], drawing=drawing)
    fitted = fullest(steps)
    assert isinstance(fitted, ContactModel)
    missed, whom = surprises(steps)
    assert len(missed) == len(whom)
    found = next_contact_findings(estimates_table(fitted, 1.0), missed, history)
    return {finding.key: finding.sentence for finding in found}


def test_what_is_drawn_is_said() -> None:
    schools = pd.Series(np.arange(25) % 5)
    names = schools.map("school {}".format)
    plain = said(simulated(4, contacts=500), everybody(organization_id=names))
    assert {"inertia", "reciprocity"} <= plain.keys()
    assert not {key for key in plain if key.startswith("misfit")}
    assert "same school or office" in plain["not-shown"]
    drawn = np.zeros(25)
    drawn[3] = 3.0
    star = everybody(organization_id=names, facilitator=(drawn > 0).astype(int))
    popular = said(simulated(4, contacts=500, attraction=drawn), star, ("facilitator",))
    assert "Somebody marked as facilitator is" in popular["receiver-s-facilitator"]
    assert "With habit alone one person would receive" in popular["misfit-person"]
    grouped = said(
        simulated(4, contacts=500, schools=schools.to_numpy(float), alike=2.0),
        everybody(organization_id=names),
    )
    assert "groups matter too" in grouped["misfit-groups"]
    assert "same-school-or-office" in grouped


def test_small_records_and_people_who_were_not_there() -> None:
    actors = pd.DataFrame(
        {
            "actor_id": list("abcd"),
            "organization_id": ["x", "x", "y", "y"],
            "joined_on": [None, None, None, "2024-02-01"],
        }
    )
    contacts = pd.DataFrame(
        {
            "time": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"],
            "sender_id": list("abda"),
            "receiver_id": list("baab"),
        }
    )
    history = record_of({"actors": actors, "contacts": contacts}, alike=["organization_id"])
    counts, whom = record_counts(history)
    assert counts["number"].loc[["contacts", "left out: of people not there"]].tolist() == [3, 1]
    assert whom[counts.index.get_loc("left out: of people not there")] == {"a", "d"}
    assert whom[counts.index.get_loc("people who turned to somebody")] == {"a", "b"}
    steps = choice_steps(history, window=7.0, alike=["organization_id"])
    assert isinstance(fullest(steps), NotEstimable)
    assert isinstance(side_by_side(steps, 7.0), NotEstimable)
    assert "no maximum" in steps_table(steps).loc["habit", "not estimable"]
    missed, whom = surprises(steps)
    assert (len(missed), whom) == (0, [])
    assert next_contact_findings(NotEstimable("nothing"), missed, history) == []
    assert set(rate_steps(history, window=7.0)) == {"habit", "recency"}
    with pytest.raises(NotEstimable, match="no contact"):
        record_of({"actors": actors, "contacts": contacts.iloc[2:3]})


def test_intervals_of_the_rate_stand_beside_those_clustered_by_sender() -> None:
    actors = everybody(organization_id="one")
    history = record_of({"actors": actors, "contacts": simulated(8)}, alike=["organization_id"])
    fitted = rate_steps(history, window=1.0)["habit"]
    assert isinstance(fitted, ContactModel)
    table, own = rate_table(fitted, 1.0), estimates_table(fitted, 1.0)
    pd.testing.assert_frame_equal(table[own.columns], own)
    half = np.log(table["clustered_upper"] / table["clustered_lower"]) / 2
    np.testing.assert_allclose(half, 1.959964 * fitted.clustered_errors[1:], rtol=1e-6)
