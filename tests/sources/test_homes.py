"""The committed declarations: what a machine gets that reaches its package sources and no other address."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.compendium.studies import load_studies
from analysis.files import DATA_RAW
from analysis.tables.package import DataPackage, every_package

INDEX, DEBIAN = ("package:", "index:"), ("debian:",)


def had_from(package: DataPackage, kinds: tuple[str, ...]) -> bool:
    """Return whether every file, or one that stands in for it, has a home of one of these kinds."""
    contents = {resource.content for resource in package.resources}
    had = {
        resource.content
        for resource in package.resources
        if any(home.startswith(kinds) for home in resource.homes)
    }
    return contents == had


def real_runs(kinds: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the runs on REAL data, by study, whose files have homes of these kinds."""
    runs = [run for study in load_studies() for run in study.runs if run.dataset]
    runs = [run for run in runs if run.dataset.kind == "real"]
    found: dict[str, list[str]] = {}
    for run in runs:
        if had_from(run.dataset, kinds):
            found.setdefault(run.study, []).append(run.id)
    return found


def test_package_sources_alone_make_eight_real_runs_of_two_studies() -> None:
    by_index = real_runs(INDEX)
    assert len(by_index) >= 2
    assert sum(map(len, by_index.values())) >= 8
    assert sum(map(len, real_runs(INDEX + DEBIAN).values())) > sum(map(len, by_index.values()))


def test_no_address_of_a_registry_is_named() -> None:
    for package in every_package():
        for resource in package.resources:
            for home in resource.homes:
                if home.startswith((*INDEX, *DEBIAN)):
                    assert "://" not in home


@pytest.mark.parametrize("there", [None, "RS.data.rda", "rs_data.csv"])
def test_of_a_file_and_its_stand_in_one_is_named_as_missing(tmp_path: Path, there: str | None) -> None:
    (package,) = (found for found in every_package() if found.name == "rescushell_coded_discourse")
    assert (DATA_RAW / package.name / "datapackage.json").is_file()
    if there:
        (tmp_path / there).write_bytes(b"")
    missing = {resource.content for resource in package.missing(tmp_path)}
    assert missing == (set() if there else {"RS.data.rda"})
