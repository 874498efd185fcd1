"""The commands that the guide lists for a Google form, typed as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.files import ROOT
from analysis.importing.dataset.own import begin, read_own
from tests.importing.networks import write_sheets
from tests.importing.test_command import raw  # noqa: F401  (a fixture)

QUESTION = "How often did you ask this person for help?"
PEOPLE = ("Ana Ruiz", "Ben Odel", "Eve Park")
ANSWERS = (("", "Weekly", "Never"), ("Daily", "", "Monthly"), ("Never", "Never", ""))


def listed() -> list[str]:
    """Return the commands of the guide's last section."""
    guide = (ROOT / "analysis/importing/guide.md").read_text(encoding="utf-8")
    section = guide[guide.index("## All of it for a Google form") :]
    block = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].replace("{name}", "ours").splitlines()


def words_of(command: str) -> list[str]:
    """Return a command of make as the Makefile hands it on."""
    make, target, *rest = shlex.split(command)
    assert make == "make"
    said = dict(word.split("=", 1) for word in rest)
    if target != "import":
        return [target, said.get("NAME") or said["DATASET"]]
    return [
        *("import", said.get("KIND", "look"), said["FILE"]),
        *("--options", said.get("ARGS", ""), "--dataset", said["DATASET"]),
    ]


def test_the_walk_of_the_guide_leads_from_a_form_to_checked_tables(
    raw: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    header = ["Timestamp", "Your name", *(f"{QUESTION} [{name}]" for name in PEOPLE)]
    rows = [["2024-10-01", name, *answers] for name, answers in zip(PEOPLE, ANSWERS, strict=True)]
    write_sheets(tmp_path / "answers.xlsx", {"Form Responses 1": [header, *rows]})
    roster = [f"t{place},{name},north" for place, name in enumerate(PEOPLE, start=1)]
    (tmp_path / "roster.csv").write_text("\n".join(["actor_id,name,organization_id", *roster]))
    (tmp_path / "labels.csv").write_text("label,value\nNever,0\nMonthly,1\nWeekly,2\nDaily,3\n")
    monkeypatch.chdir(tmp_path)
    commands = listed()
    targets = [shlex.split(command)[1] for command in commands]
    assert targets == ["new", "import", "import", "check-data", "deidentify", "report"]
    told = []
    begin(words_of(commands[0])[1])
    for command in commands[1:4]:
        assert main(words_of(command)) == 0, capsys.readouterr().err
        told.append(capsys.readouterr().out)
    printed = next(line for line in told[0].splitlines() if line.startswith("  make import"))
    for unknown, answer in (
        ("<roster.csv>", "roster.csv"),
        ("<labels.csv>", "labels.csv"),
        ("<round>", "1"),
        ("<name>:<lowest>:<highest>", "help:0:3"),
    ):
        printed = printed.replace(unknown, answer)
    options = [shlex.split(words_of(command.strip())[4]) for command in (printed, commands[2])]
    assert options[0] == options[1], "the command the guide lists is the one that is printed"
    ties = read_own("ours").tables["ties"][["sender_id", "receiver_id", "value"]].values.tolist()
    assert ties == [["t1", "t2", 2.0], ["t2", "t1", 3.0], ["t2", "t3", 1.0]]
    assert "No fault found." in told[2]
