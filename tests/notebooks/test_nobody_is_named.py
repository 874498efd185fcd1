"""Names planted in every identifier and free text of a team's tables reach nothing that a page is made of."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium.studies import load_studies
from tests.notebooks.cells import RUNS, executed
from tests.privacy.test_deidentify import (  # noqa: F401 - one of these is a fixture
    FRAGMENTS,
    FREE,
    HIDDEN,
    derived,
    filled,
    form_for,
    own_dataset,
    plant,
    run,
)
from tests.privacy.texts import text_of

STUDIES = [study for study in load_studies() if study.id in ("coordinated_change", "network_design")]
CHEAPER: dict[str, dict[str, Any]] = {
    "coding_reliability": {"draws": 20},
    "code_networks": {"draws": 19},
    "routine_webs": {"draws": 19},
    "run_charts": {"draws": 19},
    "leadership_shift": {
        **{"draws": 9, "days": 60, "fewest": 5},
        **{"organization": "", "backbone": ["role=coach"], "wider": []},
    },
    "design_elements": {"draws": 9},
    "activity_network": {"draws": 9},
    "collective_efficacy": {"draws": 9},
}


@pytest.fixture(scope="module")
def tables(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """Return the tables, without names, of a dataset with a name in every text; tests only read them."""
    with pytest.MonkeyPatch.context() as patch:
        raw = own_dataset(filled, tmp_path_factory.mktemp("planted"), patch)
        for number, place in enumerate([*HIDDEN, *FREE]):
            plant(raw, place, f"{form_for(place)} {number}")
        run(raw)
        made = derived(raw)
    # Planted steps stand alone: no change can have got there, which is refused as it should be.
    (made / "episode_steps.csv").unlink()
    return made


@pytest.mark.parametrize("notebook", [one.notebook.path.stem for study in STUDIES for one in study.reports])
def test_no_byte_that_a_page_is_made_of_has_a_planted_name(
    notebook: str, tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(known for known in RUNS.values() if known.notebook.path.stem == notebook)
    options = {"dataset": tables.name, **CHEAPER.get(notebook, {})}
    executed(one, options, tables.parent, tmp_path, monkeypatch)
    assert (tmp_path / "numbers.json").is_file()
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        text = unicodedata.normalize("NFKD", text_of(path)).lower()
        letters = "".join(sign for sign in text if not unicodedata.combining(sign))
        assert not [part for part in FRAGMENTS if part in letters], path.name
