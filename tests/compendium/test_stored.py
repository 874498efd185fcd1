"""Committed results of long computations."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.compendium import stored
from analysis.tables.faults import InvalidInput


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stored, "STUDIES", tmp_path)
    results = tmp_path / "leaders/results"
    results.mkdir(parents=True)
    (results / "fits.json").write_text('{"seed": 1}')
    return results


def test_what_is_stored_is_given(folder: Path) -> None:
    assert stored.stored_results("leaders", "fits") == {"seed": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "fit",
            None,
            r"notebooks/leaders/results/fit\.json: found no such file; allowed: committed results: fits",
        ),
        ("broken", "{", r"broken\.json: found no JSON"),
        ("list", "[1]", r"list\.json: found list; allowed: a JSON object"),
    ],
)
def test_anything_else_is_refused(folder: Path, name: str, content: str | None, message: str) -> None:
    if content is not None:
        (folder / f"{name}.json").write_text(content)
    with pytest.raises(InvalidInput, match=message):
        stored.stored_results("leaders", name)
