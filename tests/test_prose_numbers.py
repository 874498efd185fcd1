"""No unbound number: each numeral of the prose is listed with what it comes from; a changed digit shows."""

from __future__ import annotations

import random
import re
import time

import pytest

from tests.prose_numbers import Bound, by_text, faults_of, listed, not_as_bound, texts

TEXTS = texts()
ENTRIES = listed()
BOUND = by_text(ENTRIES)
HELP = "list it in tests/prose_numbers.csv: python -m tests.prose_numbers says what is missing"


@pytest.mark.parametrize("name", sorted(TEXTS.keys() | BOUND.keys()))
def test_every_numeral_is_bound(name: str) -> None:
    assert faults_of(name, TEXTS.get(name, ""), BOUND.get(name, {})) == [], HELP


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.phrase)
def test_a_phrase_is_what_it_is_bound_to_or_has_a_reason(entry: Bound) -> None:
    assert bool(entry.bound_to) != bool(entry.reason), "either what it is bound to, or a reason"
    assert re.search(r"\d", entry.phrase)
    if entry.bound_to:
        assert not_as_bound(entry) == []


def test_a_hundred_changed_digits_are_all_caught() -> None:
    generator = random.Random(20261127)
    places = [(name, match.start()) for name, text in TEXTS.items() for match in re.finditer(r"\d", text)]
    begun = time.process_time()
    for name, place in generator.sample(places, 100):
        text = TEXTS[name]
        digit = generator.choice([one for one in "0123456789" if one != text[place]])
        changed = f"{text[:place]}{digit}{text[place + 1 :]}"
        assert faults_of(name, changed, BOUND[name]), changed[max(0, place - 40) : place + 20]
    assert time.process_time() - begun < 5


def test_a_number_that_is_no_longer_the_recorded_one_shows() -> None:
    (entry,) = [entry for entry in ENTRIES if entry.phrase == "43 leaders"]
    assert not_as_bound(Bound("44 leaders", entry.where, entry.bound_to, "")) == ["44"]
