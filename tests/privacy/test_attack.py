"""Nobody can be worked out from the pages: an attack on the built example, and on a twin of 60 people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.compendium.studies import Run
from analysis.privacy.released import (
    RELEASED_VARIABLE,
    between_pages,
    keep_released,
    page_file,
    released_file,
)
from analysis.tables.load import load
from tests.notebooks.cells import RUNS, built, executed
from tests.privacy.attack import (
    SMALLEST,
    Known,
    Published,
    all_of_a_few,
    alone_reads_so,
    bars_drawn,
    collected,
    few,
    named,
    of_a_few,
    published,
    read,
    schools,
    unique_to_a_person,
    worked_out,
)

PAGES = (
    "your_network/network",
    "your_network/one_page",
    "relational_trust/help_example",
    "your_network/activities",
)
CONTACTS = "star_coalescence/cascades_example"
MORE = (
    "your_network/survey",
    "relational_trust/triangulation_example",
    "coordinated_change/coding_example",
    CONTACTS,
)
"""Pages on what the example has besides ties."""
COUNTED = ("cascades", "triangulation")
"""Of those, the ones that still count people or ties beside what was shown before."""
CHEAP = {"permutations": 19, "replicates": 20, "draws": 20}
FITS = (
    "formation_and_persistence(",
    "wave_on_wave(",
    "fitted",
    "goodness",
    "regressed",
    "drawn_with_mixing(",
    "invariance_by_scale(",
    "formation_rates(",
    "estimated",
    "formed_together(",
    'matrix["outcome"]',
    "formation_power(",
    'power["',
    "beside_chance(",
    "beside_nulls(",
    "holm_sentence(",
    "other_settings(",
    "cascade_findings(",
)
"""What cells of models have in them: they take long, and count nobody."""


def twin(seed: int = 60) -> dict[str, pd.DataFrame]:
    """Return 60 people of seven schools in three waves: two joined, three left, some were silent."""
    random = np.random.default_rng(seed)
    people = [f"p_{number:08x}" for number in random.choice(16**8, 60, replace=False)]
    homes = [f"o_{number:08x}" for number in range(7)]
    actors = pd.DataFrame(
        {"actor_id": people, "organization_id": [homes[n % 7] for n in range(60)], "role": "teacher"}
    )
    actors["joined_on"] = ["2024-12-01"] * 2 + [None] * 58
    actors["left_on"] = [None] * 57 + ["2025-03-01"] * 3
    waves = pd.DataFrame({"wave": [1, 2, 3], "label": ["a", "b", "c"]})
    waves["opened_on"] = ["2024-09-01", "2025-01-10", "2025-05-01"]
    waves["closed_on"] = ["2024-09-10", "2025-01-20", "2025-05-10"]
    silent = {1: people[10:12], 2: people[20:21], 3: people[30:38]}
    gone = pd.DataFrame(
        [(wave, one, None) for wave, some in silent.items() for one in some],
        columns=["wave", "actor_id", "relation"],
    )
    rows = []
    level = random.random((60, 60)) ** 2
    for wave in (1, 2, 3):
        value = np.where(random.random((60, 60)) < 0.3, random.random((60, 60)) ** 2, level)
        level = value
        for sender, receiver in np.argwhere(value > 0.8):
            there = (wave > 1 or min(sender, receiver) > 1) and (wave < 3 or max(sender, receiver) < 57)
            if (
                sender != receiver
                and there
                and people[sender] not in silent[wave]
                and max(sender, receiver) < 53
            ):
                strength = 1.0 + (value[sender, receiver] > 0.9)
                rows.append((wave, "help", people[sender], people[receiver], strength, people[sender]))
    ties = pd.DataFrame(
        rows, columns=["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
    )
    activities = pd.DataFrame(
        {"activity_id": ["one", "two"], "date": ["2024-10-05", "2025-02-05"], "kind": "workshop"}
    )
    came = pd.DataFrame(
        [("one", one) for one in people[2:40]] + [("two", one) for one in people[:44]],
        columns=["activity_id", "actor_id"],
    )
    organizations = pd.DataFrame({"organization_id": homes, "kind": "school"})
    for name in ("parent_id", "joined_on", "left_on"):
        organizations[name] = None
    return {
        "actors": actors,
        "organizations": organizations,
        "waves": waves,
        "nonresponse": gone,
        "ties": ties,
        "activities": activities,
        "attendance": came,
    }


def report(
    dataset: str,
    derived: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    pages: Sequence[str] = PAGES,
    apart: bool = False,
    **given: Any,
) -> list[Path]:
    """Return the folders of the pages on a dataset, as `make report` makes them.

    One after the other, each told of those before; or `apart`, as those on public data.
    """
    folders = []
    for name in pages:
        folder = out / name.replace("/", "-")
        folder.mkdir(parents=True)
        run = RUNS[name]
        options = {key: value for key, value in {**CHEAP, **given}.items() if key in run.notebook.parameters}
        if apart:
            register = page_file(out / "shown" / f"{folder.name}.page")
        else:
            register = released_file(derived / dataset, json.dumps([name, options]).encode().hex()[-32:])
        monkeypatch.setenv(RELEASED_VARIABLE, str(register))
        executed(run, {"dataset": dataset, **options}, derived, folder, monkeypatch, cells=_cheap(run))
        keep_released(register)
        folders.append(folder)
    return folders


def _cheap(run: Run) -> list[dict[str, Any]]:
    """Return a notebook's cells without those that fit models."""
    cells = json.loads(run.notebook.path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if not any(f"{word}" in "".join(cell["source"]) for word in FITS)]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the checked tables of the example and of the twin."""
    from analysis.files import DATA_RAW
    from analysis.tables.load import write_dataset
    from analysis.tables.package import read_package
    from analysis.tables.validate import checked

    derived = tmp_path_factory.mktemp("derived")
    built("example_network", derived, None)
    package = read_package(DATA_RAW / "example_network" / "datapackage.json")
    help_only = tuple(relation for relation in package.relations if relation.name == "help")
    package = replace(package, name="sixty", relations=help_only, attributes={})
    write_dataset(checked(twin(), package), package, derived / "sixty")
    return derived


@pytest.fixture(scope="module", params=["example_network", "sixty"])
def reports(
    request: pytest.FixtureRequest, places: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, pd.DataFrame], list[Path], list[Path]]:
    """Return a dataset, its report, and of one's own data a later one on stronger ties only."""
    out = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "example_network":
            first = again = report(request.param, places, out, patch, (*PAGES, *MORE), apart=True)
            second: list[Path] = []
            assert between_pages((out / "shown").glob("*.page"), SMALLEST) == []
        else:
            first = report(request.param, places, out / "first", patch)
            second = report(request.param, places, out / "second", patch, threshold=2.0)
            again = report(request.param, places, out / "again", patch)
        patch.setattr("analysis.tables.load.DATA_DERIVED", places)
        tables = load(request.param)
    for one, other in zip(first, again, strict=True):
        files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
        made = {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()}
        assert files == made, "a report made again is the same"
    return tables, first, second


Reports = tuple[Mapping[str, pd.DataFrame], list[Path], list[Path]]


def everything(folder: Path, known: Known) -> list[Published]:
    """Return what a page tells of the whole network, and of its schools."""
    return [*published(folder, known), *schools(folder, known, known.relations[0])]


def test_no_sum_or_difference_of_three_numbers_is_of_a_few(reports: Reports) -> None:
    tables, first, _ = reports
    known = Known(tables)
    numbers = [number for folder in first for number in everything(folder, known)]
    more = [number for folder in first for number in collected(folder, known, tables)]
    told = {number.name.split(",")[0] for number in more}
    assert told == {folder.name for folder in first if any(page in folder.name for page in COUNTED)}
    numbers += more
    assert [told for folder in first for told in of_a_few(folder)] == []
    assert len(numbers) > 40, "there is something to attack"
    assert worked_out(numbers) == []
    assert [told for folder in first for told in all_of_a_few(folder)] == []


def test_the_page_on_contacts_tells_of_no_few_when_it_comes_first(
    places: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = report("example_network", places, tmp_path, monkeypatch, [CONTACTS], apart=True)
    tables = load("example_network")
    numbers = list(collected(folder, Known(tables), tables))
    assert [number.name.split(", ")[-1] for number in numbers] == ["first-ties"]
    assert worked_out(numbers) == [] and of_a_few(folder) == []
    assert named([folder], set(tables["actors"]["actor_id"])) == []


def test_two_reports_with_other_settings_are_no_weaker(reports: Reports) -> None:
    tables, first, second = reports
    settings = {1.0: first, 2.0: second}
    numbers = [
        number
        for threshold, folders in settings.items()
        for folder in folders
        for number in everything(folder, Known(tables, threshold))
    ]
    assert worked_out(numbers) == []


def test_nobody_is_in_a_file_and_pictures_draw_only_what_the_tables_show(reports: Reports) -> None:
    tables, first, second = reports
    people = set(tables["actors"]["actor_id"])
    assert named([*first, *second], people) == []
    for folder in (*first, *second):
        changes = read(folder, "changes")
        picture = folder / "figures" / "turnover.svg"
        if len(changes) and picture.is_file():
            whole = changes[["kept", "new", "lost"]].map(lambda cell: str(cell).replace(".", "").isdigit())
            assert bars_drawn(picture) == 3 * whole.all(axis=1).sum()


def test_no_row_has_the_numbers_of_one_person(reports: Reports) -> None:
    tables, first, second = reports
    assert unique_to_a_person([*first, *second], Known(tables), tables) == []


def test_the_register_names_nobody_and_only_its_owner_reads_it(reports: Reports, places: Path) -> None:
    tables, _, _ = reports
    for dataset in ("example_network", "sixty"):
        folder = places / dataset / "released"
        if not folder.exists():
            continue
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600
            assert not [one for one in tables["actors"]["actor_id"] if f'"{one}"' in path.read_text()]


# --- and it can fail: a leak of each kind is found ----------------------------------------------------------


def test_a_planted_difference_of_two_or_three_is_found(reports: Reports) -> None:
    tables, first, _ = reports
    known = Known(tables)
    numbers = [number for folder in first for number in published(folder, known)]
    relation = known.relations[0]
    there = known.present(1)
    planted = Published("planted", len(there) - 1, frozenset(("head", one) for one in sorted(there)[1:]))
    whole = Published("whole", len(there), frozenset(("head", one) for one in there))
    assert worked_out([planted, whole])
    silent = known.present(2) - known.answered(relation, 2)
    exact = Published("exact", 0, frozenset(("head", one) for one in known.answered(relation, 2)))
    everybody = Published("everybody", 0, frozenset(("head", one) for one in known.present(2)))
    assert numbers and (not silent or "exact less everybody" in worked_out([exact, everybody]))
    ties = frozenset((*pair, relation, 2) for pair in known.ties(relation, 2))
    somebody = sorted(known.present(2))[5]
    of_one = frozenset(entry for entry in ties if somebody in entry[:2])
    half = frozenset(sorted(ties - of_one)[::2])
    parts = [Published("half", len(half), half), Published("other", 0, ties - of_one - half)]
    assert of_one and few(of_one)
    assert any(
        "half" in told and "other" in told for told in worked_out([Published("all", len(ties), ties), *parts])
    )
    assert worked_out([Published("one", len(of_one), of_one)]) == ["one"]


def test_planted_leaks_in_files_are_found(reports: Reports, tmp_path: Path) -> None:
    tables, _, _ = reports
    known = Known(tables)
    page = tmp_path / "page"
    (page / "tables").mkdir(parents=True)
    somebody = sorted(known.present(1))[0]
    (page / "figure.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><g id="node {somebody}"/></svg>'
    )
    assert named([page], {somebody}) == [f"figure.svg: {somebody}"]
    relation, people = known.relations[0], sorted(known.present(2) & known.present(3))
    for one in people:
        own = [
            sum(pair[end] == one for pair in known.ties(relation, wave)) for wave in (2, 3) for end in (0, 1)
        ]
        row = ",".join(map(str, own))
        (page / "tables" / f"{one}.csv").write_text(f"row,sent,received,degree,came\nx,{row}\n")
    found = unique_to_a_person([page], known, tables)
    assert len(found) >= 3, "the numbers of some are theirs alone"
    assert all(told.partition(".csv")[0] == re.search(r"are (\w+)'s alone", told)[1] for told in found)


def test_a_school_card_with_one_silent_person_is_found(reports: Reports, tmp_path: Path) -> None:
    """As the cards were: who was asked beside who answered."""
    tables, _, _ = reports
    known = Known(tables)
    relation, wave = known.relations[0], max(known.waves.index)
    home = known.actors["organization_id"]
    own = {name: known.present(wave) & set(home.index[home == name]) for name in home.dropna().unique()}
    told = {name: there & known.answered(relation, wave) for name, there in own.items()}
    (tmp_path / "tables").mkdir()
    rows = [f"{name},{len(own[name])},{len(told[name])}" for name in own]
    card = tmp_path / "tables" / "schools.csv"
    card.write_text("\n".join(["school,asked,answered", *rows]))
    found = worked_out(list(schools(tmp_path, known, relation)))
    silent = [name for name in own if 0 < len(own[name] - told[name]) < 5]
    assert silent and all(any(f"schools {name}" in said for said in found) for name in silent)
    whole = [name for name in own if own[name] == told[name] and len(own[name]) < 10]
    assert len(all_of_a_few(tmp_path)) == len(whole)
    # Ties of a few from one school to another.
    card.unlink()
    ties = known.ties(relation, wave)
    counts = {
        (one, to): sum(pair[0] in own[one] and pair[1] in own[to] for pair in ties)
        for one in own
        for to in own
    }
    between = ["school," + ",".join(own)]
    between += [one + "," + ",".join(str(counts[one, to]) for to in own) for one in own]
    (tmp_path / "tables" / "between.csv").write_text("\n".join(between))
    assert worked_out(list(schools(tmp_path, known, relation)))


def test_four_ties_or_four_people_in_a_table_are_found(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "volume.csv").write_text("code,units,coders\nhelp,18,2\n")
    (tmp_path / "tables" / "survival.csv").write_text(
        "curve,ties that closed a meeting,days,people\na,4,3,5\nb,5,2,4\nc,0,1,about 5\n"
    )
    found = [
        "survival.csv, ties that closed a meeting: 4",
        "survival.csv, people: 4",
        "volume.csv, coders: 2",
    ]
    assert of_a_few(tmp_path) == found


def test_a_rounded_number_is_read_where_only_one_is_written_so() -> None:
    assert alone_reads_so("about 0.8", "response_rate", 6) == 5
    assert alone_reads_so("about 0.8", "response_rate", 30) is None
    assert alone_reads_so("0.833", "response_rate", 6) == 5
    assert alone_reads_so("about 5", "answered", 6) is None
    assert alone_reads_so("withheld", "answered", 6) is None


def test_without_the_register_the_second_report_tells(places: Path, tmp_path: Path) -> None:
    """What differs by one person from an earlier report is withheld on account of the register alone."""
    from analysis.privacy.disclosure import Disclosure

    people = [f"p{number}" for number in range(40)]
    first, second = (released_file(tmp_path, key) for key in ("a" * 40, "b" * 40))
    assert Disclosure(5, first).decide("a mean", people) == ""
    keep_released(first)
    later = Disclosure(5, second)
    assert later.decide("a mean of all but one", people[1:]) == "withheld after an earlier report"
    assert "an earlier report on these data" in later.told("withheld after an earlier report")
    assert Disclosure(5).decide("a mean of all but one", people[1:]) == ""
    assert later.decide("a half", people[:20]) == ""
    # What failed leaves nothing, and the same report again is not held against itself.
    assert Disclosure(5, first).decide("a mean", people) == ""
    released_file(tmp_path, "b" * 40)
    assert Disclosure(5, released_file(tmp_path, "c" * 40)).decide("all but some", people[21:]) == ""
