"""The codebook says of every table and column what its declaration says."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.compendium import codebook
from analysis.compendium.rendering import coded
from analysis.tables.package import every_package
from analysis.tables.schema import TABLES


def test_every_column_stands_in_it_with_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codebook, "CODEBOOK", tmp_path / "codebook.html")
    packages = every_package()
    codebook.write_codebook(packages)
    page = (tmp_path / "codebook.html").read_text(encoding="utf-8")
    position = 0
    for table in TABLES.values():
        position = page.index(f'<h2 id="{table.name}">', position)
        for column in table.columns:
            position = page.index(f'<th scope="row"><code>{column.name}</code>', position)
            position = page.index(str(coded(column.description)), position)
    for package in packages:
        position = page.index(f'id="dataset-{package.name}"', position)
        for columns in package.attributes.values():
            for column in columns:
                assert f'<th scope="row"><code>{column.name}</code>' in page[position:]
    assert "http" not in page.split("</style>")[1].replace("https://doi", "")
