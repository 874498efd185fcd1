"""What a file seems to be: the command that is printed imports it, once its owner has said the rest."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.importing.look.first_look import look_at
from analysis.tables.faults import InvalidInput
from tests.importing.test_cases import cases, raw  # noqa: F401  (fixtures)

NAMES = ("Ana", "Ruiz", "Ben", "Odel", "Chlo", "Marsh", "Dan", "imek", "Eve", "Park", "Fay", "Lund")
ROSTER = {"<roster.csv>": "{cases}/roster.csv"}
CODES = {"<roster.csv>": "{cases}/roster_with_choice_numbers.csv"}
LABELS = {"<labels.csv>": "{cases}/labels.csv", "<name>:<lowest>:<highest>": "help:0:3", "<round>": "1"}
HELP = {**ROSTER, "help:<lowest>:<highest>": "help:0:3"}
LIST = {**ROSTER, "<name>:<lowest>:<highest>": "help:0:3", "<round>": "1"}
LIST |= {"<--directed|--undirected>": "--directed"}

FILES = {
    "01_google_grid_one_wave.xlsx": ("roster", {**ROSTER, **LABELS}, {}),
    "02_google_checkbox_multiselect.csv": ("edges", {**ROSTER, "<name>:0:1": "help:0:1", "<round>": "1"}, {}),
    "03_qualtrics_three_header_rows.csv": ("roster", {**ROSTER, **LABELS}, {"--header-row": "2"}),
    "04_surveymonkey_two_header_rows.xlsx": ("roster", {**ROSTER, **LABELS}, {"--header-rows": "2"}),
    "05b_limesurvey_fulltext.csv": ("roster", {**ROSTER, **LABELS}, {}),
    "09_nodes_links_workbook.xlsx": (
        "edges",
        {
            **LIST,
            "<name 1>:<lowest>:<highest>": "help:0:3",
            "<name 2>:<lowest>:<highest>": "materials:0:3",
        },
        {"--sheet": "Links", "--roster-sheet": "Nodes"},
    ),
    "10_two_surveys_one_workbook.xlsx": ("roster", HELP, {"--sheet": "Autumn"}),
    "11_title_row_above_header.xlsx": ("roster", HELP, {"--header-row": "3"}),
    "12_answered_twice.csv": ("roster", {**HELP, "<first|last>": "last"}, {"--keep": "<first|last>"}),
    "16c_semicolon_decimals.csv": ("edges", LIST, {}),
    "16e_sep_line.csv": ("edges", LIST, {}),
    "80_matrix_empty_is_zero.csv": ("matrix", {**LIST, "<none|missing>": "none"}, {}),
    "83_attendance_signin.csv": ("attendance", ROSTER, {"--dates": "month-first"}),
    "84_contact_log.csv": ("contacts", {**ROSTER, "<day-first|month-first>": "day-first"}, {}),
    "75_taguette_highlights.csv": ("codings", {"<a name>": "Ana Ruiz"}, {"--coder": "<a name>"}),
    "86_partner_export.csv": (
        "edges",
        {**LIST, "<lowest>:<highest>": "0:4"},
        {"--nodes": "organizations", "--value-column": "Frequency"},
    ),
    "90_blank_among_answers.csv": (
        "roster",
        {**HELP, **LABELS, "<none|missing>": "none"},
        {"--blank": "<none|missing>"},
    ),
    "40_pajek_relations.net": (
        "graph",
        {**LIST, "<name>:<lowest>:<highest>": "help:0:3 --relation materials:0:3"},
        {},
    ),
}


@pytest.mark.parametrize("file", FILES)
def test_the_command_that_is_printed_imports_the_file(
    file: str,
    raw: Path,  # noqa: F811
    cases: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind, given, expected = FILES[file]
    assert main(["import", str(cases / file), "--dataset", "ours"]) == 0
    told = capsys.readouterr().out
    assert not (raw / "ours").exists()
    assert not [name for name in NAMES if re.search(rf"\b{name}", told.replace("Your name", ""))]
    (command,) = [line.strip() for line in told.splitlines() if line.startswith("  make import")]
    said = dict(word.split("=", 1) for word in shlex.split(command)[2:])
    assert (said["KIND"], said["DATASET"]) == (kind, "ours")
    words = shlex.split(said.get("ARGS", ""))
    for option, value in expected.items():
        assert words[words.index(option) + 1] == value
    text = said["ARGS"]
    for unknown, answer in given.items():
        text = text.replace(unknown, answer.replace("{cases}", str(cases)))
    assert "<" not in text
    text = text.replace('"help:0:3 --relation materials:0:3"', "help:0:3 --relation materials:0:3")
    words = ["import", kind, said["FILE"], "--options", text, "--dataset", "ours"]
    assert main([*words[:4], f"{text} --dry-run", *words[5:]]) == 0, capsys.readouterr().err
    assert "Nothing was written" in capsys.readouterr().out
    assert not (raw / "ours").exists()
    assert main(words) == 0
    assert (raw / "ours" / ("codings.csv" if kind == "codings" else "actors.csv")).exists()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("05_limesurvey_bom_semicolon.csv", "if they are statements, see KIND=items"),
        ("15_roster_dmy.csv", "a list of people, which other files are imported with: --roster"),
        ("98_items.csv", "a table of items, which other files are imported with: --items"),
        ("labels.csv", "a list of what words mean, which other files are imported with: --labels"),
        ("44_pajek_comment_first.net", "a network of Pajek"),
        ("30_sna_write_dl.dl", "a network of UCINET"),
        ("32_two_mode.dl", "KIND=attendance"),
        ("34_edgelist2.dl", "people and what they came to"),
        ("51_networkcanvas_merged_sessions.graphml", "KIND=interviews"),
        ("70_two_coders.qdpx", "KIND=refi"),
    ],
)
def test_what_needs_more_than_a_command_is_said(file: str, told: str, cases: Path) -> None:  # noqa: F811
    assert told in "\n".join(look_at(cases / file))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("First name,Last name,Email,Time joined\nAna,Ruiz,a@x,9:00 AM\n", '--date "<day>"'),
        (
            "Attendee,Join time,Leave time\nAna Ruiz,10/05/2024 9:00,10/05/2024 9:30\n",
            '--date-column "Join time" --dates "<day-first|month-first>"',
        ),
    ],
    ids=["names apart", "days and times"],
)
def test_a_report_of_a_call_is_attendance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, asked: str
) -> None:
    (tmp_path / "call.csv").write_text(text, encoding="utf-8")
    assert main(["import", "look", str(tmp_path / "call.csv")]) == 0
    told = capsys.readouterr().out
    assert "KIND=attendance" in told
    assert f'{asked} --activity "<what it was>"' in told
    assert "--person-column" not in told


def test_a_file_that_is_like_nothing_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("Ana Ruiz,Ben Odel\nsaid this,said that\nand this,and that\n", encoding="utf-8")
    told = "\n".join(look_at(path))
    assert "like nothing that can be imported" in told
    assert "2 that may be names" in told
    assert "Ruiz" not in told
    with pytest.raises(InvalidInput, match="no readable file"):
        look_at(tmp_path / "none.csv")
    path.write_text("\n \n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="nothing in it"):
        look_at(path)
    assert main(["import"]) == 0
    assert "Name a file, and it is looked at" in capsys.readouterr().out


def test_a_header_with_quotes_and_dollars_survives_the_command(tmp_path: Path) -> None:
    path = tmp_path / "survey's.csv"
    question = 'How often did you "ask" for $5 at St. Ann\'s?'
    quoted = question.replace('"', '""')
    header = ",".join(f'"{quoted} [{name}]"' for name in ("Ana Ruiz", "Ben Odel", "Eve Park"))
    path.write_text(f"Your name,{header}\nAna Ruiz,,1,2\nBen Odel,1,,0\n", encoding="utf-8")
    (command,) = [line for line in look_at(path) if line.startswith("  make")]
    said = dict(word.split("=", 1) for word in shlex.split(command)[2:])
    assert said["FILE"] == str(path)
    words = shlex.split(said["ARGS"])
    assert words[words.index("--pattern") + 1] == f"{question} [{{alter}}]"
