"""Ways in which names are written: each is found, but for those listed with the reason."""

from __future__ import annotations

import pytest

from analysis.privacy.names import Names

VARIANTS = [
    ("Eva Müller", "Mueller"),
    ("Eva Müller", "Muller"),
    ("Eva Mueller", "Müller"),
    ("Eva Mueller", "MULLER"),
    ("Eva Muller", "Müller"),
    ("Søren Holm", "Soren"),
    ("Søren Holm", "Soeren"),
    ("Soeren Holm", "Søren"),
    ("Soeren Holm", "Soren"),
    ("Håkon Berg", "Haakon"),
    ("Haakon Berg", "Håkon"),
    ("Haakon Berg", "Hakon"),
    ("Jörg Weiß", "Joerg"),
    ("Jörg Weiß", "Weiss"),
    ("Łukasz Dvořák", "Lukasz"),
    ("Łukasz Dvořák", "Dvorak"),
    ("Chloé Marsh", "Chloe's idea"),
    ("Chloé Marsh", "Chloes idea"),
    ("Chloé Marsh", "the Marshes"),
    ("Ana Lund", "Lunds"),
    ("Ana Ruiz", "RUIZ'"),
    ("Ana Ruiz", "the Ruizes"),
    ("Ana Ruiz", "askAna"),
    ("Ana Ruiz", "helpFromAnaRuiz"),
    ("Ana Ruiz", "AnaRuiz"),
    ("Ana Ruiz", "anaRuiz"),
    ("Ana Ruiz", "coach_Ana"),
    ("Ana Ruiz", "visit-ana-1"),
    ("Ana Ruiz", "ruiz2024.csv"),
    ("Ana De la Cruz", "Delacruz"),
    ("Ana De la Cruz", "De la Cruz"),
    ("Ana De la Cruz", "delacruz@school.org"),
    ("Ana Delacruz", "De la Cruz"),
    ("Ana Delacruz", "Dela Cruz"),
    ("Jan van der Berg", "vanderberg"),
    ("Jan Vanderberg", "van der Berg"),
    ("Rob O'Neill", "ONeill"),
    ("Rob O'Neill", "O Neill"),
    ("Rob ONeill", "O'Neill"),
    ("Ann-Marie Smith-Jones", "annmarie"),
    ("Ann-Marie Smith-Jones", "SmithJones"),
    ("Ann-Marie Smith-Jones", "Jones"),
    ("Ana Ruiz", "aruiz@school.org"),
    ("Ana Ruiz", "ana.ruiz@school.org"),
    ("Ana Ruiz", "ruiza"),
    ("Ana Ruiz", "a_ruiz"),
    ("Petra Ruiz", "petrar@x.org"),
    ("Ana Ruiz", "A. Ruiz"),
    ("Ana Ruiz", "Ruiz, A."),
    ("Bo Li", "Li's visit"),
    ("Bo Li", "B. Li"),
    ("Bo Li", "bli@school.org"),
    ("Mei Ng", "NG"),
    ("Tran Vu", "with Vu"),
    ("李 雷", "李雷"),
    ("李 雷", "和李雷见面"),
    ("王小明", "王小明说"),
    ("李", "李"),
    ("Eva Müller", "MÃ¼ller"),
    ("Chloé Marsh", "ChloÃ©"),
    ("Eva Müller", "M&uuml;ller"),
    ("Eva Müller", "M%C3%BCller"),
    ("Łukasz Dvořák", "Dvo\u0159a\u0301k"),
    ("Ana Ruiz", "A\u200bna"),
]

NOT_FOUND = [
    ("Søren Holm", "S\ufffdren", "what stood in place of the sign is lost"),
    ("Ana Ruiz", "A. R.", "initials alone are those of many people"),
    ("Katharina Holm", "Kathi", "a nickname is known where the roster lists it as an alias"),
    ("Bo Li", "li", "two small letters are a word of many languages"),
    ("Ana Ruiz", "Rius", "a slip of the pen is another name of somebody else"),
]


def test_there_are_as_many_as_promised() -> None:
    assert len(set(VARIANTS)) == 64


@pytest.mark.parametrize(("name", "text"), VARIANTS)
def test_a_variant_of_a_name_is_found(name: str, text: str) -> None:
    assert Names([name], [], []).found_in(text)
    assert Names([name], [], []).found_in(f"We met, {text}, and talked.")


@pytest.mark.parametrize(("name", "text", "reason"), NOT_FOUND)
def test_what_is_not_found_is_listed_with_its_reason(name: str, text: str, reason: str) -> None:
    assert reason
    assert not Names([name], [], []).found_in(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("李", "asked 李 today"), ("Ó", "Ó's group"), ("X", "coach_X"), ("X", "X")],
)
def test_a_name_of_one_character_is_found_as_a_word_of_its_own(name: str, text: str) -> None:
    assert Names([name], [], []).found_in(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("李", "李子"), ("Ó", "Oak"), ("Ana B", "option B"), ("X", "Xylophone"), ("X", "x = 2")],
)
def test_a_name_of_one_character_is_not_found_within_a_word_or_as_a_small_letter(
    name: str, text: str
) -> None:
    # Nor is one letter of a longer name: rosters have initials (Ana B), and texts an option B.
    assert not Names([name], [], []).found_in(text)


HARMLESS = [
    "once or twice a week",
    "We can count on one another when something goes wrong.",
    "kick_off",
    "classroomVisit",
    "to me",
    "mathematics",
    "lead teacher",
    "as he said, so do we",
    "2024-10-05",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    people = sorted({name for name, _ in VARIANTS})
    assert Names(people, ["north", "t1"], []).found_in(text) == ""
