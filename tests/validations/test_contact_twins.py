"""Twins that break an assumption: each breaks its own, and has the size of the others."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from analysis.contacts.closure import star_coalescence
from analysis.files import DATA_RAW
from analysis.validations.contact_twins import KINDS, ContactTwin, Kind, misspecified

PARAMETERS = json.loads((DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8"))
WITHOUT = {**PARAMETERS, "coalescence": False}


def twin(kind: Kind, seed: int = 1, *, planted: bool = False) -> ContactTwin:
    return misspecified(PARAMETERS if planted else WITHOUT, kind, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_makes_its_own_twin_and_two_circles_meet(kind: Kind) -> None:
    made = twin(kind)
    pd.testing.assert_frame_equal(made.contacts, twin(kind).contacts)
    assert not made.contacts.equals(twin(kind, 2).contacts)
    assert made.contacts["time"].between(0, PARAMETERS["days"]).all()
    found = star_coalescence(
        made.contacts, window=365, persistence=90, horizon=60, pairs=[made.collaborators]
    )
    event = found.events.iloc[0]
    assert event["t0"] == PARAMETERS["met_on"] and event["shared"] == 0
    assert min(event["star_one"], event["star_other"]) >= (3 if kind == "silent" else 9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_meeting_closes_much_and_another_little(kind: Kind) -> None:
    def closed(planted: bool) -> float:
        shares = []
        for seed in range(12):
            made = twin(kind, seed, planted=planted)
            events = star_coalescence(
                made.contacts, window=365, persistence=90, horizon=60, pairs=[made.collaborators]
            ).events
            shares.append(events["closed"].iloc[0] / events["possible"].iloc[0])
        return float(np.mean(shares))

    assert closed(planted=True) > 0.4 > 0.2 > closed(planted=False)


def test_each_kind_breaks_what_it_says() -> None:
    made = {kind: twin(kind) for kind in KINDS}
    home = pd.Series(made["groups"].groups)
    contacts = made["groups"].contacts
    assert (home[contacts["sender_id"]].to_numpy() == home[contacts["receiver_id"]].to_numpy()).all()
    assert len(set(home)) == 3 and not made["popular"].contacts.empty

    def most_ends(kind: Kind) -> int:
        ends = [
            twin(kind, seed).contacts[["sender_id", "receiver_id"]].to_numpy().ravel() for seed in range(5)
        ]
        return sum(max(Counter(one).values()) for one in ends)

    assert most_ends("popular") > 1.3 * most_ends("silent")
    answered = made["bursts"].contacts
    rows = set(answered.itertuples(index=False, name=None))
    back = [((t, b, a) in rows) or ((t + 1, b, a) in rows) or ((t - 1, b, a) in rows) for t, a, b in rows]
    assert np.mean(back) > 0.98
    people = set(made["silent"].groups)
    assert len(people - set(made["silent"].contacts["sender_id"])) >= 13
    with pytest.raises(ValueError, match="kind"):
        misspecified(WITHOUT, "other", np.random.default_rng(1))  # type: ignore[arg-type]
