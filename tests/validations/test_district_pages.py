"""What the pages on two districts must not say: a test of "district", or that one of them failed."""

from __future__ import annotations

import json
import re

import pytest

from analysis.files import STUDIES

ROOT = STUDIES.parent
TWIN_RUNS = ("health_twin", "environment_twin", "comparison", "recovery")


@pytest.mark.parametrize("run", TWIN_RUNS)
def test_no_recorded_number_is_a_p_of_district(run: str) -> None:
    path = ROOT / f"reports/expected/district_comparison/{run}.json"
    keys = json.loads(path.read_text(encoding="utf-8"))
    assert len(keys) > 20
    assert not [key for key in keys if re.search(r"(^|[.-])p([.-]|$)|p-value|p-holm", key)]


def test_no_page_says_that_a_district_failed() -> None:
    sources = [
        *(STUDIES / "district_comparison").glob("*.ipynb"),
        *(ROOT / "analysis").glob("*/*district*.py"),
        *(ROOT / "analysis/measurement").glob("*findings.py"),
        *(ROOT / "analysis/evidence").glob("*findings.py"),
        ROOT / "data_raw/two_districts/SOURCE.md",
    ]
    assert len(sources) > 15
    said = re.compile(r"(district[ _]?b|\bB)\W+(has |had )?(failed|fails|failure)", re.IGNORECASE)
    assert not [path.name for path in sources if said.search(path.read_text(encoding="utf-8"))]
