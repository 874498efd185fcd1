"""A small dataset for the tests of this room, and random ones."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from analysis.tables.package import DataPackage, Relation
from analysis.tables.schema import Column

PACKAGE = DataPackage(
    name="small",
    title="A small dataset",
    kind="synthetic",
    citation="none",
    licence="none",
    resources=(),
    relations=(Relation("help", "Whom do you ask for help?", 1, 5), Relation("trust", "Do you trust?", 0, 1)),
    attributes={
        "actors": (
            Column("years", "integer", "Years in the school.", required=False, minimum=0, maximum=50),
            Column("grade", "integer", "Grade taught.", required=False, allowed=("1", "2", "3")),
            Column("efficacy", "number", "Mean of a scale.", required=False),
            Column("subject", "text", "Subject taught.", required=False, allowed=("maths", "music")),
        )
    },
)


def text_tables() -> dict[str, pd.DataFrame]:
    """Return tables of text without a fault: two organisations, three actors, two waves, three ties."""
    rows = {
        "organizations": [
            ("organization_id", "parent_id", "kind", "joined_on", "left_on"),
            ("district", "", "district", "", ""),
            ("north", "district", "school", "2023-08-01", "2024-07-31"),
        ],
        "actors": [
            ("actor_id", "organization_id", "role", "years", "grade", "efficacy", "subject"),
            ("a1", "north", "teacher", "12", "1", "3.5", "maths"),
            ("a2", "north", "teacher", "", "2", "", "music"),
            ("a3", "district", "", "0", "", "-1e3", ""),
        ],
        "waves": [
            ("wave", "label", "opened_on", "closed_on"),
            ("1", "Autumn", "2023-09-01", "2023-09-30"),
            ("2", "Spring", "", ""),
        ],
        "nonresponse": [("wave", "actor_id", "relation"), ("2", "a3", ""), ("1", "a3", "trust")],
        "ties": [
            ("wave", "relation", "sender_id", "receiver_id", "value", "reported_by"),
            ("1", "help", "a1", "a2", "5", "a1"),
            ("1", "trust", "a2", "a1", "0.5", "a2"),
            ("2", "help", "a1", "a2", "1", "a1"),
        ],
    }
    return {
        name: pd.DataFrame(cells, columns=list(header), dtype="string")
        for name, (header, *cells) in rows.items()
    }


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)
_DAYS = st.tuples(*[st.none() | st.dates().map(str)] * 2).map(
    lambda days: days if None in days else tuple(sorted(days))
)


def _as_kept(text: str) -> str:
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


@st.composite
def random_tables(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Draw valid tables for `PACKAGE`: any text, any finite number, any date, missing cells where allowed."""
    organizations = draw(st.lists(_TEXT, min_size=1, max_size=3, unique_by=_as_kept))
    actors = draw(st.lists(_TEXT, min_size=1, max_size=5, unique_by=_as_kept))
    waves = draw(st.lists(st.integers(0, 2**53), min_size=1, max_size=3, unique=True))
    actor, wave = st.sampled_from(actors), st.sampled_from(waves)
    keys = st.tuples(wave, st.sampled_from(["help", "trust"]), actor, actor, actor)
    finite = st.floats(allow_nan=False, allow_infinity=False)
    members = []
    for name in actors:
        attributes = [
            st.integers(0, 50),
            st.integers(1, 3),
            finite,
            st.sampled_from(["maths", "music"]),
        ]
        drawn = [draw(st.none() | values) for values in (st.sampled_from(organizations), _TEXT, *attributes)]
        members.append((name, *drawn))
    one_or_all = st.none() | st.sampled_from(["help", "trust"])
    absent = draw(st.lists(st.tuples(wave, actor, one_or_all), max_size=3, unique=True))
    silent = {(when, who) for when, who, _ in absent}
    ties = []
    for when, relation, sender, receiver, reporter in draw(st.lists(keys, max_size=6, unique=True)):
        if (when, reporter) in silent:
            continue
        value = draw(st.floats(1, 5) if relation == "help" else st.floats(0, 1))
        ties.append((when, relation, sender, receiver, value, reporter))
    kinds = st.sampled_from(["school", "district"])
    frames = {
        "organizations": [
            (name, draw(st.none() | st.sampled_from(organizations)), draw(kinds), *draw(_DAYS))
            for name in organizations
        ],
        "actors": members,
        "waves": [(number, draw(_TEXT), *draw(_DAYS)) for number in waves],
        "nonresponse": absent,
        "ties": ties,
    }
    return {
        name: pd.DataFrame(frames[name], columns=list(frame.columns), dtype="object")
        for name, frame in text_tables().items()
    }
