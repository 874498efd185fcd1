"""Who adopts when and who they are tied to, by hand: numbered and dated, tied and in contact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from analysis.adoption.setting import adoption_setting, never_as_one_period_later, times_by_row

Tables = dict[str, pd.DataFrame]


@pytest.fixture
def numbered() -> Tables:
    """Return adoption in numbered periods, rows in no order; p3 never adopts, x is no adopter."""
    return {
        "adoptions": pd.DataFrame(
            [
                ("drug", "p4", "4", 0),
                ("drug", "p2", "1", 0),
                ("drug", "p1", "3", 0),
                ("drug", "p3", "5", 1),
                ("seed", "p1", "9", 0),
            ],
            columns=["innovation", "adopter_id", "adopted_on", "censored"],
        ),
        "ties": pd.DataFrame(
            [
                ("advice", "p1", "p2"),
                ("advice", "p1", "p2"),
                ("advice", "p2", "p2"),
                ("advice", "p3", "x"),
                ("friend", "p4", "p1"),
            ],
            columns=["relation", "sender_id", "receiver_id"],
        ).assign(value=1.0),
        "actors": pd.DataFrame(
            {"actor_id": ["p1", "p2", "p3", "x"], "organization_id": ["town", "town", None, "town"]}
        ),
    }


@pytest.fixture
def dated() -> Tables:
    """Return adoption by schools, dated; their people are in contact; s3 is censored after 60 days."""
    return {
        "adoptions": pd.DataFrame(
            [
                ("programme", "s2", "2020-02-15", 0),
                ("programme", "s1", "2020-01-01", 0),
                ("programme", "s3", "2020-03-01", 1),
            ],
            columns=["innovation", "adopter_id", "adopted_on", "censored"],
        ),
        "actors": pd.DataFrame(
            {"actor_id": ["t1", "t2", "t3", "t4"], "organization_id": ["s1", "s1", "s2", "s3"]}
        ),
        "organizations": pd.DataFrame(
            {"organization_id": ["s1", "s2", "s3", "net"], "parent_id": ["net", "net", None, None]}
        ),
        "contacts": pd.DataFrame(
            [
                ("2020-01-01", "t1", "t3"),
                ("2020-01-10", "t3", "t1"),
                ("2020-01-20", "t2", "t3"),
                ("2020-01-31", "t3", "t4"),
                ("2020-02-01", "t4", "t1"),
                ("2020-02-10", "t1", "t2"),
                ("2020-06-01", "t1", "t3"),
            ],
            columns=["time", "sender_id", "receiver_id"],
        ),
    }


def links(network: object, actors: tuple[str, ...]) -> set[str]:
    """Return the ties of a network, all of which have weight one, as pairs of labels."""
    matrix = network.toarray()  # type: ignore[attr-defined]
    assert set(np.unique(matrix)) <= {0.0, 1.0}
    return {f"{actors[one]} {actors[other]}" for one, other in zip(*np.nonzero(matrix), strict=True)}


def both_ways(*pairs: str) -> set[str]:
    """Return pairs and their reverse."""
    return {*pairs, *(" ".join(reversed(pair.split())) for pair in pairs)}


def test_numbered_periods_keep_their_numbers_from_the_first_adoption_on(numbered: Tables) -> None:
    found = adoption_setting(numbered, "drug", relation="advice")
    assert found.actors == ("p1", "p2", "p3", "p4")
    assert found.times.tolist() == [3, 1, np.inf, 4]
    assert found.observed_until.tolist() == [3, 1, 5, 4]
    assert (found.periods.tolist(), found.unit) == ([1, 2, 3, 4, 5], "period")


def test_who_is_lost_before_the_first_adoption_begins_no_period(numbered: Tables, dated: Tables) -> None:
    numbered["adoptions"].loc[numbered["adoptions"]["adopter_id"] == "p3", "adopted_on"] = "-7"
    found = adoption_setting(numbered, "drug", relation="advice")
    assert (found.periods.tolist(), found.observed_until.tolist()) == ([1, 2, 3, 4], [3, 1, -7, 4])
    dated["adoptions"].loc[2, "adopted_on"] = "2019-12-01"
    found = adoption_setting(dated, "programme")
    assert (found.times.tolist(), found.periods.tolist()) == ([0, 2, np.inf], [0, 1, 2])
    assert (found.observed_until.tolist(), found.unit) == ([0, 2, -1], "period of 30 days")


def test_a_time_between_periods_is_in_the_next(numbered: Tables) -> None:
    numbered["adoptions"]["adopted_on"] = ["3.5", "1", "3", "3.2", "9"]
    found = adoption_setting(numbered, "drug", relation="advice")
    assert found.periods.tolist() == [1, 2, 3, 4]


def test_what_is_not_used_and_who_is_not_known_is_counted(numbered: Tables, dated: Tables) -> None:
    found = adoption_setting(numbered, "drug", relation="advice")
    # p2 names itself, and x adopts nothing; p1 names p2 twice.
    assert (found.innovation, found.unused, found.unknown) == ("drug", 2, {"x"})
    found = adoption_setting(dated, "programme")
    # Two people of one school, and a contact months after the last period; the network is no school.
    assert found.unused == 2
    assert len(found.unknown) == 1
    kinds = dated["organizations"].assign(kind=["school", "school", "school", "network"])
    assert adoption_setting({**dated, "organizations": kinds}, "programme").unknown == set()


def test_people_and_organisations_do_not_adopt_one_thing(dated: Tables) -> None:
    mixed = {**dated, "adoptions": dated["adoptions"].assign(adopter_id=["s1", "s2", "t1"])}
    with pytest.raises(
        ValueError, match=r"^adopters are 1 people and 2 organisations; allowed: one of the two"
    ):
        adoption_setting(mixed, "programme")


def test_numbered_adoption_beside_dated_contacts_is_refused(numbered: Tables, dated: Tables) -> None:
    tables = {"adoptions": numbered["adoptions"], "contacts": dated["contacts"]}
    with pytest.raises(ValueError, match=r"^adoption is in numbered periods and contacts are dated: give "):
        adoption_setting(tables, "drug")
    empty = {**dated, "adoptions": dated["adoptions"].iloc[:0]}
    with pytest.raises(ValueError, match=r"^the table adoptions has no row"):
        adoption_setting(empty)


@pytest.mark.parametrize("days", [0, -5, float("nan")])
def test_a_period_without_length_is_refused(dated: Tables, days: float) -> None:
    with pytest.raises(ValueError, match=r"^days is .*; allowed: a length of a period above 0$"):
        adoption_setting(dated, "programme", days=days)


@pytest.mark.parametrize(("relation", "expected"), [("advice", {"p1 p2"}), ("friend", {"p4 p1"})])
def test_a_relation_is_one_directed_network_of_adopters(
    numbered: Tables, relation: str, expected: set[str]
) -> None:
    found = adoption_setting(numbered, "drug", relation=relation)
    assert [links(network, found.actors) for network in found.networks] == [expected]


def test_another_innovation_has_its_own_adopters(numbered: Tables) -> None:
    found = adoption_setting(numbered, "seed", relation="advice")
    assert (found.actors, found.times.tolist(), found.groups) == (("p1",), [9], ("town",))


def test_without_a_name_it_is_the_innovation_with_most_rows_and_the_first_relation(numbered: Tables) -> None:
    found, named = adoption_setting(numbered), adoption_setting(numbered, "drug", relation="advice")
    assert found.actors == named.actors and found.times.tolist() == named.times.tolist()
    assert (found.networks[0] != named.networks[0]).nnz == 0


def test_an_answer_of_zero_is_no_tie(numbered: Tables) -> None:
    numbered["ties"].loc[numbered["ties"]["sender_id"] == "p4", "value"] = 0.0
    assert adoption_setting(numbered, "drug", relation="friend").networks[0].nnz == 0


def test_ties_of_people_link_their_organisations_where_these_adopt(dated: Tables) -> None:
    dated["ties"] = dated.pop("contacts").drop(columns="time").assign(relation="advice", value=1.0)
    found = adoption_setting(dated, "programme")
    assert links(found.networks[0], found.actors) == {"s1 s2", "s2 s1", "s2 s3", "s3 s1"}


def test_dates_are_counted_in_periods_the_last_begun_included(dated: Tables) -> None:
    found = adoption_setting(dated, "programme")
    assert found.actors == ("s1", "s2", "s3")
    assert found.times.tolist() == [0, 2, np.inf], "45 days are in the second period of 30"
    assert found.observed_until.tolist() == [0, 2, 2]
    by_day = adoption_setting(dated, "programme", days=1)
    assert by_day.times.tolist() == [0, 45, np.inf] and by_day.observed_until.tolist() == [0, 45, 60]
    assert len(by_day.networks) == len(by_day.periods) == 61


def test_contacts_of_people_link_their_organisations_period_by_period(dated: Tables) -> None:
    found = adoption_setting(dated, "programme")
    assert [links(network, found.actors) for network in found.networks] == [
        both_ways("s1 s2"),
        both_ways("s1 s2", "s2 s3"),
        both_ways("s1 s3"),
    ]


def people_adopt(tables: Tables, *people: str) -> Tables:
    """Return the tables with people as adopters in place of schools."""
    return {**tables, "adoptions": tables["adoptions"].assign(adopter_id=list(people))}


def test_contacts_link_people_where_people_adopt(dated: Tables) -> None:
    found = adoption_setting(people_adopt(dated, "t3", "t1", "t4"), "programme")
    assert found.actors == ("t1", "t3", "t4") and found.groups == ("s1", "s2", "s3")
    assert [links(network, found.actors) for network in found.networks] == [
        both_ways("t1 t3"),
        both_ways("t1 t3", "t3 t4"),
        both_ways("t1 t4"),
    ]


def test_people_who_only_receive_are_still_people(dated: Tables) -> None:
    contacts = pd.DataFrame({"time": ["2020-01-01"], "sender_id": ["t1"], "receiver_id": ["t3"]})
    tables = people_adopt({**dated, "contacts": contacts}, "t2", "t3", "t4")
    found = adoption_setting(tables, "programme")
    assert not any(network.nnz for network in found.networks), "t1 is no adopter"


def test_contacts_are_of_their_day_whatever_the_time(dated: Tables) -> None:
    times = dated["contacts"]["time"].where(dated["contacts"].index > 0, "2020-01-31T23:59:59")
    found = adoption_setting({**dated, "contacts": dated["contacts"].assign(time=times)}, "programme")
    assert [links(network, found.actors) for network in found.networks] == [
        set(),
        both_ways("s1 s2", "s2 s3"),
        both_ways("s1 s3"),
    ], "the thirtieth day is in the first period to its end, as an adoption on it is"


def test_groups_are_what_is_above_an_adopter(numbered: Tables, dated: Tables) -> None:
    people = adoption_setting(numbered, "drug", relation="advice").groups
    assert people == ("town", "town", "none given", "none given")
    assert adoption_setting(dated, "programme").groups == ("net", "net", "none given")


@pytest.mark.parametrize(
    ("innovation", "relation", "left_out", "message"),
    [
        ("none", "advice", (), r"^found no innovation 'none'; there are drug, seed$"),
        ("drug", "none", (), r"^ties: found no relation 'none'; there are advice, friend$"),
        ("drug", "advice", ("ties",), r"^ties: found no relation 'advice'; there are none$"),
        (
            "drug",
            None,
            ("ties",),
            r"^nothing links the adopters: name a relation of the table ties, or give contacts$",
        ),
    ],
)
def test_what_is_not_there_is_refused(
    numbered: Mapping[str, pd.DataFrame],
    innovation: str,
    relation: str | None,
    left_out: tuple[str, ...],
    message: str,
) -> None:
    tables = {name: frame for name, frame in numbered.items() if name not in left_out}
    with pytest.raises(ValueError, match=message):
        adoption_setting(tables, innovation, relation=relation)


def test_dated_adoption_without_contacts_is_refused(dated: Tables) -> None:
    del dated["contacts"]
    with pytest.raises(ValueError, match=r"^nothing links the adopters: "):
        adoption_setting(dated, "programme")


def test_ties_keep_their_values_where_asked(numbered: Tables) -> None:
    ties = numbered["ties"].assign(value=[2.0, 3.0, 9.0, 1.0, 4.0])
    found = adoption_setting({**numbered, "ties": ties}, "drug", relation="advice", valued=True)
    expected = np.zeros((4, 4))
    expected[0, 1] = 5.0
    np.testing.assert_array_equal(found.networks[0].toarray(), expected)
    plain = adoption_setting({**numbered, "ties": ties}, "drug", relation="advice")
    np.testing.assert_array_equal(plain.networks[0].toarray(), expected > 0)


def test_values_that_are_not_there_are_refused(numbered: Tables, dated: Tables) -> None:
    ties = numbered["ties"].assign(value=[2.0, np.nan, 9.0, 1.0, 4.0])
    with pytest.raises(ValueError, match=r"^ties: 1 of 4 of 'advice' have no value; each needs one$"):
        adoption_setting({**numbered, "ties": ties}, "drug", relation="advice", valued=True)
    with pytest.raises(ValueError, match=r"^valued: contacts have no values; name a relation"):
        adoption_setting(dated, "programme", valued=True)


def test_who_never_adopted_does_so_one_period_later(numbered: Tables) -> None:
    setting = adoption_setting(numbered, "drug", relation="advice")
    found = never_as_one_period_later(setting)
    assert found.times.tolist() == found.observed_until.tolist() == [3, 1, 6, 4]
    assert found.periods.tolist() == [1, 2, 3, 4, 5, 6]
    assert (found.actors, found.networks) == (setting.actors, setting.networks)
    assert np.isinf(setting.times[2]), "what was given stays"


def test_a_network_of_each_period_has_none_for_a_later_one(dated: Tables) -> None:
    with pytest.raises(ValueError, match=r"^found 3 networks; allowed: one that does not change$"):
        never_as_one_period_later(adoption_setting(dated, "programme"))


def test_times_go_to_the_row_of_each_actor(numbered: Tables) -> None:
    setting = adoption_setting(numbered, "drug", relation="advice")
    rows = pd.Series({"p4": 1, "x": 9, "p3": 2, "p2": 4, "p1": 3}, dtype="Int64")
    found = times_by_row(setting, rows)
    assert found.times.tolist() == [np.inf, 4, 1, 3]
    assert found.observed_until.tolist() == [5, 4, 1, 3]
    assert found.networks is setting.networks
    same = times_by_row(setting, pd.Series([1, 2, 3, 4], index=list(setting.actors)))
    assert same.times.tolist() == setting.times.tolist()


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ({"p1": 1, "p2": 2, "p3": 3}, "3 different, 1 missing, from 1.0 to 3.0"),
        ({"p1": 1, "p2": 2, "p3": 3, "p4": 3}, "3 different, 0 missing, from 1 to 3"),
        ({"p1": 0, "p2": 1, "p3": 2, "p4": 3}, "4 different, 0 missing, from 0 to 3"),
    ],
)
def test_rows_that_are_no_order_are_refused(numbered: Tables, rows: dict[str, int], found: str) -> None:
    setting = adoption_setting(numbered, "drug", relation="advice")
    with pytest.raises(ValueError, match=rf"^rows of 4 actors: {found}; allowed: 1 to 4, each once$"):
        times_by_row(setting, pd.Series(rows))
