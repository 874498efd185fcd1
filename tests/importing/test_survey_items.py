"""Answers to statements, a row per respondent, become a row per answer; and back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.importing.dataset.people_file import read_roster
from analysis.importing.lists.survey_items import read_items, read_survey_items, wide
from analysis.importing.shared.people import Matcher
from analysis.tables.faults import Fault
from tests.tables.workbooks import write_workbook

ITEMS = pd.DataFrame(
    {
        "item_id": pd.Series(["trust_1", "trust_2", "share"], dtype="string"),
        "scale": pd.Series(["trust", "trust", "share"], dtype="string"),
        "wording": pd.Series(["We trust.", "We do not.", pd.NA], dtype="string"),
        "minimum": pd.Series([1, 1, 0], dtype="Float64"),
        "maximum": pd.Series([5, 5, 1], dtype="Float64"),
        "reversed": pd.Series([0, 1, 0], dtype="Int64"),
    }
)

SURVEY = "actor_id,noted,trust_2,trust_1,share\na1,fine,5,1,0.25\n\na2,, 3 ,,\na3,,,,\n"

LONG = [
    (1, "a1", "trust_1", 1.0),
    (1, "a1", "trust_2", 5.0),
    (1, "a1", "share", 0.25),
    (1, "a2", "trust_2", 3.0),
]
"""SURVEY, a row per answer, in the order of the rows, then of the items."""


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Return the path of a survey that a test writes."""
    return tmp_path / "s.csv"


def answers(tables: dict[str, pd.DataFrame]) -> list[tuple[object, ...]]:
    """Return the rows of the table of answers."""
    assert list(tables["responses"]) == ["wave", "actor_id", "item_id", "value"]
    return list(tables["responses"].itertuples(index=False, name=None))


def read(path: Path, text: str, **options: object) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables of a survey that is written first, and its faults."""
    path.write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    tables = read_survey_items(path, ITEMS, faults, **options)  # type: ignore[arg-type]
    return tables, [str(fault) for fault in faults]


def sound(path: Path, text: str, **options: object) -> dict[str, pd.DataFrame]:
    """Return the tables of a survey without a fault."""
    tables, faults = read(path, text, **options)
    assert faults == []
    return tables


def test_a_wide_survey_becomes_a_row_an_answer(survey: Path) -> None:
    tables = sound(survey, SURVEY)
    assert list(tables) == ["items", "waves", "responses"]
    assert answers(tables) == LONG
    assert tables["items"] is ITEMS
    assert tables["waves"].to_dict("list") == {"wave": [1], "label": ["Wave 1"]}


def test_all_rows_may_be_of_another_wave(survey: Path) -> None:
    assert answers(sound(survey, SURVEY, wave=4)) == [(4, *rest) for _, *rest in LONG]


def test_semicolons_come_with_decimal_commas(survey: Path) -> None:
    text = SURVEY.replace(",", ";").replace("0.25", "0,25")
    assert answers(sound(survey, "\ufeff" + text)) == LONG


def test_a_workbook_gives_the_same(tmp_path: Path) -> None:
    rows: list[list[float | str | bool | None]] = [
        ["actor_id", "noted", "trust_2", "trust_1", "share"],
        ["a1", "fine", 5.0, 1.0, 0.25],
        [],
        ["a2", None, 3.0],
        ["a3"],
    ]
    faults: list[Fault] = []
    path = write_workbook(tmp_path / "s.xlsx", rows)
    assert answers(read_survey_items(path, ITEMS, faults)) == LONG
    assert faults == []


def test_each_row_may_tell_its_wave(survey: Path) -> None:
    text = "trust_1,share,trust_2,when,who\n1,,,2,a1\n2,,,1,a1\n3,,,2,a2\n,,,7,a2\n"
    tables = sound(survey, text, respondent="who", wave_column="when", wave=9)
    assert answers(tables) == [
        (2, "a1", "trust_1", 1.0),
        (1, "a1", "trust_1", 2.0),
        (2, "a2", "trust_1", 3.0),
    ]
    assert tables["waves"].to_dict("list") == {"wave": [1, 2, 7], "label": ["Wave 1", "Wave 2", "Wave 7"]}


def test_words_mean_numbers_where_labels_say_so(survey: Path) -> None:
    labels = {"Strongly agree": 5.0, "Überhaupt nicht": 1.0, "3": 4.0}
    text = "actor_id,trust_1,trust_2,share\na1,strongly  AGREE,uberhaupt nicht,0\na2,3,2,1\n"
    assert answers(sound(survey, text, labels=labels)) == [
        *((1, "a1", "trust_1", 5.0), (1, "a1", "trust_2", 1.0), (1, "a1", "share", 0.0)),
        *((1, "a2", "trust_1", 4.0), (1, "a2", "trust_2", 2.0), (1, "a2", "share", 1.0)),
    ]


ROSTER = "actor_id,name,aliases,organization_id\na1,Zoë Ng,Zo,north\na2,Bo Li,,north\na3,Bo Li,,south\n"


@pytest.fixture
def people(tmp_path: Path) -> Matcher:
    """Return who is meant by a name."""
    (tmp_path / "r.csv").write_text(ROSTER, encoding="utf-8")
    faults: list[Fault] = []
    matcher = Matcher(read_roster(tmp_path / "r.csv", faults))
    assert faults == []
    return matcher


def test_names_are_matched_with_the_roster(survey: Path, people: Matcher) -> None:
    text = "name,trust_1,trust_2,share\nzoe ng,1,,\nBo Li (south),2,,\na2,3,,\n"
    tables = sound(survey, text, respondent="name", people=people)
    assert answers(tables) == [
        (1, "a1", "trust_1", 1.0),
        (1, "a3", "trust_1", 2.0),
        (1, "a2", "trust_1", 3.0),
    ]


def test_names_of_nobody_of_two_and_of_one_twice_are_faults(survey: Path, people: Matcher) -> None:
    text = "name,trust_1,trust_2,share\nZoe Ng,1,,\nBo Li,2,,\nZoé Ngu,3,,\nQuux,4,,\nZo,5,,\n"
    _, faults = read(survey, text, respondent="name", people=people)
    assert faults == [
        "s.csv, row 3, column name: found 'Bo Li'; allowed: a name that only one person on the roster has "
        "(Bo Li (a2), Bo Li (a3) are called so: "
        "write the identifier, or the name with the school in brackets)",
        "s.csv, row 4, column name: found 'Zoé Ngu'; allowed: a name, alias or identifier on the roster "
        "(near: Zoë Ng (a1); if one is meant, add 'Zoé Ngu' to their aliases)",
        "s.csv, row 5, column name: found 'Quux'; allowed: a name, alias or identifier on the roster "
        "(nobody's name is near; is someone missing from the roster?)",
        "s.csv, row 6, column name: found 'a1' again, as in row 2; allowed: one row per respondent and wave",
    ]


HEADER = "actor_id,trust_1,trust_2,share\n"


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (
            "who,trust_1,trust_2,share\na1,1,1,1\n",
            {"wave_column": "round"},
            [
                ", row 1: found no column 'actor_id'; "
                "allowed: a column of respondents; there are: who, trust_1, trust_2, share",
                ", row 1: found no column 'round'; "
                "allowed: a column of waves; there are: who, trust_1, trust_2, share",
            ],
        ),
        (
            "actor_id,trust-1,trust_2,,other\na1,1,1,1,1\n",
            {},
            [
                ", row 1: found no column 'trust_1'; allowed: a column for each item, headed by its item_id "
                "or its wording (is 'trust-1' meant? The headers must be the same)",
                ", row 1: found no column 'share'; allowed: a column for each item, headed by its "
                "item_id or its wording",
            ],
        ),
        (
            "actor_id,trust_1,trust_1,trust_2,share\na1,1,1,1,1\n",
            {},
            [", row 1, column trust_1: found the column a second time; allowed: each column once"],
        ),
        (
            HEADER + "a1,0,6,1.01\na2,1,5,2e-1\na3,x,1 2,1;5\n",
            {},
            [
                ", row 2, column trust_1: found '0'; allowed: a number from 1 to 5",
                ", row 2, column trust_2: found '6'; allowed: a number from 1 to 5",
                ", row 2, column share: found '1.01'; allowed: a number from 0 to 1",
                ", row 4, column trust_1: found 'x'; allowed: a number from 1 to 5 "
                "(say what words mean with --labels)",
                ", row 4, column trust_2: found '1 2'; allowed: a number from 1 to 5 "
                "(say what words mean with --labels)",
                ", row 4, column share: found '1;5'; allowed: a number from 0 to 1 "
                "(say what words mean with --labels)",
            ],
        ),
        (
            HEADER + "a1,never,,\n",
            {"labels": {"never": 0.0}},
            [", row 2, column trust_1: found 'never'; allowed: a number from 1 to 5"],
        ),
        (
            HEADER + "a1,1,,\n,2,,\na1,3,,\n",
            {},
            [
                ", row 3, column actor_id: found nobody; allowed: an identifier",
                ", row 4, column actor_id: found 'a1' again, as in row 2; "
                "allowed: one row per respondent and wave",
            ],
        ),
        (
            "round,actor_id,trust_1,trust_2,share\n,a1,,,\n1.5,a1,,,\n-1,a1,,,\n²,a1,,,\n1234567890,a1,,,\n",
            {"wave_column": "round"},
            [
                f", row {row}, column round: found {text}; allowed: the number of a wave"
                for row, text in enumerate(["an empty cell", "'1.5'", "'-1'", "'²'", "'1234567890'"], start=2)
            ],
        ),
        (HEADER + "a1,1,1,1,1\n", {}, [", row 2: found 5 cells; allowed: 4, as in the first line"]),
    ],
)
def test_every_fault_is_told(survey: Path, text: str, options: dict[str, object], told: list[str]) -> None:
    _, faults = read(survey, text, **options)
    assert faults == [f"s.csv{fault}" for fault in told]


def test_a_survey_without_columns_that_are_needed_gives_nothing(survey: Path) -> None:
    assert read(survey, "who,trust_1,trust_2,share\na1,1,1,1\n")[0] == {}
    tables, (fault,) = read(survey, "")
    assert tables == {}
    assert (
        fault == "s.csv, row 1: found no column 'actor_id'; allowed: a column of respondents; there are: none"
    )


def test_items_are_read_with_their_faults(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text(
        "item_id,scale,wording,minimum,maximum,reversed\n"
        "i1,trust,We trust.,1,5,0\ni2,trust,,1,,0\ni1,trust,,0,1,1\ni3,trust,,0,1,2\n",
        encoding="utf-8",
    )
    faults: list[Fault] = []
    items = read_items(path, faults)
    assert items[["item_id", "minimum", "maximum"]].to_numpy().tolist() == [["i1", 1, 5], ["i3", 0, 1]]
    assert sorted(map(str, faults)) == [
        "i.csv, row 3, column maximum: found nothing; allowed: a value",
        "i.csv, row 4, column item_id: found 'i1' again; allowed: each item_id once",
        "i.csv, row 5, column reversed: found '2'; allowed: at least 0 and at most 1",
    ]


def test_wide_is_a_row_a_respondent_and_wave(survey: Path) -> None:
    frame = wide(ITEMS, sound(survey, SURVEY)["responses"])
    assert list(frame) == ["actor_id", "wave", "trust_1", "trust_2", "share"]
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        ["a1", 1, 1.0, 5.0, 0.25],
        ["a2", 1, None, 3.0, None],
    ]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
VALUES = {"trust_1": st.floats(1, 5), "trust_2": st.integers(1, 5).map(float), "share": st.floats(0, 1)}
ANSWERS = st.dictionaries(
    st.tuples(st.integers(0, 999), NAMES),
    st.fixed_dictionaries({}, optional=VALUES).filter(bool),
    min_size=1,
    max_size=6,
)


@given(given_answers=ANSWERS, comma=st.booleans())
@settings(deadline=None, max_examples=60)
def test_answers_written_wide_and_read_again_are_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    given_answers: dict[tuple[int, str], dict[str, float]],
    comma: bool,
) -> None:
    long = pd.DataFrame(
        [
            (wave, who, item, value)
            for (wave, who), one in given_answers.items()
            for item, value in one.items()
        ],
        columns=["wave", "actor_id", "item_id", "value"],
    )
    path = tmp_path_factory.mktemp("wide") / "s.csv"
    separator, decimal = (";", ",") if comma else (",", ".")
    wide(ITEMS, long).to_csv(path, index=False, sep=separator, decimal=decimal)
    faults: list[Fault] = []
    tables = read_survey_items(path, ITEMS, faults, wave_column="wave")
    assert faults == []
    assert sorted(answers(tables)) == sorted(long.itertuples(index=False, name=None))
    assert tables["waves"]["wave"].tolist() == sorted({wave for wave, _ in given_answers})
