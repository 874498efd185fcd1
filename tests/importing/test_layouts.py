"""Layouts that survey tools, registers and programs for coding write: read exactly, or refused in words."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from analysis.importing.dataset.own import read_own
from analysis.importing.dataset.people_file import read_roster
from tests.importing.networks import write_sheets
from tests.importing.test_command import raw, run  # noqa: F401  (fixtures)
from tests.importing.test_formats import book, cell

ROSTER = """actor_id,name,aliases,organization_id
p1,Ines Falk,1|SQ001|101,north
p2,Omar Reid,2|SQ002|102,north
p3,Lucie Brandt,3|SQ003|103,south
"""
SCALE = ("--relation", "help:0:3:How often do you ask for help?")
ASKED = ("--relation", "help:0:1:Whom do you ask for help?")
ONCE = ("--wave", "1")
HOW = "How often do you ask for help?"
WHOM = "Whom do you ask for help?"
WORDS = "Never 0; Monthly 1; Weekly 2; Daily 3"

TOP = ("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "ResponseId")
PLAIN = ("2024-10-01 9:00", "2024-10-01 9:05", "IP Address", "192.0.2.1", "100", "True")


def qualtrics(columns: dict[str, str], *rows: str) -> str:
    """Return an export with the three header rows: names, wordings, import identifiers."""
    quoted = ['"{""ImportId"":""' + name + '""}"' for name in (*TOP, *columns)]
    lines = [",".join((*TOP, *columns)), ",".join((*TOP, *columns.values())), ",".join(quoted)]
    lines += [",".join((*PLAIN, f"R_{number}", row)) for number, row in enumerate(rows)]
    return "\n".join(lines) + "\n"


def monkey(question: str, below: str, *rows: str) -> str:
    """Return an export with two header rows: questions over choices, and what is told of respondents."""
    about = "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name"
    gap = "," * below.count(",")
    lines = [f"{about},What is your name?,{question}{gap}", f"{',' * 7},Open-Ended Response,{below}"]
    lines += [f"{number},7,10/01/2024,10/01/2024,,,,,{row}" for number, row in enumerate(rows, 118)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Layout:
    """A file, how it is imported, and what comes of it: rows of a table, or (None) a refusal in words."""

    kind: str
    content: str | Callable[[Path], Path]
    options: tuple[str, ...]
    told: tuple[str, ...] = ()
    rows: frozenset[str] | None = None
    labels: str = ""
    table: str = "ties"
    roster: bool = True
    people: str = ROSTER


def ok(kind: str, content: str | Callable[[Path], Path], *options: str, rows: str, **more: object) -> Layout:
    """Return a layout that is read; rows are parted by semicolons."""
    wanted = frozenset(part.strip() for part in rows.split(";"))
    told = tuple(filter(None, str(more.pop("told", "")).split(" … ")))
    return Layout(kind, content, options, told, wanted, **more)  # type: ignore[arg-type]


def no(kind: str, content: str | Callable[[Path], Path], *options: str, told: str, **more: object) -> Layout:
    """Return a layout that is refused in words, which are parted by ` … `."""
    return Layout(kind, content, options, tuple(told.split(" … ")), None, **more)  # type: ignore[arg-type]


COLUMNS = {
    "ties": ["wave", "relation", "sender_id", "receiver_id", "value"],
    "attendance": ["activity_id", "actor_id"],
    "codings": ["document_id", "segment_id", "coder_id", "code", "applied"],
    "contacts": ["time", "sender_id", "receiver_id"],
    "activities": ["activity_id", "date"],
}

FORM = "Timestamp,Email Address,Your name,"
GRID = FORM + ",".join(f"{HOW} [{name}]" for name in ("Ines Falk", "Omar Reid", "Lucie Brandt"))
GRID_OPTIONS = (*ONCE, "--respondent", "Your name", "--pattern", HOW + " [{alter}]")
LINE = "10/1/2024 9:00:00,{}@example.org,{}\n"


def form(header: str, *rows: str) -> str:
    """Return answers to a Google form."""
    return header + "\n" + "".join(LINE.format(f"t{number}", row) for number, row in enumerate(rows))


SHARED = FORM + ",".join(
    f"What do you share? [{name}]" for name in ("Ines Falk", "Omar Reid", "Lucie Brandt")
)
SHARES = form(
    SHARED,
    'Ines Falk,,"Plans, Materials",Plans',
    "Omar Reid,Materials,,",
    'Lucie Brandt,,"Plans, Materials",',
)
SHARE: tuple[str, ...] = ("--relation", "plans:0:1:Shares plans", *ONCE, "--respondent", "Your name")
SHARE += ("--pattern", "What do you share? [{alter}]", "--blank", "none")
CHECKED = form(
    FORM + ",".join(f"How do you work with them? [{name}]" for name in ("Ines Falk", "Omar Reid")),
    'Ines Falk,,"We give advice, We plan, or teach, together"',
    "Omar Reid,We give advice,",
    "Lucie Brandt,Cannot say,None of these",
)
WORK: tuple[str, ...] = ("--relation", "advice:0:1:We give advice")
WORK += ("--relation", "joint:0:1:We plan, or teach, together", *ONCE, "--respondent", "Your name")
WORK += ("--pattern", "How do you work with them? [{alter}]", "--unlisted", "p3", "--missing", "Cannot say")
KINDS_OF_TIES = "From,To,How\nInes Falk,Omar Reid,advice; joint work\nOmar Reid,Lucie Brandt,advice;\n"
LIKERT = form(
    GRID,
    "Ines Falk,1 - Never,3 - Weekly,2 - Monthly",
    "Omar Reid,4 - Daily,,1 - Never",
    "Lucie Brandt,1 - Never,1 - Never,1 - Never",
)
SECTIONS = FORM + f"{HOW} [Ines Falk],{HOW} [Omar Reid],Comments,{HOW} [Lucie Brandt],How often do you plan? "
SECTIONS += "[Ines Falk],How often do you plan? [Omar Reid],How often do you plan? [Lucie Brandt]"
SECTIONED = form(
    SECTIONS, "Ines Falk,,Weekly,fine,Never,,Never,Daily", "Omar Reid,Monthly,,,Never,Never,,Never"
)

NAMES = ("Ines Falk", "Omar Reid", "Lucie Brandt")
MATRIX = {"Q2": "Your name", **{f"Q5_{number}": f"{HOW} - {name}" for number, name in enumerate(NAMES, 1)}}
LOOP = {"Q2": "Your name", **{f"{number}_Q5": f"How often {name}?" for number, name in enumerate(NAMES, 1)}}
CHOSEN = {"Q2": "Your name", **{f"Q7_{number}": f"{WHOM} - {name}" for number, name in enumerate(NAMES, 1)}}
Q2 = (*ONCE, "--respondent", "Q2")
ORDERED = {
    **MATRIX,
    "Q5_DO": "Display Order: how",
    **{f"Q5_DO_{one}": f"Display Order: {one}" for one in "123"},
}
RECALL = FORM + "Whom do you ask?"
RECALLED = ('Ines Falk,"Omar Reid and\nLucie Brandt"', "Omar Reid,None", "Lucie Brandt,N/A")
RECALLS: tuple[str, ...] = ("--sender-column", "Your name", "--receiver-column", "Whom do you ask?")
RECALLS += ("--split", " and", "--split", "\\n")
GUESTS = "Date,Session,Name\n2024-10-05,Talk,Ines Falk\n2024-10-05,Talk,Somebody From Afar\n"
TRIALS = qualtrics(
    ORDERED,
    "Ines Falk,,2,1,,,,",
    "Omar Reid,3,,0,1|2|3,1,2,3",
    ",,,,,,,",
    "Omar Reid,-99,,-98,,,,",
)
_lines = TRIALS.splitlines()
_lines[4] = _lines[4].replace("IP Address", "Survey Preview")
TRIALS = "\n".join([*_lines[:5], *(line.replace("True", "False") for line in _lines[5:])]) + "\n"
HALVES = qualtrics(
    {"RecipientLastName": "Recipient Last Name", "RecipientFirstName": "Recipient First Name", **MATRIX},
    "Falk,Ines,,,2,1",
)
COPIED = "Date,From,To,Cc\n2024-10-05T14:05:12Z,Ines Falk,Omar Reid,Lucie Brandt\n"
COPIED += "6 Oct 2024 15:05:00 +0200,Omar Reid,Ines Falk,\n"
MARKED = "Who asks whom,,,,\n,Ines Falk,Omar Reid,Lucie Brandt,Total\nInes Falk,,x,,1\nOmar Reid,no,,yes,1\n"
MARKED += "Total,0,1,1,2\n"

TWO_ROWS = ("--header-rows", "2", *ONCE, "--respondent", "What is your name?", "--pattern")
CHOICES = monkey(
    WHOM,
    "Ines Falk,Omar Reid,Lucie Brandt,Other (please specify)",
    "Ines Falk,,Omar Reid,,my sister",
    "Omar Reid,Ines Falk,,Lucie Brandt,",
)

LIME = '\ufeff"id";"submitdate";"lastpage";"startlanguage";"seed";"Q01";'
LIME_CODES = LIME + '"Q02[SQ001]";"Q02[SQ002]";"Q02[SQ003]"\n'
LIME_LINE = '"{0}";"2024-10-01 09:0{0}:00";"2";"en";"12345";{1}\n'
CODED = LIME_CODES + LIME_LINE.format(1, '"Ines Falk";"";"AO03";"AO02"')
CODED += LIME_LINE.format(2, '"Omar Reid";"AO04";"";"AO01"')
LIME_TEXT = LIME_CODES.replace("Q01", "What is your name?").replace("Q02[SQ001]", f"{HOW} [Ines Falk]")
LIME_TEXT = LIME_TEXT.replace("Q02[SQ002]", f"{HOW} [Omar Reid]").replace(
    "Q02[SQ003]", f"{HOW} [Lucie Brandt]"
)
LIME_BOTH = LIME_CODES
for _number, _name in enumerate(NAMES, 1):
    LIME_BOTH = LIME_BOTH.replace(f"Q02[SQ00{_number}]", f"Q02[SQ00{_number}]. {HOW} [{_name}]")
CODE_WORDS = "AO01 0; AO02 1; AO03 2; AO04 3"

RED = "record_id,redcap_event_name,redcap_survey_identifier,help_survey_timestamp,your_name,"
REDCAP = RED + "ask___101,ask___102,ask___103,help_survey_complete\n"
REDCAP += "1,autumn_arm_1,,2024-10-01 09:00,Ines Falk,0,1,0,2\n"
REDCAP += "1,spring_arm_1,,2025-04-01 09:00,Ines Falk,0,1,1,2\n2,autumn_arm_1,,,Omar Reid,1,0,0,2\n"
EVENTS: tuple[str, ...] = ("--wave-column", "redcap_event_name", "--wave-label", "autumn_arm_1")
EVENTS += ("--wave-label", "spring_arm_1", "--respondent", "your_name", "--pattern")
RED_LABELS = "Record ID,Event Name,Your name," + ",".join(f"{WHOM} (choice={name})" for name in NAMES)
RED_LABELS += ",Complete?\n1,Autumn (Arm 1: Staff),Ines Falk,Unchecked,Checked,Unchecked,Complete\n"
MATRIX_FIELD = "record_id,your_name,help_101,help_102,help_103,help_timestamp,help_complete\n"
MATRIX_FIELD += "1,Ines Falk,,2,0,2024-10-01 09:00,2\n"

SIGNED = "Name,Signature,Time in,Time out\nInes Falk,IF,8:00,9:00\nOmar Reid,,,\nLucie Brandt,LB,8:05,9:00\n"
TODAY = ("--activity", "Team meeting", "--date", "2024-10-05")
ACROSS = "Name,School,05/10/2024,12/10/2024\nInes Falk,north,x,x\nOmar Reid,north,✓,\nLucie Brandt,south,,X\n"
INITIALS = "Name,School,Initials\nInes Falk,north,IF\nOmar Reid,north,\nLucie Brandt,south,LB\n"
BOXES = "Name,05/10/2024\nInes Falk,TRUE\nOmar Reid,FALSE\nLucie Brandt,TRUE\n"
ARRIVED = "Name,Time in,Time out\nInes Falk,8:00,9:00\nOmar Reid,,\nLucie Brandt,8:05 am,9:00\n"
ZOOM = "Name (original name),Email,Join time,Leave time\n"
ZOOM += "Ines Falk,,10/05/2024 08:00:12 AM,10/05/2024 08:20:00 AM\n"
ZOOM += "Ines Falk,,10/05/2024 08:21:12 AM,10/05/2024 09:20:00 AM\n"
SECTIONS_OF_A_CALL = "1. Summary\nParticipants\t1\nName\tFirst Join\tRole\nInes Falk\t10/5/24, 9:00:01 AM\t"
SECTIONS_OF_A_CALL += "Organizer\n\nName\tJoin Time\tRole\nInes Falk\t10/5/24, 9:00:01 AM\tOrganizer\n"
MEETINGS = ("--register", "--activity", "Team meeting")

PARTNERS = "Respondent,Partner,How often,Trust\nNorth School,River Library,Weekly,3\n"
PARTNERS += "River Library,North School,Monthly,4\n"
ENDS = ("--sender-column", "Respondent", "--receiver-column", "Partner", "--nodes", "organizations")
PAIRS = "Org A ID,Org A,Org B ID,Org B,Frequency,Reliability\n1,North School,2,River Library,4,2\n"
PAIRS += "2,River Library,1,North School,1,\n"
SCORES: tuple[str, ...] = (
    "--relation",
    "frequency:0:4",
    "--relation",
    "reliability:0:4",
    "--sender-column",
    "Org A",
)
SCORES += ("--receiver-column", "Org B", "--value-column", "Frequency", "--value-column", "Reliability")
SCORES += ("--nodes", "organizations", "--directed")

TAGUETTE = "id,document,tag,content\n1,Talk with Omar,trust,we asked\n1,Talk with Omar,time,we asked\n"
TAGUETTE += "2,Talk with Omar,trust,she came\n"
REFERENCES = "File,Code,Coded by,Start,End,Reference\nTalk one,Trust,Ana,0,40,we asked\n"
REFERENCES += "Talk one,Time,Ben,0,40,we asked\n"
SEGMENTS = "Color,Document group,Document name,Code,Beginning,End,Segment,Author\n,G,Talk,Trust\\Early,3,3,"
SEGMENTS += (
    "we asked one another nearly every day,Ana\n,G,Talk,Time,9,9,there was never any time for that,Ana\n"
)
QUOTATIONS = 'ID,Document,Codes,Created by,Quotation Content\n1:1,Talk,"Trust\nLack of time",Ana,we asked\n'
EXCERPTS = "Excerpt ID,Media Title,Excerpt Creator,Excerpt,Code: Trust Applied,Code: Time Applied\n"
EXCERPTS += "1,Talk,Ana,we asked,TRUE,FALSE\n"
CROSSED = "Source,Unit,A : Time,B : Trust\nTalk one,1,0,3\nTalk one,2,1,1\n"


def sav(path: Path) -> Path:
    """Write answers as SPSS stores them: codes, their labels, one declared missing."""
    frame = pd.DataFrame(
        {"name": ["Ines Falk", "Omar Reid"], "h1": [9.0, 3.0], "h2": [2.0, 9.0], "h3": [1.0, 0.0]}
    )
    words: dict[float | int, str] = {0: "Never", 1: "Monthly", 2: "Weekly", 3: "Daily", 9: "Myself"}
    marked = ("h1", "h2", "h3")
    pyreadstat.write_sav(
        frame,
        str(path.with_suffix(".sav")),
        column_labels=["Your name", *(f"{HOW} {name}" for name in NAMES)],
        variable_value_labels=dict.fromkeys(marked, words),
        missing_ranges={name: [9] for name in marked},
    )
    return path.with_suffix(".sav")


def sav_words(path: Path) -> Path:
    """Write answers as SPSS stores them where they were typed: words, without labels of values."""
    frame = pd.DataFrame({"name": ["Ines Falk", "Omar Reid"], "h1": ["", "Daily"], "h2": ["Weekly", ""]})
    frame["h3"] = "Never"
    pyreadstat.write_sav(frame, str(path.with_suffix(".sav")))
    return path.with_suffix(".sav")


def sav_ties(path: Path) -> Path:
    """Write a list of ties as SPSS stores it: numbers for people, a row per tie."""
    frame = pd.DataFrame({"ego": [1.0, 1.0, 2.0], "alter": [2.0, 3.0, 1.0], "often": [2.0, 1.0, 3.0]})
    pyreadstat.write_sav(frame, str(path.with_suffix(".sav")))
    return path.with_suffix(".sav")


def ods_ties(path: Path) -> Path:
    """Write a list of ties as LibreOffice stores it, numbers as numbers, beside an empty sheet."""
    rows: list[list[object]] = [["Sender", "Receiver", "Value"], ["Ines Falk", "Omar Reid", 2.0]]
    rows.append(["Omar Reid", "Ines Falk", 3.0])
    written = ["".join(map(cell, row)) for row in rows]
    return book(path.with_suffix(".ods"), {"Ties": written, "Sheet2": []})


def ods_matrix(path: Path) -> Path:
    """Write a matrix as LibreOffice stores it."""
    rows: list[list[object]] = [["", *NAMES], ["Ines Falk", 0.0, 2.0, 1.0], ["Omar Reid", 3.0, 0.0, 0.0]]
    rows.append(["Lucie Brandt", 0.0, 0.0, 0.0])
    return book(path.with_suffix(".ods"), {"help": ["".join(map(cell, row)) for row in rows]})


def ods(path: Path) -> Path:
    """Write answers as LibreOffice stores them, with a title above the header."""
    rows: list[list[object]] = [
        ["Survey of the autumn"],
        ["Your name", *NAMES],
        ["Ines Falk", "", 2.0, 0.0],
        ["Omar Reid", 3.0, "", 1.0],
    ]
    return book(path.with_suffix(".ods"), {"Answers": ["".join(map(cell, row)) for row in rows]})


def workbook(path: Path) -> Path:
    """Write an export as Qualtrics writes a workbook: names, wording, answers."""
    text = qualtrics(MATRIX, "Ines Falk,,Weekly,Monthly", "Omar Reid,Daily,,Never")
    header, wording, _, *answers = csv.reader(text.splitlines())
    said = {"StartDate": "Start Date", "EndDate": "End Date", "ResponseId": "Response ID"}
    wording = [said.get(word, word) for word in wording]
    return write_sheets(path.with_suffix(".xlsx"), {"Sheet0": [header, wording, *answers]})


def packed(path: Path) -> Path:
    """Write answers packed, as a form gives them."""
    with zipfile.ZipFile(path.with_suffix(".csv.zip"), "w") as archive:
        archive.writestr("answers.csv", LIKERT)
    return path.with_suffix(".csv.zip")


def xlsx(path: Path) -> Path:
    """Write highlights as Taguette writes a workbook."""
    rows = [line.split(",") for line in TAGUETTE.splitlines()]
    return write_sheets(path.with_suffix(".xlsx"), {"highlights": rows})


TIES = "1 help p1 p2 2; 1 help p1 p3 1; 1 help p2 p1 3"
CHOSE = "1 help p1 p2 1; 1 help p2 p1 1; 1 help p2 p3 1"

LAYOUTS = {
    "google: checkbox grid": no("roster", SHARES, *SHARE, told="'Plans, Materials' … --labels … --split"),
    "google: checkbox grid, all relations at once": ok(
        *("roster", SHARES, *SHARE, "--split", ","),
        *("--relation", "materials:0:1:Materials", "--relation", "plans:0:1"),
        rows="1 plans p1 p2 1; 1 plans p1 p3 1; 1 plans p3 p2 1; 1 materials p1 p2 1; 1 materials p2 p1 1;"
        "1 materials p3 p2 1",
        told="3 rows: 3 respondents … 18 answers: 6 about oneself, blank, 6 ties, 2 no tie, 4 left blank",
    ),
    "google: checkboxes whose words have commas, and none": ok(
        *("roster", CHECKED, *WORK, "--split", ","),
        labels="None of these 0",
        rows="1 advice p1 p2 1; 1 joint p1 p2 1; 1 advice p2 p1 1",
    ),
    "google: checkboxes on lines": ok(
        *("roster", CHECKED.replace("advice, We", "advice\nWe"), *WORK, "--split", "\\n"),
        labels="None of these 0",
        rows="1 advice p1 p2 1; 1 joint p1 p2 1; 1 advice p2 p1 1",
    ),
    "names on lines": ok(
        *("edges", 'Name,Whom\nInes Falk,"Omar Reid\nLucie Brandt"\n', *ASKED, "--directed"),
        *("--sender-column", "Name", "--receiver-column", "Whom", "--split", "\\n"),
        rows="1 help p1 p2 1; 1 help p1 p3 1",
    ),
    "google: a checkbox nobody declared": no(
        *("roster", CHECKED, *WORK[:2], *WORK[4:], "--split", ","),
        labels="None of these 0",
        told="'We plan' … choices parted by ',': advice, by name or words … --relation NAME:0:1:WORDS",
    ),
    "google: nothing to check": no(
        *("roster", CHECKED, *WORK[4:], "--split", ","), told="--split: found nothing to choose"
    ),
    "google: how often is no checkbox": no(
        *("roster", CHECKED, *WORK, "--split", ",", "--relation", "help:0:3"),
        told="--split: found 'help' with 3; allowed: a highest answer of 1",
    ),
    "a list of ties with several relations in a cell": ok(
        *("edges", KINDS_OF_TIES, "--relation", "advice:0:1", "--relation", "joint work:0:1"),
        *("--relation-column", "How", "--split", ";", "--directed"),
        rows="1 advice p1 p2 1; 1 joint work p1 p2 1; 1 advice p2 p3 1",
        told="2 rows: 2 with ties",
    ),
    "google: checkbox grid, a relation at a time": ok(
        *("roster", SHARES, *SHARE),
        labels="Plans 1; Plans, Materials 1; Materials 0",
        rows="1 plans p1 p2 1; 1 plans p1 p3 1; 1 plans p3 p2 1",
        told="not read: 'Timestamp', 'Email Address'",
    ),
    "google: answers in an archive": no(
        *("roster", packed, *SCALE, *GRID_OPTIONS), told="unpack it, and import what is in it"
    ),
    "google: numbers with words": no("roster", LIKERT, *SCALE, *GRID_OPTIONS, told="'1 - Never' … --labels"),
    "google: numbers with words, said": ok(
        *("roster", LIKERT, *SCALE, *GRID_OPTIONS),
        labels="1 - Never 0; 2 - Monthly 1; 3 - Weekly 2; 4 - Daily 3",
        rows=TIES,
        told="9 answers: 2 about oneself, left out, 3 ties, 1 about oneself, blank, 3 no tie",
    ),
    "google: grids over two sections": ok(
        *("roster", SECTIONED, *SCALE, "--relation", "plan:0:3:How often do you plan?"),
        *(*ONCE, "--respondent", "Your name", "--pattern", "{relation} [{alter}]"),
        labels=WORDS,
        rows="1 help p1 p2 2; 1 help p2 p1 1; 1 plan p1 p3 3",
        told="'Comments'",
    ),
    "google: one question in two sections": no(
        *("roster", form(f"{GRID},{HOW} [Omar Reid]", "Ines Falk,,Never,Never,Daily")),
        *(*SCALE, *GRID_OPTIONS),
        told="the column a second time … each column once",
    ),
    "qualtrics: numbers": ok(
        *("roster", qualtrics(MATRIX, "Ines Falk,,2,1", "Omar Reid,3,,0"), *SCALE, *Q2),
        *("--pattern", "Q5_{alter}"),
        rows=TIES,
        told="rows 2 to 3 read as wording and import identifiers … 'IPAddress'",
    ),
    "qualtrics: a workbook, without identifiers": ok(
        *("roster", workbook, *SCALE, *Q2, "--pattern", "Q5_{alter}"),
        labels=WORDS,
        rows=TIES,
        told="row 2 read as wording, not as answers … 2 rows: 2 respondents",
    ),
    "qualtrics: words": ok(
        *("roster", qualtrics(MATRIX, "Ines Falk,,Weekly,Monthly", "Omar Reid,Daily,,Never"), *SCALE, *ONCE),
        *("--header-row", "2", "--respondent", "Your name", "--pattern", HOW + " - {alter}"),
        labels=WORDS,
        rows=TIES,
    ),
    "qualtrics: loop and merge": ok(
        *("roster", qualtrics(LOOP, "Ines Falk,,2,1", "Omar Reid,3,,0"), *SCALE, *Q2),
        *("--pattern", "{alter}_Q5"),
        rows=TIES,
    ),
    "qualtrics: choices in columns": ok(
        *("roster", qualtrics(CHOSEN, "Ines Falk,,Omar Reid,", "Omar Reid,Ines Falk,,Lucie Brandt"), *ASKED),
        *(*Q2, "--pattern", "Q7_{alter}", "--blank", "none"),
        rows=CHOSE,
    ),
    "qualtrics: a box with somebody else's name": no(
        *("roster", qualtrics(CHOSEN, "Ines Falk,,Lucie Brandt,"), *ASKED, *Q2, "--pattern", "Q7_{alter}"),
        told="'Lucie Brandt' … --labels",
    ),
    "qualtrics: trials, who did not finish, rows of nobody": ok(
        *("roster", TRIALS, *SCALE, *Q2, "--pattern", "Q5_{alter}", "--missing", "-99,-98"),
        rows="1 help p1 p2 2; 1 help p1 p3 1",
        told="row 5: left out, since it is a trial (Survey Preview) … did not finish, read as far as they "
        "came: 6, 7 … 1 rows without a name and without an answer, left out: 6 … 2 declared … 'Q5_DO'",
    ),
    "qualtrics: what was left blank by somebody who did not finish is not no tie": ok(
        "roster",
        qualtrics(CHOSEN, "Ines Falk,,Omar Reid,", "Omar Reid,Ines Falk,,").replace("True,R_1", "False,R_1"),
        *(*ASKED, *Q2, "--pattern", "Q7_{alter}", "--blank", "none"),
        rows="1 help p1 p2 1",
        told="by somebody who did not finish … 1 of 2 answers of p2 about help (wave 1) are missing",
    ),
    "qualtrics: names in two columns": ok(
        *("roster", HALVES, *SCALE, *ONCE, "--pattern", "Q5_{alter}"),
        *("--respondent", "RecipientFirstName", "--respondent", "RecipientLastName"),
        rows="1 help p1 p2 2; 1 help p1 p3 1",
    ),
    "a question that holds what parts it from names": ok(
        *("roster", form(FORM + "Often? - ideas - Omar Reid,Often? - ideas - Lucie Brandt", "Ines Falk,2,1")),
        *("--relation", "help:0:3:Often? - ideas", *ONCE, "--respondent", "Your name", "--unlisted", "p1"),
        *("--pattern", "{relation} - {alter}"),
        rows="1 help p1 p2 2; 1 help p1 p3 1",
    ),
    "off the scale": no(
        *("roster", form(GRID, "Ines Falk,,7,9"), *SCALE, *GRID_OPTIONS),
        told="2 faults … export.csv: found 7 from 'p1' to 'p2' (wave 1); allowed: help from 0 to 3",
    ),
    "an option said twice": no(
        *("roster", form(GRID, "Ines Falk,,1,2"), *SCALE, *GRID_OPTIONS, "--wave", "2"),
        told="--wave: found the option twice; allowed: once",
    ),
    "a log with copies": no(
        "contacts", COPIED, "--split", ",", told="--receiver-column 'Cc', beside the first,"
    ),
    "a log with copies and zones": ok(
        *("contacts", COPIED, "--split", ",", "--receiver-column", "To", "--receiver-column", "Cc"),
        *("--zones", "as-written"),
        table="contacts",
        rows="2024-10-05T14:05:12 p1 p2; 2024-10-05T14:05:12 p1 p3; 2024-10-06T15:05 p2 p1",
    ),
    "days as a spreadsheet counts them": ok(
        *(
            "attendance",
            "Date,Session,Name\n45570,Talk,Ines Falk\n12-Oct-24,Visit,Omar Reid\n",
            "--dates",
            "serial",
        ),
        table="activities",
        rows="Talk 2024-10-05; Visit 2024-10-12",
    ),
    "days as a spreadsheet counts them, not said": no(
        *("attendance", "Date,Session,Name\n45570,Talk,Ines Falk\n"), told="(2024-10-05), say --dates serial"
    ),
    "a title above cells parted by semicolons": ok(
        *("edges", "Our network, spring\n\nfrom;to;value\nInes Falk;Omar Reid;1,5\nOmar Reid;Ines Falk;2\n"),
        *("--relation", "help:0:3", "--directed", "--header-row", "3"),
        rows="1 help p1 p2 1.5; 1 help p2 p1 2",
    ),
    "rows of one tie under two spellings": ok(
        *("edges", "from,to,value\nInes Falk,Omar Reid,1\nines falk,OMAR REID,2\n", "--relation", "help:0:3"),
        *("--directed", "--combine", "max"),
        rows="1 help p1 p2 2",
    ),
    "a matrix with marks and a total, below a title": ok(
        *("matrix", MARKED, "--relation", "help:0:1", "--directed", "--header-row", "2", "--unread", "Total"),
        *("--blank", "none", "--all-asked"),
        rows="1 help p1 p2 1; 1 help p2 p3 1",
    ),
    "a matrix without the row of who did not answer": no(
        *("matrix", MARKED, "--relation", "help:0:1", "--directed", "--header-row", "2", "--unread", "Total"),
        told="row 2, column 4: found no row of 'Lucie Brandt' … --all-asked",
    ),
    "names as typed: several signs, nobody, missing": ok(
        *("edges", form(RECALL, *RECALLED), *ASKED, *RECALLS, "--nobody", "none,no one", "--missing", "N/A"),
        rows="1 help p1 p2 1; 1 help p1 p3 1",
        told="3 rows: 1 with ties, 1 that … a tie, 1 whose names are missing, left out",
    ),
    "names as typed: nobody is asked about": no(
        *("edges", form(RECALL, *RECALLED), *ASKED, *RECALLS), told="--nobody 'None', if they name nobody"
    ),
    "names, and how strong the tie to each": ok(
        *("edges", "Your name,Name 1,Name 2,Often 1,Often 2\nInes Falk,Omar Reid,Lucie Brandt,3,1\n"),
        *("--relation", "help:0:3", "--sender-column", "Your name", "--receiver-column", "Name 1"),
        *("--receiver-column", "Name 2", "--strength-column", "Often 1", "--strength-column", "Often 2"),
        rows="1 help p1 p2 3; 1 help p1 p3 1",
    ),
    "guests of a meeting": ok(
        *("attendance", GUESTS, "--guests"),
        table="attendance",
        rows="Talk p1",
        told="1 who are not on the roster are left out: 'Somebody From Afar'",
    ),
    "a guest who may be somebody": no(
        "attendance",
        GUESTS.replace("Somebody From Afar", "Omar Ried"),
        "--guests",
        told="near: Omar Reid (p2)",
    ),
    "guests in a log": ok(
        *(
            "contacts",
            "Date,From,To\n2024-10-05,Ines <i@x.org>,Omar Reid;Far Away\n",
            "--split",
            ";",
            "--guests",
        ),
        table="contacts",
        rows="2024-10-05 p1 p2",
        told="1 with a guest, left out",
        people=ROSTER.replace("1|SQ001|101", "i@x.org"),
    ),
    "guests among ties": ok(
        *("edges", "from,to\nInes Falk,Omar Reid\nInes Falk,Far Away\n", *ASKED, "--directed", "--guests"),
        rows="1 help p1 p2 1",
        told="1 of 2 ties are with them, left out",
    ),
    "a list without a header": no(
        *("edges", "Ines Falk,Omar Reid\nOmar Reid,Ines Falk\n", *ASKED, "--directed"),
        *("--sender-column", "Ines Falk", "--receiver-column", "Omar Reid"),
        told="the header 'Ines Falk', who is on the roster; allowed: headers in the first line",
    ),
    "yes and no among values, and a blank": ok(
        *(
            "edges",
            "from,to,help\nInes Falk,Omar Reid,yes\nOmar Reid,Ines Falk,no\nOmar Reid,Lucie Brandt,\n",
        ),
        *(*ASKED, "--directed", "--value-column", "help", "--blank", "none"),
        rows="1 help p1 p2 1",
        told="1 with ties, 2 of value 0, no tie",
    ),
    "a web page named as a table": no(
        *("edges", "<html><table><tr><td>from</td></tr></table></html>", *ASKED), told="a web page … as .xlsx"
    ),
    "letters that were read wrongly": no(
        *("edges", "from,to\nZoÃ« Falk,Omar Reid\n", *ASKED, "--directed"),
        told="'ZoÃ« Falk', for 'Zoë Falk'",
        roster=False,
    ),
    "qualtrics: choices in columns, as names": ok(
        *("edges", qualtrics(CHOSEN, "Ines Falk,,Omar Reid,", "Omar Reid,Ines Falk,,Lucie Brandt"), *ASKED),
        *("--sender-column", "Q2", "--receiver-column", "Q7_1", "--receiver-column", "Q7_2"),
        *("--receiver-column", "Q7_3"),
        rows=CHOSE,
        told="2 rows: 2 with ties",
    ),
    "qualtrics: choices in a cell": ok(
        *(
            "edges",
            qualtrics({"Q2": "n", "Q7": "w"}, "Ines Falk,Omar Reid", 'Omar Reid,"Ines Falk,Lucie Brandt"'),
        ),
        *(*ASKED, "--sender-column", "Q2", "--receiver-column", "Q7", "--split", ","),
        rows=CHOSE,
    ),
    "surveymonkey: matrix": ok(
        *(
            "roster",
            monkey(
                HOW, "Ines Falk,Omar Reid,Lucie Brandt", "Ines Falk,,Weekly,Monthly", "Omar Reid,Daily,,Never"
            ),
        ),
        *(*SCALE, *TWO_ROWS, HOW + " - {alter}"),
        labels=WORDS,
        rows=TIES,
        told="'Respondent ID' … 'Email Address'",
    ),
    "surveymonkey: other, please specify": no(
        *("roster", CHOICES, *ASKED, *TWO_ROWS, WHOM + " - {alter}", "--blank", "none"),
        told="'Other (please specify)' … --unread",
    ),
    "surveymonkey: other is left out": ok(
        *("roster", CHOICES, *ASKED, *TWO_ROWS, WHOM + " - {alter}", "--blank", "none"),
        *("--unread", f"{WHOM} - Other (please specify)"),
        labels="Ines Falk 1; Omar Reid 1; Lucie Brandt 1",
        rows=CHOSE,
        told="not read: … Other (please specify)'",
    ),
    "limesurvey: codes": ok(
        *("roster", CODED, *SCALE, *ONCE, "--respondent", "Q01", "--pattern", "Q02[{alter}]"),
        labels=CODE_WORDS,
        rows=TIES,
        told="'submitdate', 'lastpage'",
    ),
    "limesurvey: texts": ok(
        *(
            "roster",
            LIME_TEXT + CODED.partition("\n")[2],
            *SCALE,
            *ONCE,
            "--respondent",
            "What is your name?",
        ),
        *("--pattern", "{relation} [{alter}]"),
        labels=CODE_WORDS,
        rows=TIES,
    ),
    "limesurvey: codes and texts": no(
        *("roster", LIME_BOTH + CODED.partition("\n")[2], *SCALE, *ONCE, "--respondent", "Q01"),
        *("--pattern", "Q02[{alter}]"),
        told="'SQ001]. How often do you ask for help? [Ines Falk' … alias",
    ),
    "redcap: checkboxes, events are waves": ok(
        *("roster", REDCAP, *ASKED, *EVENTS, "ask___{alter}"),
        rows="1 help p1 p2 1; 2 help p1 p2 1; 2 help p1 p3 1; 1 help p2 p1 1",
        told="not read: 'record_id' … 'help_survey_complete'",
    ),
    "redcap: an event nobody has named": no(
        *("roster", REDCAP.replace("spring", "summer"), *ASKED, *EVENTS, "ask___{alter}"),
        told="'summer_arm_1' … a wave: autumn_arm_1, spring_arm_1",
    ),
    "redcap: a name in the first event only": no(
        *("roster", REDCAP.replace("2025-04-01 09:00,Ines Falk", "2025-04-01 09:00,"), *ASKED, *EVENTS),
        "ask___{alter}",
        told="row 3, column your_name: found an empty cell … name it with --respondent",
    ),
    "redcap: labels": ok(
        *("roster", RED_LABELS, *ASKED, "--wave-column", "Event Name", "--wave-label"),
        *("Autumn (Arm 1: Staff)", "--respondent", "Your name", "--pattern", WHOM + " (choice={alter})"),
        labels="Checked 1; Unchecked 0",
        rows="1 help p1 p2 1",
    ),
    "redcap: a matrix, and the form's own columns": no(
        *("roster", MATRIX_FIELD, *SCALE, *ONCE, "--respondent", "your_name", "--pattern", "help_{alter}"),
        told="'timestamp' … 'complete' … --unread",
    ),
    "redcap: a matrix, without the form's own columns": ok(
        *("roster", MATRIX_FIELD, *SCALE, *ONCE, "--respondent", "your_name", "--pattern", "help_{alter}"),
        *("--unread", "help_timestamp", "--unread", "help_complete"),
        rows="1 help p1 p2 2",
        told="not read: 'record_id', 'help_timestamp', 'help_complete'",
    ),
    "a tick where how often was asked": no(
        *("roster", form(GRID, "Ines Falk,,x,yes"), *SCALE, *GRID_OPTIONS),
        told="'x'; allowed: how strong the tie is, up to 3 (a mark alone … --labels … 'yes'",
    ),
    "a tick, said": ok(
        *("roster", form(GRID, "Ines Falk,,x,no"), *SCALE, *GRID_OPTIONS),
        labels="x 2",
        rows="1 help p1 p2 2",
    ),
    "sign-in: initials and times": no(
        *("attendance", SIGNED, *TODAY), told="'Signature' … --present-column 'Signature'"
    ),
    "sign-in: initials are no ticks": no(
        *("attendance", SIGNED, *TODAY, "--present-column", "Signature"), told="'IF' … --labels"
    ),
    "sign-in: initials, said": ok(
        *("attendance", SIGNED, *TODAY, "--present-column", "Signature"),
        labels="IF 1; LB 1",
        table="attendance",
        rows="Team meeting p1; Team meeting p3",
        told="'Time in', 'Time out'",
    ),
    "sign-in: initials alone": no("attendance", INITIALS, *TODAY, told="'Initials' … --present-column"),
    "sign-in: times alone": no("attendance", ARRIVED, *TODAY, told="'Time in' … --present-column"),
    "sign-in: times, said": ok(
        *("attendance", ARRIVED, *TODAY, "--present-column", "Time in"),
        table="attendance",
        rows="Team meeting p1; Team meeting p3",
        told="'Time out'",
    ),
    "sign-in: checkboxes of a spreadsheet": ok(
        *("attendance", BOXES, *MEETINGS, "--dates", "day-first"),
        table="attendance",
        rows="Team meeting p1; Team meeting p3",
    ),
    "sign-in: an online meeting, joined twice": ok(
        *("attendance", ZOOM, *TODAY, "--person-column", "Name (original name)"),
        table="attendance",
        rows="Team meeting p1",
        told="1 of somebody who signed twice, counted once … 'Join time'",
    ),
    "sign-in: a report in sections": no(
        *("attendance", SECTIONS_OF_A_CALL, *TODAY, "--header-row", "3"),
        told="row 6: found the header again; allowed: one table (another table begins there",
        roster=False,
    ),
    "sign-in: the first section of a report": ok(
        *("attendance", SECTIONS_OF_A_CALL.partition("\n\n")[0], *TODAY, "--header-row", "3"),
        table="attendance",
        rows="Team meeting p1",
        told="'First Join', 'Role'",
    ),
    "sign-in: first and last names": ok(
        *("attendance", "First name,Last name,Time joined\nInes,Falk,9:00 AM\n", *TODAY),
        table="attendance",
        rows="Team meeting p1",
    ),
    "sign-in: days across": no("attendance", ACROSS, *MEETINGS, told="'05/10/2024' … --dates day-first"),
    "sign-in: days across, day first": ok(
        *("attendance", ACROSS, *MEETINGS, "--dates", "day-first"),
        table="attendance",
        rows="Team meeting, day 1 p1; Team meeting, day 1 p2; Team meeting, day 2 p1; Team meeting, day 2 p3",
        told="6 cells: 4 of somebody who came",
    ),
    "sign-in: days without a year": no(
        *("attendance", ACROSS.replace("/2024", ""), *MEETINGS, "--dates", "day-first"),
        told="'05/10' … a day",
    ),
    "partner: words for how often": no(
        *("edges", PARTNERS, "--relation", "contact:0:3", "--directed", *ENDS, "--tie", "contact"),
        *("--value-column", "How often"),
        told="'Weekly' … --labels",
        roster=False,
    ),
    "partner: words for how often, said": ok(
        *("edges", PARTNERS, "--relation", "contact:0:3", "--directed", *ENDS, "--tie", "contact"),
        *("--value-column", "How often"),
        labels=WORDS,
        rows="1 contact North School River Library 2; 1 contact River Library North School 1",
        told="'Trust'",
        roster=False,
    ),
    "partner: a matrix of organisations": ok(
        *("matrix", "Organization,North School,River Library\nNorth School,,2\nRiver Library,1,\n"),
        *("--relation", "work:0:3", "--nodes", "organizations", "--directed"),
        rows="1 work North School River Library 2; 1 work River Library North School 1",
        roster=False,
    ),
    "partner: two scores, one empty": no(
        "edges", PAIRS, *SCORES, told="an empty cell … --blank none", roster=False
    ),
    "partner: two scores": ok(
        *("edges", PAIRS, *SCORES, "--blank", "missing"),
        rows="1 frequency North School River Library 4; 1 reliability North School River Library 2;"
        "1 frequency River Library North School 1",
        told="'Org A ID', 'Org B ID'",
        roster=False,
    ),
    "taguette: a workbook": ok(
        *("codings", xlsx, "--coder", "Ana"),
        table="codings",
        rows="document_01 document_01:coder_01-1 coder_01 trust 1; document_01 document_01:coder_01-1 "
        "coder_01 time 1; document_01 document_01:coder_01-2 coder_01 trust 1",
        roster=False,
        told="not read: 'content'",
    ),
    "nvivo: references": ok(
        *("codings", REFERENCES, "--segment-column", "Start"),
        table="codings",
        rows="document_01 document_01:0 coder_01 Trust 1; document_01 document_01:0 coder_02 Time 1",
        roster=False,
        told="'End', 'Reference'",
    ),
    "maxqda: its segments are texts": no(
        *("codings", SEGMENTS, "--coder-column", "Author"),
        told="column Segment: found a text … --segment-column",
        roster=False,
    ),
    "maxqda": ok(
        *("codings", SEGMENTS, "--coder-column", "Author", "--segment-column", "Beginning"),
        table="codings",
        rows="document_01 document_01:3 coder_01 Trust\\Early 1; document_01 document_01:9 coder_01 Time 1",
        roster=False,
        told="'Segment'",
    ),
    "atlas.ti: a line a code": ok(
        *("codings", QUOTATIONS, "--coder-column", "Created by"),
        table="codings",
        rows="document_01 document_01:coder_01-1:1 coder_01 Trust 1; document_01 document_01:coder_01-1:1 "
        "coder_01 Lack of time 1",
        roster=False,
        told="'Quotation Content'",
    ),
    "dedoose": ok(
        *("codings", EXCERPTS, "--wide", "--document-column", "Media Title", "--segment-column"),
        *("Excerpt ID", "--coder-column", "Excerpt Creator"),
        table="codings",
        rows="document_01 document_01:1 coder_01 Code: Trust Applied 1; "
        "document_01 document_01:1 coder_01 Code: Time Applied 0",
        roster=False,
        told="'Excerpt'",
    ),
    "nvivo: a matrix of counts": no(
        *("codings", CROSSED, "--wide", "--coder", "Ana"), told="'B : Trust' … counts", roster=False
    ),
    "spss: codes": ok(
        *("roster", sav, *SCALE, *ONCE, "--respondent", "name", "--pattern", "h{alter}"), rows=TIES
    ),
    "spss: labels": ok(
        *("roster", sav, *SCALE, *ONCE, "--header-row", "2", "--value-labels", "--respondent", "Your name"),
        *("--pattern", HOW + " {alter}"),
        labels=WORDS,
        rows=TIES,
    ),
    "spss: words that were typed": ok(
        *("roster", sav_words, *SCALE, *ONCE, "--respondent", "name", "--pattern", "h{alter}"),
        labels=WORDS,
        rows="1 help p1 p2 2; 1 help p2 p1 3",
    ),
    "spss: a list of ties": ok(
        *("edges", sav_ties, "--relation", "help:0:3", "--directed", "--sender-column", "ego"),
        *("--receiver-column", "alter", "--value-column", "often"),
        rows=TIES,
    ),
    "ods: a list of ties": ok(
        *("edges", ods_ties, "--relation", "help:0:3", "--directed"),
        rows="1 help p1 p2 2; 1 help p2 p1 3",
    ),
    "ods: a matrix": ok(*("matrix", ods_matrix, "--relation", "help:0:3", "--directed"), rows=TIES),
    "taguette: semicolons": ok(
        *("codings", "\ufeff" + TAGUETTE.replace(",", ";"), "--coder", "Ana"),
        table="codings",
        rows="document_01 document_01:coder_01-1 coder_01 trust 1; document_01 document_01:coder_01-1 "
        "coder_01 time 1; document_01 document_01:coder_01-2 coder_01 trust 1",
        roster=False,
        told="not read: 'content'",
    ),
    "ods: a title": no(
        *("roster", ods, *SCALE, *ONCE, "--respondent", "Your name", "--pattern", "{alter}"),
        told="--header-row",
    ),
    "ods": ok(
        *("roster", ods, *SCALE, *ONCE, "--header-row", "2", "--respondent", "Your name"),
        *("--pattern", "{alter}"),
        rows="1 help p1 p2 2; 1 help p2 p1 3; 1 help p2 p3 1",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_exactly_or_refused_in_words(
    name: str,
    raw: Path,  # noqa: F811
    run: Callable[..., tuple[int, str, str]],  # noqa: F811
    tmp_path: Path,
) -> None:
    layout = LAYOUTS[name]
    options = list(layout.options)
    path = tmp_path / "export.csv"
    if isinstance(layout.content, str):
        path.write_text(layout.content, encoding="utf-8")
    else:
        path = layout.content(path)
    if layout.roster:
        (tmp_path / "roster.csv").write_text(layout.people, encoding="utf-8")
        options += ["--roster", str(tmp_path / "roster.csv")]
    if layout.labels:
        pairs = (part.strip().rpartition(" ") for part in layout.labels.split(";"))
        table = "".join(f'"{label}",{value}\n' for label, _, value in pairs)
        (tmp_path / "labels.csv").write_text(f"label,value\n{table}", encoding="utf-8")
        options += ["--labels", str(tmp_path / "labels.csv")]
    code, out, err = run(layout.kind, path, *options)
    for words in layout.told:
        assert words in out + err, out + err
    if layout.rows is None:
        assert code == 1, out
        assert not (raw / "ours").exists(), "nothing is written of a file that is refused"
        return
    assert code == 0, err
    found = read_own("ours").tables[layout.table][COLUMNS[layout.table]].astype(object)
    cells = found.map(lambda one: f"{one:g}" if isinstance(one, float) else str(one))
    assert {" ".join(row) for row in cells.itertuples(index=False, name=None)} == layout.rows


def test_first_and_last_names_of_a_list_of_people_are_names(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("ID,First Name,Last Name,School\np1,Ines,Falk,north\np2,Omar,Reid,\n", encoding="utf-8")
    roster = read_roster(path, faults := [])
    assert not faults
    assert roster[["actor_id", "name"]].values.tolist() == [["p1", "Ines Falk"], ["p2", "Omar Reid"]]
