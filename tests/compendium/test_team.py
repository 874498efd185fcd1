"""A team's own survey, from its spreadsheet to a report without names, in three commands."""

from __future__ import annotations

import csv
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from analysis.privacy.names import fold
from tests.compendium import warm
from tests.compendium.small import copy_code
from tests.privacy.texts import text_of

ROOT = Path(__file__).resolve().parents[2]

PEOPLE = [
    # identifier, name, aliases, school
    ("t1", "María José Núñez", "Majo", "north"),
    ("t2", "Zoë Brontë", "", "north"),
    ("t3", "Chris Lee", "", "north"),
    ("t4", "Chris Lee", "", "south"),
    ("t5", "Åse Ødegård", "", "south"),
    ("t6", "Robert O'Neill", "Bob|Rob O'Neill", "south"),
    ("t7", "Ngozi Adébáyò", "", "south"),
    ("t8", "Silent Witness", "", "north"),
    ("t9", "Ute Groß", "", "north"),
    ("t10", "İpek Yıldız", "", "south"),
]
HEADERS = ["María José Núñez", "ZOE BRONTE", "Chris Lee (north)", "t4", "Åse Ødegård", "Bob"]
HEADERS += ["Ngozi Adebayo", "Silent Witness", "Ute Groß", "İpek Yıldız"]


def write_survey(folder: Path, respondents: dict[str, str] | None = None) -> tuple[Path, Path]:
    """Write a roster and a survey of three waves and two relations; t8 never answers, t9 not in wave 2."""
    roster, survey = folder / "roster.csv", folder / "survey.csv"
    with roster.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(["actor_id", "name", "aliases", "organization_id", "role"])
        rows.writerows([*person, "teacher"] for person in PEOPLE)
    written = dict(zip([person[0] for person in PEOPLE], HEADERS, strict=True)) | (respondents or {})
    columns = [
        (wave, relation, number)
        for wave in (1, 2, 3)
        for relation in ("help", "trust")
        for number in range(len(PEOPLE))
    ]
    with survey.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["respondent", *(f"{relation} | {wave} | {HEADERS[n]}" for wave, relation, n in columns)]
        )
        for place, person in enumerate(PEOPLE):
            if person[0] == "t8":
                continue
            cells = [
                "" if (person[0] == "t9" and wave == 2) or number == place else (place + number + wave) % 3
                for wave, _, number in columns
            ]
            out.writerow([written[person[0]], *cells])
    return roster, survey


STUDIES = ("notebooks/your_network", "notebooks/relational_trust")


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the compendium, without its data but for the example."""
    root = tmp_path_factory.mktemp("team") / "compendium"
    copy_code(root)
    for folder in (*STUDIES, "data_raw/example_network"):
        shutil.copytree(ROOT / folder, root / folder)
    runs = [
        run for study in STUDIES for run in yaml.safe_load((ROOT / study / "study.yml").read_text())["runs"]
    ]
    for dataset in {run["dataset"] for run in runs} - {"example_network"}:
        (root / "data_raw" / dataset).mkdir()
        shutil.copy(ROOT / "data_raw" / dataset / "datapackage.json", root / "data_raw" / dataset)
    shutil.copy(ROOT / "requirements.lock", root)
    for folder in ("reports", "data_derived"):
        (root / folder).mkdir()
    return root


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the compendium."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPENDIUM_")}
    environment |= {"PYTHONPATH": str(root), "HOME": str(root.parent / "home")}
    return warm.run(root, arguments, environment)


RELATIONS = ("--relation", "help:0:2:Whom do you ask for help?", "--relation", "trust:0:2")


def test_three_commands_from_a_spreadsheet_to_a_report_in_which_nobody_is_named(compendium: Path) -> None:
    roster, survey = write_survey(compendium.parent)
    imported = run(
        compendium, "import", "roster", str(survey), "--roster", str(roster), "--dataset", "ours", *RELATIONS
    )
    assert imported.returncode == 0, imported.stderr
    raw = compendium / "data_raw/ours"
    silent = {
        tuple(row) for row in csv.reader((raw / "nonresponse.csv").read_text(encoding="utf-8").splitlines())
    }
    assert silent == {
        ("wave", "actor_id", "relation"),
        *((str(wave), "t8", "") for wave in (1, 2, 3)),
        ("2", "t9", ""),
    }
    ties = list(csv.DictReader((raw / "ties.csv").read_text(encoding="utf-8").splitlines()))
    expected = {
        (str(wave), relation, sender[0], receiver[0], float((i + j + wave) % 3))
        for wave in (1, 2, 3)
        for relation in ("help", "trust")
        for i, sender in enumerate(PEOPLE)
        for j, receiver in enumerate(PEOPLE)
        if i != j and (i + j + wave) % 3 and sender[0] != "t8" and (sender[0], wave) != ("t9", 2)
    }
    found = {
        (tie["wave"], tie["relation"], tie["sender_id"], tie["receiver_id"], float(tie["value"]))
        for tie in ties
    }
    assert found == expected

    before = run(compendium, "report", "ours")
    assert before.returncode == 1
    assert "never de-identified; allowed: make deidentify DATASET=ours first" in before.stderr

    done = run(compendium, "deidentify", "ours")
    assert done.returncode == 0, done.stderr
    (key,) = (compendium.parent / "home/.school-improvement-networks").glob("ours-*.key")
    assert f"A key was made: {key}" in done.stdout
    private = [path for path in (raw, *raw.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert private == []
    assert stat.S_IMODE(key.stat().st_mode) == 0o600

    reported = run(compendium, "report", "ours")
    assert reported.returncode == 0, reported.stderr
    assert "left out: your_network/survey, which needs items, responses" in reported.stdout
    assert "left out: your_network/activities, which needs activities, attendance" in reported.stdout
    left_out = "relational_trust/triangulation, which needs activities, attendance, documents, codings"
    assert left_out in reported.stdout
    reports = compendium / "reports/datasets/ours"
    assert (reports / "help_networks/numbers.json").is_file(), "it runs without what triangulation needs"
    numbers = json.loads((reports / "network/numbers.json").read_text(encoding="utf-8"))
    assert numbers["answered.help.2.people"]["value"] == 10
    # Eight of ten answered: their number would tell of the two who did not.
    answered = (reports / "network/tables/answered.csv").read_text(encoding="utf-8").splitlines()
    assert "answered.help.2.answered" not in numbers and "help,2,10,about 10,about 0.8" in answered
    ties_2 = sum(tie["wave"] == "2" and tie["relation"] == "help" for tie in ties)
    details = json.loads((reports / "help_networks/numbers.json").read_text(encoding="utf-8"))
    assert details["structure.help.2.ties"]["value"] == ties_2
    listed = (reports / "index.html").read_text(encoding="utf-8")
    assert "Reports not made" in listed
    assert listed.index("one_page.html") < listed.index("help_networks.html"), "a team's own pages first"

    parts = {part for _, name, aliases, _ in PEOPLE for part in [name, *name.split(), *aliases.split("|")]}
    parts = {part for part in parts if len(part) > 2}
    for path in [*(compendium / "data_derived").rglob("*"), *(compendium / "reports").rglob("*")]:
        if path.is_file():
            text = text_of(path)
            words = set(fold(text).replace("'", " ").split())
            for part in parts:
                assert part not in text, (path, part)
                assert fold(part) not in words, (path, part)

    # A table changed since: no report of something else than what was de-identified.
    (raw / "ties.csv").write_text("wave,relation,sender_id,receiver_id,value,reported_by\n")
    changed = run(compendium, "report", "ours")
    assert changed.returncode == 1
    assert "data_raw/ours/ties.csv changed" in changed.stderr

    # What was withdrawn is on no page any more; a parameter that no report has makes none.
    wrong = run(compendium, "report", "ours", "--set", "windw=5")
    assert wrong.returncode == 1 and "an unknown parameter windw" in wrong.stderr
    for value in ("seed=.inf", "seed=soon"):
        wrong = run(compendium, "report", "ours", "--set", value)
        assert wrong.returncode == 1 and "seed" in wrong.stderr, value
    assert (reports / "network.html").is_file()
    assert run(compendium, "deidentify", "ours").returncode == 0
    with (compendium / "data_derived/ours/actors.csv").open(encoding="utf-8") as lines:
        pseudonym = next(csv.DictReader(lines))["actor_id"]
    wrong = run(compendium, "report", "ours", "--set", f"caveat={pseudonym}")
    assert wrong.returncode == 1 and "a pseudonym in caveat" in wrong.stderr
    emptied = run(compendium, "report", "ours")
    assert emptied.returncode == 0, emptied.stderr
    assert "left out: your_network/network, which needs ties" in emptied.stdout
    assert not (reports / "network.html").exists() and not (reports / "network").exists()
    assert (compendium / "reports/codebook.html").is_file(), "the page they link to"


def test_every_name_that_cannot_be_matched_is_listed_with_the_nearest_and_nothing_written(
    compendium: Path,
) -> None:
    folder = compendium.parent / "wrong"
    folder.mkdir()
    roster, survey = write_survey(folder, {"t3": "Chris Lee", "t5": "Ase Odegaard", "t7": "Somebody Else"})
    done = run(
        compendium, "import", "roster", str(survey), "--roster", str(roster), "--dataset", "other", *RELATIONS
    )
    assert done.returncode == 1
    assert "3 faults, nothing written:" in done.stderr
    lines = done.stderr.splitlines()
    assert "row 4, column respondent: found 'Chris Lee'; allowed: a name that only one person" in lines[1]
    assert "Chris Lee (t3), Chris Lee (t4) are called so" in lines[1]
    assert "row 6, column respondent: found 'Ase Odegaard'" in lines[2]
    assert "near: Åse Ødegård (t5); if one is meant, add 'Ase Odegaard' to their aliases" in lines[2]
    assert "row 8, column respondent: found 'Somebody Else'" in lines[3]
    assert "nobody's name is near" in lines[3]
    assert not (compendium / "data_raw/other").exists()


@pytest.mark.parametrize(
    ("key", "message"),
    [("data_raw/ours.key", "a key file inside the repository"), ("../open.key", "mode 644")],
)
def test_a_key_in_the_repository_or_open_to_others_is_refused(
    compendium: Path, key: str, message: str
) -> None:
    assert run(compendium, "new", "keyed").returncode == 0
    folder = compendium / "data_raw/keyed"
    for name in ("actors", "waves"):
        shutil.copy(folder / f"example/{name}.csv", folder)
    shutil.copy(folder / "example/organizations.csv", folder)
    declared = json.loads((folder / "example/datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").write_text(json.dumps(declared | {"name": "keyed"}))
    (compendium / key).write_bytes(bytes(32))
    (compendium / key).chmod(0o644)
    done = run(compendium, "deidentify", "keyed", "--key", key)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (compendium / "data_derived/keyed").exists()
    (compendium / key).unlink()
    shutil.rmtree(folder)
