"""The certificate of a small compendium: the same bytes anywhere, nothing that may not be passed on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rocrate
import yaml

from analysis.certificate import grand
from analysis.certificate.codecheck import SPECIFICATION
from analysis.certificate.contents import may_be_passed_on
from analysis.certificate.crate import METADATA, PROFILES
from analysis.certificate.grand import DECLARED
from analysis.files import DATA_RAW, digest
from tests.certificate.certified import Certified, certify

ROOT = Path(__file__).resolve().parents[2]


def test_elsewhere_and_at_another_time_the_same_bytes(certified: Certified, tmp_path: Path) -> None:
    there = certified.small.copied(tmp_path / "other place")
    shutil.rmtree(there.root / "reports/certificate")
    for path in (there.root / "reports").rglob("*"):
        os.utime(path, (1, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C")
        patch.setenv("TZ", "Pacific/Kiritimati")
        again = certify(there)
    folders = [one.small.root / "reports/certificate" for one in (certified, again)]
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*.*")) for folder in folders]
    assert names[0] == names[1] and len(names[0]) > 8
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    for name, content in certified.files.items():
        # Of the small compendium; our own tests and code say /tmp where they like.
        if not name.startswith("analysis/"):
            assert str(certified.small.root).encode() not in content, name
            assert os.uname().nodename.encode() not in content or len(os.uname().nodename) < 6, name


def test_nothing_that_may_not_be_passed_on_is_in_it(certified: Certified) -> None:
    raw = certified.document("data_raw/tiny/datapackage.json")
    assert not may_be_passed_on(raw), "its licence is stated as none"
    hashes = certified.document("hashes.json")
    closed = {one["hash"].removeprefix("sha256:") for one in raw["resources"]}
    assert set(hashes["raw"].values()) == closed and closed
    derived = certified.small.root / "data_derived/tiny"
    closed |= {digest(path.read_bytes()) for path in derived.glob("*.csv")}
    assert (certified.small.root / "data_raw/tiny/ties.csv").is_file() and len(closed) > 2
    assert not closed & {digest(content) for content in certified.files.values()}
    left = hashes["left_out"]
    assert closed <= {one["sha256"] for one in left.values()}
    assert "which may not be passed on" in left["reports/small/twice.html"]["why"]
    assert "reports/small/twice/notebook.ipynb" in left and "reports/small/once.html" in certified.files
    assert "reports/small/twice/numbers.json" in certified.files
    # What somebody holds of their own is nobody else's.
    assert not [name for name in certified.files if "/ours/" in name or "secret" in name]
    assert "notebooks/small/claims_of_originals.csv" not in certified.files
    assert not any("Ute Groß".encode() in content for content in certified.files.values())


@pytest.mark.parametrize(
    "path", sorted(DATA_RAW.glob("*/datapackage.json")), ids=lambda path: path.parent.name
)
def test_only_our_own_twins_and_what_a_licence_allows_may_be_passed_on(path: Path) -> None:
    declared = json.loads(path.read_text(encoding="utf-8"))
    if declared.get("audience") != "public":
        pytest.skip("somebody's own")
    allowed = declared["kind"] == "synthetic" or declared["name"] == "teacher_efficacy_burnout"
    assert may_be_passed_on(declared) is allowed
    if allowed:
        for change in ({"licenses": [{"title": "MIT"}]}, {"redistribution": "no"}, {"audience": "private"}):
            assert not may_be_passed_on(declared | change)
        mixed = [*declared["licenses"], {"name": "CC-BY-NC-4.0", "title": "…"}]
        assert not may_be_passed_on(declared | {"licenses": mixed})


def test_codecheck_yml_is_as_specified(certified: Certified) -> None:
    text = certified.files["codecheck.yml"].decode("utf-8")
    assert text.startswith("%YAML 1.1\n---\n")
    content = yaml.safe_load(text)
    assert content["version"] == SPECIFICATION
    about = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert content["paper"]["title"] == about["title"] and content["paper"]["authors"][0]["name"]
    assert content["codechecker"][0]["name"] and content["report"] in certified.files
    assert content["check_time"] == f"{about['date-released']} 00:00:00"
    assert "printed: 3 reproduced, 1 deviates (open)" in content["summary"]
    files = [one["file"] for one in content["manifest"]]
    assert len(files) == len(set(files)) and all(one["comment"] for one in content["manifest"])
    drawn = "reports/small/twice/figures/map.svg"
    assert [name for name in files if name not in certified.files] == [drawn], "what the test alone displays"
    assert {"reports/verdict.json", "reports/small/once/tables/degrees.csv"} < set(files)


def test_every_output_and_claim_leads_to_a_program_and_its_line(certified: Certified) -> None:
    lines = certified.files["notebooks/small/small.ipynb"].decode("utf-8").splitlines()
    tables = {}
    for name in ("outputs.csv", "numbers_in_text.csv"):
        rows = list(csv.DictReader(io.StringIO(certified.files[name].decode("utf-8"))))
        assert {row["program"] for row in rows} == {"notebooks/small/small.ipynb"}
        tables[name] = [(row, lines[int(row["line"]) - 1]) for row in rows if row["line"]]
    keys = {"ties": "ties", "doubled": "ties", "density": "density", "wrong": "density"}
    for row, line in tables["numbers_in_text.csv"]:
        assert f'results.number(\\"{keys[row["claim"]]}\\"' in line
    assert [row["verdict"] for row, _ in tables["numbers_in_text.csv"]] == [
        *["reproduced"] * 3,
        "deviates (open)",
    ]
    found = {row["file"]: line for row, line in tables["outputs.csv"]}
    assert 'results.table(\\"degrees\\"' in found["reports/small/once/tables/degrees.csv"]
    assert 'results.figure(\\"out-degrees\\"' in found["reports/small/once/figures/out-degrees.svg"]


def test_the_readme_has_the_sections_of_the_data_editors_template(certified: Certified) -> None:
    text = certified.files["REPLICATION.md"].decode("utf-8")
    sections = [
        *("Overview", "Data Availability and Provenance Statements", "Statement about Rights"),
        *("License for Data", "Summary of Availability", "Details on each Data Source", "Dataset list"),
        *("Computational requirements", "Software Requirements", "Controlled Randomness"),
        *("Memory, Runtime, Storage Requirements", "Description of programs/code", "License for Code"),
        *("Instructions to Replicators", "Details on various programs", "List of tables and programs"),
        *("In-text numbers", "References"),
    ]
    assert re.findall(r"(?m)^##+ (.*)$", text) == sections
    raw = certified.document("data_raw/tiny/datapackage.json")["resources"][0]
    assert f"| ties.csv | tiny | {raw['bytes']} | {raw['hash'].removeprefix('sha256:')} | no |" in text
    assert "Made for a test." in text and "not passed on here" in text
    assert f"(SHA-256 {digest((certified.small.root / 'requirements.lock').read_bytes())})" in text
    assert "| notebooks/small/small.ipynb | small/twice | tiny (REAL) | factor = 2 |" in text
    assert "| Nobody (2026) | 4 | 3 reproduced, 1 deviates (open) |" in text


def test_the_statement_about_a_network_tells_most_items_and_lists_the_others(certified: Certified) -> None:
    page = certified.files["grand/tiny.html"].decode("utf-8")
    items = re.findall(r'<th scope="row">([\d.]+) [^<]*</th><td>(.*?)</td><td>(\w*)</td>', page)
    assert len(items) == 25
    told = {number: (text, how) for number, text, how in items}
    assert told["3.7"] == ("help, wave 1: 3", "computed") and told["2.2"][0] == "3 people"
    assert told["1.2"] == ("missing", "") and told["3.4"][0] == "0 ties"


def test_a_statement_about_protected_people_counts_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = {"sender_id": ["a", "b"], "receiver_id": ["b", "c"], "reported_by": ["a", "b"]}
    tables = {
        "actors": pd.DataFrame({"actor_id": ["a", "b", "c"], "role": ["coach", "lead_teacher", "coach"]}),
        "ties": pd.DataFrame({**ends, "relation": "help_given", "wave": 1, "value": [1.0, 3.0]}),
        "nonresponse": pd.DataFrame({"wave": [1], "actor_id": ["c"], "relation": ["help_given"]}),
    }
    package = grand.read_package(DATA_RAW / "example_network/datapackage.json")
    monkeypatch.setattr(grand, "load", lambda _: tables)
    monkeypatch.setattr(grand, "declaration", lambda _: {"audience": "public"})

    def items(smallest: int) -> dict[str, grand.Item]:
        monkeypatch.setattr(grand, "read_package", lambda _: replace(package, smallest_cell=smallest))
        return {item.number: item for item in grand.statement_of("example_network").items}

    # Who names themselves is no second report of a tie.
    tables["ties"].loc[1, ["receiver_id", "reported_by"]] = "b"
    assert "both ends" not in items(0)["3.7"].told and items(0)["3.4"].told == "1 ties"
    tables["ties"].loc[1, "receiver_id"] = "c"
    shown, protected = items(0), items(5)
    assert shown["2.2"].told == "3 people; by role: coach 2, lead teacher 1"
    assert (shown["2.4"].told, shown["3.7"].told) == ("did not answer: 1 in wave 1", "help given, wave 1: 2")
    few = {number for number in shown if protected[number].how == "withheld"}
    assert few == {"2.2", "2.4", "3.3", "3.4", "3.7"} and not any(protected[one].told for one in few)
    assert {number: item for number, item in shown.items() if number not in few} == {
        number: item for number, item in protected.items() if number not in few
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_crate_is_accepted_by_the_validator(
    certified: Certified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validator = pytest.importorskip("rocrate_validator.services", reason="roc-validator is not installed")
    from rocrate_validator.models import Severity, ValidationSettings
    from rocrate_validator.utils.http import HttpRequester

    # It asks the net for the context of RO-Crate 1.1. The package rocrate carries that of 1.3, in which four
    # terms of a workflow have other addresses.
    path = Path(rocrate.__file__).with_name("data") / "ro-crate.jsonld"
    context = json.loads(path.read_text(encoding="utf-8"))
    workflows = "https://bioschemas.org/ComputationalWorkflow"
    context["@context"] |= {"ComputationalWorkflow": workflows, "input": f"{workflows}#input"}
    context["@context"] |= {"FormalParameter": "https://bioschemas.org/FormalParameter"}
    context["@context"] |= {"output": f"{workflows}#output"}
    # And one that 1.1 does not have, so that a crate has to define it.
    del context["@context"]["sha256"]
    asked = []

    class Answer:
        status_code, ok, text = 200, True, json.dumps(context)

        def __init__(self) -> None:
            self.headers = {"Content-Type": "application/ld+json"}

        def json(self) -> Any:
            return context

    def answered(_: object, url: str, **__: object) -> Answer:
        asked.append(url)
        return Answer()

    monkeypatch.setattr(HttpRequester, "get", answered, raising=False)
    crate = tmp_path / "crate"
    for name, content in certified.files.items():
        (crate / name).parent.mkdir(parents=True, exist_ok=True)
        (crate / name).write_bytes(content)

    def issues(metadata: bytes) -> list[str]:
        (crate / METADATA).write_bytes(metadata)
        settings = ValidationSettings(
            rocrate_uri=crate,
            profile_identifier="workflow-run-crate-0.5",
            requirement_severity=Severity.REQUIRED,
            offline=True,
            cache_path=tmp_path / "cache",
        )
        return [issue.message for issue in validator.validate(settings).get_issues()]

    assert issues(certified.files[METADATA]) == []
    assert set(asked) == {"https://w3id.org/ro/crate/1.1/context"}
    # It does look: a run without an instrument, and a profile that is not named, are refused.
    content = certified.document(METADATA)
    for entity in content["@graph"]:
        if entity["@type"] == "CreateAction":
            del entity["instrument"]
    assert any("MUST have an instrument" in told for told in issues(json.dumps(content).encode()))


def test_the_crate_tells_each_run_its_instrument_objects_and_result(certified: Certified) -> None:
    entities = {entity["@id"]: entity for entity in certified.document(METADATA)["@graph"]}
    root = entities["./"]
    assert {one["@id"] for one in root["conformsTo"]} == set(PROFILES)
    assert root["datePublished"] == str(yaml.safe_load((ROOT / "CITATION.cff").read_text())["date-released"])
    run = entities["#small/twice"]
    assert run["instrument"] == {"@id": "notebooks/small/small.ipynb"}
    assert run["object"] == [{"@id": "data_raw/tiny/"}, {"@id": "#small/twice/factor"}]
    assert run["result"] == [{"@id": "reports/small/twice/"}]
    assert not [entity for entity in entities.values() if "startTime" in entity or "endTime" in entity]
    for name, entity in entities.items():
        if "sha256" in entity:
            assert entity["sha256"] == digest(certified.files[name]), name


def test_what_is_stale_gets_no_certificate(certified: Certified, tmp_path: Path) -> None:
    small = certified.small.copied(tmp_path / "stale")
    small.replace("reports/small/once.html", "Actor 2 sends most.", "Actor 1 sends most.")
    done = small.run("certificate")
    assert done.returncode == 1 and "no certificate written" in done.stderr
    assert "reports/small/once.html is not as it was built" in done.stderr


@pytest.mark.parametrize(
    "path", sorted(DATA_RAW.glob("*/datapackage.json")), ids=lambda path: path.parent.name
)
def test_a_declaration_says_what_no_table_of_a_real_network_tells(path: Path) -> None:
    declared = json.loads(path.read_text(encoding="utf-8"))
    given = declared.get("grand", {})
    assert set(given) <= set(DECLARED.values()) and all(text.strip() for text in given.values())
    if declared["kind"] == "real" and declared["audience"] == "public" and declared.get("relations"):
        # Twelve items and more are computed of any network; with six said there are eighteen of the 25.
        assert len(given) >= 8
