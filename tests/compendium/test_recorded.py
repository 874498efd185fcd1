"""What a run is given of the runs it reads: the number with where it comes from, or *not run*."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.compendium import recorded as module
from analysis.compendium.recorded import (
    NOT_RECORDED,
    NOT_RUN,
    READS_VARIABLE,
    Linked,
    recorded,
    recorded_finding,
    recorded_numbers_of,
)
from analysis.compendium.table_html import as_html


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return reports with one run in it, and let it be read."""
    monkeypatch.setattr(module, "REPORTS", tmp_path)
    monkeypatch.setenv(READS_VARIABLE, json.dumps({"small/once": True, "small/never": False}))
    folder = tmp_path / "small/once"
    folder.mkdir(parents=True)
    numbers = {"density": {"value": 0.123456, "label": "share of ties"}, "n": {"value": 3, "label": "people"}}
    (folder / "numbers.json").write_text(json.dumps(numbers))
    data = {"label": "SYNTHETIC", "names": ["tiny"]}
    (folder / "provenance.json").write_text(json.dumps({"data": data}))
    return tmp_path


def test_a_number_comes_with_its_label_its_data_and_its_link(reports: Path) -> None:
    found = recorded("small/once", "density")
    assert (found.value, found.label) == (0.123456, "share of ties")
    assert (found.data, found.dataset, found.link) == ("SYNTHETIC", "tiny", "../small/once.html#density")
    assert str(found) == "0.1235"
    assert found._repr_html_() == '<a href="../small/once.html#density">0.1235 (SYNTHETIC)</a>'
    assert str(recorded("small/once", "n")) == "3"


def test_what_failed_or_was_never_made_is_not_run_and_no_exception(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = recorded("small/never", "anything")
    assert (never.value, str(never), never._repr_html_()) == (None, NOT_RUN, NOT_RUN)
    # An old report is there, but cannot be relied on.
    monkeypatch.setenv(READS_VARIABLE, json.dumps({"small/once": False}))
    old = recorded("small/once", "density")
    assert (old.value, str(old), old.data) == (None, NOT_RUN, "SYNTHETIC")
    assert old._repr_html_() == "not run (SYNTHETIC)"


def test_an_unknown_run_or_key_is_an_error_that_says_what_there_is(reports: Path) -> None:
    with pytest.raises(
        ValueError, match="found run 'small/onc'; allowed: the runs this one reads: small/once"
    ):
        recorded("small/onc", "density")
    with pytest.raises(
        ValueError, match=r"found key 'densty'; allowed: one of the 2 that run small/once .*nearest: density"
    ):
        recorded("small/once", "densty")


def test_outside_the_driver_it_gives_what_is_there(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READS_VARIABLE)
    assert recorded("small/once", "density").value == 0.123456
    assert recorded("small/elsewhere", "density").value is None


def test_a_finding_comes_with_its_data_and_leads_to_its_first_number(reports: Path) -> None:
    folder = reports / "small/once"
    found = {"ties": {"sentence": "There are 3.", "numbers": ["n", "density"], "label": "SYNTHETIC"}}
    (folder / "findings.json").write_text(json.dumps(found))
    ties = recorded_finding("small/once", "ties")
    assert (ties.sentence, ties.there, ties.data, ties.dataset) == ("There are 3.", True, "SYNTHETIC", "tiny")
    assert ties.link == "../small/once.html#n"
    # One that is not made (any more) is no error: what a page finds hangs on its data.
    gone = recorded_finding("small/once", "isolates")
    assert (gone.sentence, gone.there, gone.link) == (NOT_RECORDED, False, "../small/once.html")
    never = recorded_finding("small/never", "ties")
    assert (never.sentence, never.there) == (NOT_RUN, False)
    with pytest.raises(ValueError, match="found run 'small/onc'"):
        recorded_finding("small/onc", "ties")


def test_all_numbers_of_a_run_are_there_or_none(reports: Path) -> None:
    assert set(recorded_numbers_of("small/once") or {}) == {"density", "n"}
    assert recorded_numbers_of("small/never") is None
    with pytest.raises(ValueError, match="found run 'small/onc'"):
        recorded_numbers_of("small/onc")


def test_a_cell_of_a_table_may_lead_somewhere() -> None:
    frame = pd.DataFrame({"found": [Linked("3 < 4", "../a.html#n&m"), "bare"]})
    written = as_html(frame, 3)
    assert '<td class="text"><a href="../a.html#n&amp;m">3 &lt; 4</a></td>' in written
    assert '<td class="text short">bare</td>' in written
