"""Names are found however they are written, and words that are none are not."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.privacy.names import Names, fold

PEOPLE = [
    "María José Núñez de la Ost",
    "Øyvind Hjelmvåg-Brisk",
    "Robertina O'Neillan",
    "İpekçe Yıldızlı",
    "Ute Groß",
    "Łucja Vö",
    "Jörgen Müllerov",
    "Majo",
    "Bo",
    "王小明",
    "김민수",
]
NAMES = Names(PEOPLE, ["north_school", "Elm", "e1", "07", "x_2"], ["Ute", "ost", "OST"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\N{LATIN SMALL LETTER N WITH TILDE}", "n"),
        ("n\N{COMBINING TILDE}", "n"),
        ("ÇÉÎØŁĐ", "ceiold"),
        ("İI ıi", "ii ii"),
        ("Groß GROSS", "gross gross"),
        ("Æsir Œuvre Þór", "aesir oeuvre thor"),
        ("  two\n\twords\N{NO-BREAK SPACE}here ", "two words here"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{LATIN SMALL LIGATURE FI}", "afi"),
        ("ma\N{SOFT HYPHEN}r\N{ZERO WIDTH SPACE}ia\N{ZERO WIDTH NO-BREAK SPACE}", "maria"),
        ("Ёлка", "елка"),
        ("", ""),
    ],
)
def test_a_text_is_folded(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_no_letter_with_an_accent_stays_and_case_never_matters() -> None:
    for code in range(0xC0, 0x250):
        letter = chr(code)
        if letter.isalpha():
            assert fold(letter) == fold(letter.lower()) == fold(letter.upper()), letter
            base = unicodedata.normalize("NFD", letter)[0]
            assert base == letter or fold(letter) == fold(base), letter


@pytest.mark.parametrize(
    "text",
    [
        "María José Núñez de la Ost",
        "maria jose nunez de la ost",
        "MARÍA",
        "a visit to Maria's",
        "Núñez, M. J.",
        "kick_off_nunez",
        "video-maria-2",
        "maria2",
        "2024maria",
        "MaríaJoséNúñezdelaOst",
        "Ma\N{SOFT HYPHEN}ría",
        "Nun\N{COMBINING TILDE}ez",
        "ØYVIND",
        "oyvind",
        "Oeyvind",
        "Hjelmvag",
        "hjelmvaag brisk",
        "HjelmvågBrisk",
        "Hjelmvåg\N{EN DASH}Brisk",
        "by brisk!",
        "oneillan",
        "O\N{RIGHT SINGLE QUOTATION MARK}Neillan",
        "neillan",
        "IPEKCE",
        "yildizli",
        "YILDIZLI",
        "GROSS",
        "Ute Groß",
        "ŁUCJA",
        "lucja",
        "Joergen",
        "Muellerov",
        "majo",
        "MAJO, again",
        "with Bo",
        "与王小明的会议",
        "김민수는",
        "North School",
        "north-school plan",
        "northschool",
        "visit_elm",
    ],
)
def test_a_name_is_found_in_every_form(text: str) -> None:
    assert NAMES.found_in(text)
    assert NAMES.found_in(f"Before. {text}; and after")
    assert NAMES.found_in(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "de la plage",
        "Ute and the ost wind",
        "vo",
        "Mariana",
        "submarine majority",
        "a school in the north",
        "boat, about, elms",
        "e1 in wave 07, x 2",
        "o neil",
        "小明天",
    ],
)
def test_short_particles_other_words_and_allowed_ones_are_no_names(text: str) -> None:
    assert NAMES.found_in(text) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [("north_school", "north school"), ("O'Neillan", "o neillan"), ("Ann-Lise", "ann lise"), ("ash", "ash")],
)
def test_what_is_told_as_a_name_is_what_may_be_allowed(name: str, told: str) -> None:
    assert Names([], [name], []).found_in(f"x {name} y") == told
    assert Names([], [name], [told]).found_in(f"x {name} y") == ""
    assert Names([], [name], [name.upper()]).found_in(f"x {name} y") == ""


def test_an_allowed_part_leaves_the_whole_name() -> None:
    names = Names(["Hugh Grantley"], [], ["grantley"])
    assert names.found_in("the Grantley of this school") == ""
    assert names.found_in("HUGH GRANTLEY") == "hugh"
    assert Names(["Hugh Grantley"], [], ["grantley", "hugh"]).found_in("Hugh Grantley") == "hugh grantley"


@given(st.lists(st.text(st.characters(codec="ascii", categories=["Lu", "Ll"]), min_size=3), min_size=1))
def test_any_name_is_found_in_upper_case_and_between_any_marks(words: list[str]) -> None:
    names = Names([" ".join(words)], [], [])
    for text in (" ".join(words), "_".join(words).upper(), "-".join(words).lower(), f"({words[-1]})"):
        assert names.found_in(text)


def test_each_text_of_a_table_is_a_fault_in_its_first_row() -> None:
    frame = pd.DataFrame({"label": ["Autumn", "for Majo", None, "for Majo"], "wave": [1, 2, 3, 4]})
    faults = NAMES.faults_in_tables({"waves": frame}, "change it")
    assert list(map(str, faults)) == [
        "waves.csv, row 3, column label: found 'for Majo' (the name 'majo'); "
        "allowed: texts that name nobody (change it)"
    ]


def test_keys_and_texts_of_json_are_searched() -> None:
    content = {"title": "Ours", "relations": [["help", {"Majo": 1}], "of Ute Groß"], "n": 3}
    faults = NAMES.faults_in_json(content, "datapackage.json", "change it")
    assert [(fault.column, fault.found) for fault in faults] == [
        ("relations", "'Majo' (the name 'majo')"),
        ("relations", "'of Ute Groß' (the name 'ute gross')"),
    ]


def test_nobody_is_found_where_nobody_is_named() -> None:
    nobody = Names([], [], [])
    assert nobody.found_in("Maria") == ""
    assert Names(["", " ", "-"], ["", "1"], [""]).found_in("- 1 Maria") == ""


def test_folding_any_single_character_is_final() -> None:
    characters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    assert [character for character in characters if fold(fold(character)) != fold(character)] == []
