"""Files as teams have them: each is read as its README says, or refused in words; never wrong in silence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset.own import EXAMPLE, read_own

HELP = ("--relation", "help:0:3:How often …?")
NAMES = ("--roster", "{cases}/roster.csv")
CODES = ("--roster", "{cases}/roster_with_choice_numbers.csv")
WORDS = ("--labels", "{cases}/labels.csv")
GOOGLE = ("--respondent", "Your name", "--pattern", "How often did you ask this person for help? [{alter}]")
CHECKBOXES = ("--sender-column", "Your name", "--receiver-column", "Whom did you turn to for help?")


@pytest.fixture(scope="module")
def cases() -> Path:
    """Return the folder of the cases."""
    place = Path(os.environ.get("COMPENDIUM_REFERENCE", ROOT.parent / "shared/reference"))
    folder = place / "cases/own_network"
    if not folder.is_dir():
        pytest.skip("the cases are not on this machine (COMPENDIUM_REFERENCE)")
    return folder


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a `data_raw/` of its own, which has the example dataset."""
    place = tmp_path / "data_raw"
    place.mkdir()
    shutil.copytree(DATA_RAW / EXAMPLE, place / EXAMPLE)
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", place)
    return place


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(raw: Path, cases: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what imports a case into the dataset `ours` and gives the exit code and all that was told."""

    def imported(kind: str, name: str, *options: str) -> tuple[int, str]:
        words = [option.replace("{cases}", str(cases)) for option in options]
        code = main(["import", kind, str(cases / name), "--dataset", "ours", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return imported


def ties() -> set[tuple[int, str, str, str, float]]:
    """Return the ties of the dataset."""
    columns = ["wave", "relation", "sender_id", "receiver_id", "value"]
    return set(read_own("ours").tables["ties"][columns].itertuples(index=False, name=None))


def silent() -> set[tuple[object, ...]]:
    """Return who did not answer."""
    frame = read_own("ours").tables.get("nonresponse", pd.DataFrame(columns=["wave", "actor_id", "relation"]))
    return set(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


@dataclass(frozen=True)
class Case:
    """How a file is imported, and what is then told and there; `ties` None: it is refused."""

    kind: str
    file: str
    options: tuple[str, ...]
    told: tuple[str, ...]
    ties: frozenset[str] | None = None
    silent: frozenset[str] = frozenset()


def read(kind: str, file: str, *options: str, ties: str, told: str = "", silent: str = "") -> Case:
    """Return a case that is read; ties are written `1 help t1 t2 3` and parted by semicolons."""
    parts = [frozenset(filter(None, (part.strip() for part in text.split(";")))) for text in (ties, silent)]
    return Case(kind, file, options, tuple(filter(None, told.split(" … "))), *parts)


def refused(kind: str, file: str, *options: str, told: str) -> Case:
    """Return a case that is refused in words."""
    return Case(kind, file, options, tuple(told.split(" … ")))


T1 = "1 help t1 t2 1; 1 help t2 t1 1"
QUALTRICS = "1 help t1 t2 2; 1 help t1 t5 1; 1 help t2 t1 3"
REST = "1 t3 all; 1 t4 all; 1 t5 all; 1 t6 all"

PARTNER = (
    *("--relation", "frequency:0:4", "--relation", "Trust:1:4", "--relation", "worth:1:4:Value"),
    *("--sender-column", "Organization A", "--receiver-column", "Organization B"),
    *("--value-column", "Frequency", "--value-column", "Trust", "--value-column", "Value"),
)

CASES = [
    read(
        "roster",
        "wide_ok.csv",
        *HELP,
        *NAMES,
        ties=T1,
        silent=REST,
        told="12 answers: 2 about oneself, blank, 2 ties, 8 no tie",
    ),
    # One round a file: the round is said, and no option is taken for another.
    refused(
        "roster", "01_google_grid_one_wave.xlsx", *HELP, *NAMES, *WORDS, *GOOGLE, told="--wave where all"
    ),
    read(
        *("roster", "01_google_grid_one_wave.xlsx", *HELP, *NAMES, *WORDS, *GOOGLE, "--wave", "1"),
        ties="1 help t1 t2 1; 1 help t1 t3 2; 1 help t1 t4 3; 1 help t1 t6 1; 1 help t2 t1 2; 1 help t2 t4 1;"
        "1 help t2 t5 2; 1 help t2 t6 3; 1 help t3 t2 1; 1 help t3 t4 3; 1 help t3 t6 1; 1 help t4 t1 2;"
        "1 help t4 t2 3; 1 help t4 t5 2; 1 help t4 t6 3; 1 help t5 t2 1; 1 help t5 t3 2; 1 help t5 t4 3;"
        "1 help t5 t6 1",
        silent="1 t6 all",
        told="columns that were not read: 'Timestamp'",
    ),
    # Several names in one cell are several people, once it is said what parts them.
    refused(
        "edges", "02_google_checkbox_multiselect.csv", *HELP, *CHECKBOXES, told="several names … --split"
    ),
    refused(
        "edges", "02_google_checkbox_multiselect.csv", *HELP, *CHECKBOXES, *NAMES, told="one a cell, or say"
    ),
    read(
        *("edges", "02_google_checkbox_multiselect.csv", *HELP, *CHECKBOXES, *NAMES, "--split", ","),
        ties="1 help t1 t2 1; 1 help t1 t3 1; 1 help t2 t1 1; 1 help t3 t4 1; 1 help t3 t5 1; 1 help t3 t1 1",
        told="3 rows: 3 with ties … not read: 'Timestamp' … on the roster and not in the file: t6",
    ),
    # Who was asked and has no row did not answer, once it is said that everybody was asked.
    refused(
        *("edges", "02_google_checkbox_multiselect.csv", *HELP, *CHECKBOXES, "--split", ",", "--all-asked"),
        told="--all-asked: found no roster",
    ),
    read(
        *("edges", "02_google_checkbox_multiselect.csv", *HELP, *CHECKBOXES, *NAMES, "--split", ","),
        "--all-asked",
        ties="1 help t1 t2 1; 1 help t1 t3 1; 1 help t2 t1 1; 1 help t3 t4 1; 1 help t3 t5 1; 1 help t3 t1 1",
        silent="1 t4 help; 1 t5 help; 1 t6 help",
    ),
    refused("roster", "03_qualtrics_three_header_rows.csv", *HELP, *CODES, told="no column that asks … Q2"),
    read(
        *("roster", "03_qualtrics_three_header_rows.csv", *HELP, *CODES, *WORDS, "--wave", "1"),
        *("--respondent", "Q2", "--pattern", "Q5_{alter}"),
        ties=QUALTRICS,
        silent=REST,
        told="rows 2 to 3 read as wording and import identifiers … 2 rows: 2 respondents",
    ),
    read(
        *("roster", "03_qualtrics_three_header_rows.csv", *HELP, *NAMES, *WORDS, "--wave", "1"),
        *("--header-row", "2", "--respondent", "Your name"),
        *("--pattern", "How often did you ask for help? - {alter}"),
        ties=QUALTRICS,
        silent=REST,
        told="row 3 read as import identifiers, … 2 rows: 2 respondents",
    ),
    refused("roster", "04_surveymonkey_two_header_rows.xlsx", *HELP, *NAMES, told="no column"),
    read(
        *("roster", "04_surveymonkey_two_header_rows.xlsx", *HELP, *NAMES, *WORDS, "--wave", "1"),
        *("--header-rows", "2", "--respondent", "Your name"),
        *("--pattern", "How often did you ask this person for help? - {alter}"),
        ties=QUALTRICS,
        silent=REST,
        told="row 2 read as lines of the header … 2 rows: 2 respondents",
    ),
    refused(
        *("roster", "05_limesurvey_bom_semicolon.csv", *HELP, *CODES, "--wave", "1", "--respondent", "name"),
        *("--pattern", "{relation}[{alter}]"),
        told="no column about Dan Šimek (t4) … --unlisted 't4'",
    ),
    read(
        *("roster", "05b_limesurvey_fulltext.csv", *HELP, *NAMES, "--wave", "1", "--respondent", "Your name"),
        *("--pattern", "How often …? [{alter}]"),
        ties="1 help t1 t2 2.5; 1 help t1 t5 1",
        silent="1 t2 all; " + REST,
    ),
    # Every sheet is read or refused by name.
    refused("edges", "09_nodes_links_workbook.xlsx", *HELP, told="2 sheets: 'Nodes', 'Links' … --sheet"),
    refused(
        *("edges", "09_nodes_links_workbook.xlsx", *HELP, "--sheet", "Links"),
        *("--sender-column", "NodeNumber1", "--receiver-column", "NodeNumber2"),
        told="column Frequency … --value-column 'Frequency' … column LinkType … --relation-column",
    ),
    read(
        *("edges", "09_nodes_links_workbook.xlsx", *HELP, "--relation", "materials:0:3", "--sheet", "links"),
        "--directed",
        *("--sender-column", "NodeNumber1", "--receiver-column", "NodeNumber2"),
        *("--value-column", "Frequency", "--relation-column", "LinkType"),
        ties="1 help 1 2 3; 1 help 2 1 1; 1 materials 3 1 2",
    ),
    refused(
        "roster", "10_two_surveys_one_workbook.xlsx", *HELP, *NAMES, told="'Read me', 'Autumn', 'Spring'"
    ),
    refused(
        "roster", "10_two_surveys_one_workbook.xlsx", *HELP, *NAMES, "--sheet", "Fall", told="no sheet 'Fall'"
    ),
    refused(
        "roster", "11_title_row_above_header.xlsx", *HELP, *NAMES, told="is row 3 the header? … --header-row"
    ),
    read(
        *("roster", "11_title_row_above_header.xlsx", *HELP, *NAMES, "--header-row", "3"),
        ties="1 help t1 t2 1; 1 help t1 t3 2; 1 help t1 t4 3; 1 help t1 t6 1;"
        "1 help t2 t1 1; 1 help t2 t3 3; 1 help t2 t5 1; 1 help t2 t6 2;"
        "1 help t3 t1 2; 1 help t3 t2 3; 1 help t3 t4 1; 1 help t3 t5 2; 1 help t3 t6 3;"
        "1 help t4 t1 3; 1 help t4 t3 1; 1 help t4 t5 3;"
        "1 help t5 t2 1; 1 help t5 t3 2; 1 help t5 t4 3; 1 help t5 t6 1;"
        "1 help t6 t1 1; 1 help t6 t2 2; 1 help t6 t3 3; 1 help t6 t5 1;",
        told="6 rows: 6 respondents",
    ),
    refused(
        "roster",
        "12_answered_twice.csv",
        *HELP,
        *NAMES,
        told="again, as in row 2 … --keep first or --keep last",
    ),
    read(
        *("roster", "12_answered_twice.csv", *HELP, *NAMES, "--keep", "last"),
        ties="1 help t1 t2 3; 1 help t1 t3 1; 1 help t2 t1 1",
        silent=REST,
        told="row 2: left out, since the last row of t1 counts … 3 rows: 2 respondents, 1 left out",
    ),
    read(
        *("roster", "12_answered_twice.csv", *HELP, *NAMES, "--keep", "first"),
        ties=T1,
        silent=REST,
        told="row 4: left out",
    ),
    read(
        *("roster", "14_self_nomination.csv", *HELP, *NAMES),
        ties="1 help t1 t2 1; 1 help t2 t1 1; 1 help t3 t6 2; 1 help t5 t4 1; 1 help t6 t2 1",
        told="6 about oneself, left out",
    ),
    refused(
        "roster",
        "wide_ok.csv",
        *HELP,
        "--roster",
        "{cases}/15_roster_dmy.csv",
        told="column joined_on: found '03/09/2024' … --dates day-first or --dates month-first … '31.01.2025'",
    ),
    read(
        *("roster", "wide_ok.csv", *HELP, "--roster", "{cases}/15_roster_dmy.csv", "--dates", "day-first"),
        *("--wave-dates", "1:2024-08-01:2024-08-31"),
        ties=T1,
        silent="1 t3 all; 1 t4 all; 1 t6 all",
    ),
    read(
        *("roster", "wide_ok.csv", *HELP, "--roster", "{cases}/15b_roster_excel_dates.xlsx"),
        *("--wave-dates", "1:2024-08-01:2024-08-31"),
        ties=T1,
        silent="1 t3 all; 1 t4 all; 1 t6 all",
    ),
    read(
        "edges",
        "16c_semicolon_decimals.csv",
        *HELP,
        *NAMES,
        "--directed",
        ties="1 help t1 t2 1.5; 1 help t2 t1 0.75",
    ),
    read("edges", "16e_sep_line.csv", *HELP, *NAMES, ties="1 help t1 t2 1"),
    read(
        *("roster", "16_utf16_excel_unicode_text.csv", *HELP, *NAMES),
        ties="1 help t1 t2 1",
        silent="1 t2 all; " + REST,
    ),
    refused("roster", "16b_cp1252.csv", *HELP, *NAMES, told="save it again as UTF-8 … --encoding"),
    read(
        *("roster", "16b_cp1252.csv", *HELP, *NAMES, "--encoding", "windows-1252"),
        ties="1 help t1 t2 1",
        silent="1 t2 all; " + REST,
    ),
    refused(
        *("roster", "wide_ok.csv", *HELP, "--roster", "{cases}/17_roster_moved.csv"),
        told="'t6' again … a column wave … --changed update",
    ),
    refused("edges", "18_duplicate_edges_log.csv", *HELP, told="'Ana Ruiz' to 'Ben Odel' again, as in row 2"),
    read(
        *("edges", "18_duplicate_edges_log.csv", *HELP, *NAMES, "--combine", "sum"),
        ties="1 help t1 t2 2; 1 help t2 t1 1",
        told="3 ties are combined into 2 (sum)",
    ),
    read(
        *("edges", "18c_gephi_type_undirected.csv", *HELP),
        ties="1 help a1 b1 1; 1 help b1 a1 1; 1 help a1 c1 2; 1 help c1 a1 2",
        told="not read: 'Id'",
    ),
    refused("edges", "19_edges_w1.csv", *HELP, *NAMES, told="'A. Ruiz' … near: Ana Ruiz (t1) … aliases"),
    read(
        *("graph", "41_pajek_arcslist_negative.net", "--relation", "help:-1:1"),
        ties="1 help Ana Ben 1; 1 help Ana Chloe 1; 1 help Ben Chloe -1",
    ),
    read(
        *("graph", "42_pajek_typed_lines.net", "--relation", "tie 1:0:3", "--relation", "tie 2:0:3"),
        ties="1 tie 1 Ana Ben 1; 1 tie 2 Ben Chloe 1",
    ),
    read(
        "graph",
        "47_pajek_quoteless.net",
        *HELP,
        ties="1 help Ana Ruiz Ben Odel 1; 1 help Ana Ruiz Ana Lund 1",
    ),
    read(
        *("graph", "52_yed.graphml", *HELP, *NAMES),
        ties="1 help t1 t2 1",
        told="attributes of ties that were not read: label",
    ),
    read("graph", "30_sna_write_dl.dl", *HELP, ties="1 help Ana Ben 1; 1 help Ana Chloe 1; 1 help Ben Ana 1"),
    read(
        *("graph", "30b_sna_write_dl_spaces.dl", *HELP, *NAMES),
        ties="1 help t1 t2 1; 1 help t1 t3 1; 1 help t2 t1 1",
    ),
    refused("graph", "32_two_mode.dl", *HELP, told="two kinds … make import KIND=attendance"),
    refused("graph", "34_edgelist2.dl", *HELP, told="two kinds … make import KIND=attendance"),
    refused("attendance", "32_two_mode.dl", told="no day of Workshop1, Visit2 … --date"),
    read(
        "graph",
        "35_ucinet_txt_ext.txt",
        *HELP,
        ties="1 help Ana Ben 1; 1 help Ana Chloe 1; 1 help Ben Ana 1",
    ),
    read("graph", "36_netdraw.vna", *HELP, ties="1 help Ana Ruiz Ben Odel 2", told="attributes: school"),
    read("graph", "37_label_case.dl", *HELP, "--directed", ties="1 help ana ben 1; 1 help ben ana 1"),
    read("graph", "43_pajek_project.paj", *HELP, ties="1 help Ana Ben 1; 1 help Ben Chloe 1", told="school"),
    read(
        *("graph", "44_pajek_comment_first.net", *HELP),
        ties="1 help Ana Ben 1",
        told="'Network of the Lakes schools, autumn'",
    ),
    refused("graph", "61_gephi_dynamic.gexf", *HELP, told="from 2024-09-01 to 2024-12-31 … --wave-dates 1:"),
    read(
        *("graph", "61_gephi_dynamic.gexf", *HELP, "--wave-dates", "1:2024-08-01:2024-09-10"),
        *("--wave-dates", "2:2025-01-01:2025-01-31", "--wave-dates", "3:2024-12-31:2024-12-31"),
        ties="1 help Ana Ruiz Ben Odel 1; 3 help Ana Ruiz Ben Odel 1",
    ),
    read(
        *("graph", "62_gexf_mutual_edge.gexf", *HELP, "--directed"),
        ties="1 help Ana Ruiz Ben Odel 1; 1 help Ben Odel Ana Ruiz 1;"
        "1 help Ben Odel Eve Park 1; 1 help Eve Park Ben Odel 1",
    ),
    read("graph", "64_gml.gml", *HELP, ties="1 help Ana Ruiz Ben Odel 2"),
    read("graph", "56_doctype.graphml", *HELP, ties="1 help Ana Ben 1"),
    read(
        *("graph", "40_pajek_relations.net", *HELP, "--relation", "materials:0:3", *NAMES),
        ties="1 help t1 t2 2; 1 materials t2 t3 1",
    ),
    read(
        *("graph", "50_graphml_node_attributes.graphml", *HELP),
        ties="1 help Ana Ruiz Ben Odel 2",
        told="read of people as attributes: school",
    ),
    refused(
        "graph", "51_networkcanvas_merged_sessions.graphml", *HELP, *NAMES, told="--relation 'Close:0:1'"
    ),
    read(
        *("interviews", "51_networkcanvas_merged_sessions.graphml", *HELP, "--relation", "Close:0:1", *NAMES),
        ties="1 Close t1 t2 1; 1 Close t2 t1 1; 1 Close t3 t4 1; 1 Close t4 t3 1;"
        "1 help t5 t1 1; 1 help t5 t2 1; 1 help t6 t3 1; 1 help t6 t4 1",
        silent="1 t1 help; 1 t2 help; 1 t3 help; 1 t4 help",
        told="2 interviews named 4 people",
    ),
    read("graph", "55_igraph_name.graphml", *HELP, *NAMES, ties="1 help t1 t2 2"),
    read("graph", "60_gephi_13.gexf", *HELP, *NAMES, ties="1 help t1 t2 2; 1 help t2 t1 1", told="school"),
    refused(
        "matrix", "80_matrix_empty_is_zero.csv", *HELP, told="2 rows with numbers and missing cells … --blank"
    ),
    read(
        *("matrix", "80_matrix_empty_is_zero.csv", *HELP, "--blank", "none", "--directed"),
        ties="1 help Ana Ben 1; 1 help Ben Ana 1",
        silent="1 Chloe help",
        told="9 cells: 2 ties, 3 in rows that are missing",
    ),
    refused("edges", "85_ods_named.ods", *HELP, told="an Excel workbook, named .ods … ends in .xlsx"),
    refused("edges", "86_partner_export.csv", *HELP, told="no such column"),
    read(
        *("edges", "86_partner_export.csv", *PARTNER, "--nodes", "organizations", "--directed"),
        ties="1 frequency Lakes Primary Hill Primary 3; 1 Trust Lakes Primary Hill Primary 2;"
        "1 worth Lakes Primary Hill Primary 4; 1 frequency Hill Primary Lakes Primary 2;"
        "1 Trust Hill Primary Lakes Primary 2; 1 worth Hill Primary Lakes Primary 3",
        told="2 rows: 2 with ties",
    ),
    refused(
        *("roster", "90_blank_among_answers.csv", *HELP, *NAMES, *WORDS),
        told="1 row about help with answers and blanks … --blank none … or --blank missing",
    ),
    read(
        *("roster", "90_blank_among_answers.csv", *HELP, *NAMES, *WORDS, "--blank", "none"),
        ties="1 help t1 t2 2; 1 help t2 t1 3",
        silent=REST,
        told="3 left blank",
    ),
    read(
        *("roster", "90_blank_among_answers.csv", *HELP, *NAMES, *WORDS, "--blank", "help:missing"),
        ties="1 help t2 t1 3",
        silent="1 t1 all; " + REST,
        told="3 of 5 answers of t1 about help (wave 1) are missing … 1 tie set aside",
    ),
    refused(
        *("roster", "wide_ok.csv", *HELP, "--roster", "{cases}/92_roster_joiner.csv"),
        told="no dates of wave 1 … --wave-dates 1:",
    ),
    read(
        *("roster", "wide_ok.csv", *HELP, "--roster", "{cases}/92_roster_joiner.csv"),
        *("--wave-dates", "1:2024-10-01:2024-10-31"),
        ties=T1,
        silent="1 t3 all; 1 t4 all; 1 t5 all",
    ),
    refused("roster", "97_prefer_not.csv", *HELP, *NAMES, *WORDS, told="'Prefer not to say' … --missing"),
    read(
        *("roster", "97_prefer_not.csv", *HELP, *NAMES, "--labels", "{cases}/97_labels_missing.csv"),
        ties="",
        silent="1 t1 all; 1 t2 all; " + REST,
        told="1 of 5 answers of t1 … 1 declared missing",
    ),
    read(
        *("roster", "100_only_self_cell.csv", *HELP, *NAMES),
        ties="1 help t2 t1 1",
        silent="1 t1 all; " + REST,
        told="1 about oneself, left out",
    ),
    read(
        *("roster", "102_titles.csv", *HELP, *NAMES),
        ties="1 help t1 t2 1",
        silent="1 t2 all; " + REST,
        told="'Ms. Ruiz' is read as Ana Ruiz (t1)",
    ),
    read(
        *("roster", "103_two_grids.csv", *HELP, "--relation", "materials:0:3", *NAMES),
        *("--pattern", "How often: {relation}? [{alter}]", "--wave-column", "wave"),
        *("--respondent", "Your name"),
        ties="1 help t1 t2 1; 1 materials t1 t3 2",
        silent="1 t2 all; " + REST,
    ),
    refused("roster", "106_ref_error.csv", *HELP, *NAMES, told="'#REF!'"),
    refused("roster", "107_na_answers.csv", *HELP, *NAMES, told="'N/A' … --missing"),
    read(
        *("roster", "107_na_answers.csv", *HELP, *NAMES, "--missing", "N/A,-99"),
        ties="",
        silent="1 t1 all; 1 t2 all; " + REST,
        told="1 declared missing",
    ),
    refused("edges", "108_edges_numbers_as_ids.csv", *HELP, told="'1.0', beside '1' … '01', beside '1'"),
    refused(
        "edges", "111_wave_label.csv", *HELP, told="'Fall 2024'; allowed: the number of a wave … --wave-label"
    ),
    refused(
        *("edges", "111_wave_label.csv", *HELP, "--directed", "--wave-label", "Fall 2024"),
        told="'Spring 2025'; allowed: a wave: Fall 2024",
    ),
    read(
        *("edges", "111_wave_label.csv", *HELP, "--directed", "--wave-label", "Fall 2024"),
        *("--wave-label", "Spring 2025"),
        ties="1 help Ana Ben 1; 2 help Ben Ana 1",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file} {' '.join(case.options)}"[:70])
def test_a_case_is_read_as_it_should_be_or_refused_in_words(case: Case, run: Run, raw: Path) -> None:
    code, told = run(case.kind, case.file, *case.options)
    assert code == (1 if case.ties is None else 0), told
    for words in case.told:
        assert words in told
    assert "Traceback" not in told
    if case.ties is None:
        assert not (raw / "ours").exists()
        return
    found = {f"{wave} {relation} {who} {whom} {value:g}" for wave, relation, who, whom, value in ties()}
    assert found == case.ties
    assert {f"{wave} {who} {about or 'all'}" for wave, who, about in silent()} == case.silent


@pytest.mark.parametrize(
    ("name", "came"),
    [
        (
            "32_two_mode.dl",
            {("Workshop1", "Ana"), ("Workshop1", "Chloe"), ("Visit2", "Ana"), ("Visit2", "Ben")},
        ),
        ("34_edgelist2.dl", {("Workshop1", "Ana"), ("Workshop1", "Chloe"), ("Visit2", "Ben")}),
    ],
)
def test_two_kinds_are_attendance(run: Run, name: str, came: set[tuple[str, str]]) -> None:
    code, told = run("attendance", name, "--date", "2024-10-05")
    assert code == 0, told
    assert rows("attendance", "activity_id", "actor_id") == came


def test_a_graph_with_times_is_a_log_of_contacts(run: Run) -> None:
    code, told = run("contacts", "61_gephi_dynamic.gexf", *NAMES)
    assert code == 0, told
    assert "not read: an end, which 1 tie had" in told
    assert rows("contacts", "time", "sender_id", "receiver_id") == {("2024-09-01", "t1", "t2")}


def test_waves_as_words_keep_them_as_labels(run: Run) -> None:
    words = ("--wave-label", "Fall 2024", "--wave-label", "Spring 2025")
    assert run("edges", "111_wave_label.csv", *HELP, "--directed", *words)[0] == 0
    assert rows("waves", "wave", "label") == {(1, "Fall 2024"), (2, "Spring 2025")}


def rows(table: str, *columns: str) -> set[tuple[object, ...]]:
    """Return rows of a table of the dataset."""
    return set(read_own("ours").tables[table][list(columns)].itertuples(index=False, name=None))


def test_a_sign_in_sheet_is_attendance_once_the_order_of_its_days_is_said(run: Run, raw: Path) -> None:
    code, told = run("attendance", "83_attendance_signin.csv", *NAMES)
    assert code == 1
    assert "row 2, column Date: found '10/01/2024'" in told
    assert "say --dates day-first or --dates month-first" in told
    code, told = run("attendance", "83_attendance_signin.csv", *NAMES, "--dates", "day-first")
    assert code == 1
    assert "row 4, column Date: found '11/15/2024'" in told
    assert not (raw / "ours").exists()
    code, told = run("attendance", "83_attendance_signin.csv", *NAMES, "--dates", "month-first")
    assert code == 0, told
    assert "3 rows: 3 of somebody who came" in told
    assert "3 names: 3 attendances" in told
    assert "on the roster and not in the file: t3, t4, t5, t6" in told
    assert rows("attendance", "activity_id", "actor_id") == {
        *(("Workshop 1", "t1"), ("Workshop 1", "t2"), ("Visit 2", "t1"))
    }
    assert rows("activities", "activity_id", "date", "kind") == {
        *(("Workshop 1", "2024-10-01", "activity"), ("Visit 2", "2024-11-15", "activity"))
    }


def test_names_of_a_sign_in_sheet_are_those_of_the_datasets_own_roster(run: Run) -> None:
    assert run("roster", "wide_ok.csv", *HELP, *NAMES)[0] == 0
    assert run("attendance", "83_attendance_signin.csv", "--dates", "month-first")[0] == 0
    assert {who for _, who in rows("attendance", "activity_id", "actor_id")} == {"t1", "t2"}
    assert len(rows("actors", "actor_id")) == 6


def test_a_log_by_name_is_contacts_once_the_order_of_its_days_is_said(run: Run, raw: Path) -> None:
    code, told = run("contacts", "84_contact_log.csv", *NAMES)
    assert code == 1
    assert "'05/10/2024 14:30'" in told
    assert not (raw / "ours").exists()
    code, told = run("contacts", "84_contact_log.csv", *NAMES, "--dates", "day-first")
    assert code == 0, told
    assert "2 rows: 2 with people and a day" in told
    first = {("2024-10-05T14:30", "t1", "t2", "email"), ("2024-10-06T09:00", "t2", "t1", "email")}
    assert rows("contacts", "time", "sender_id", "receiver_id", "kind") == first
    assert run("contacts", "95_contacts_excel_semicolon.csv")[0] == 1
    code, told = run("contacts", "95_contacts_excel_semicolon.csv", "--dates", "day-first")
    assert code == 0, told
    more = {("2024-10-05", "t1", "t2", "email")}
    assert rows("contacts", "time", "sender_id", "receiver_id", "kind") == first | more


def test_two_sheets_of_a_workbook_are_two_rounds(run: Run) -> None:
    sheets = ("--sheet", "Autumn", "--sheet", "Spring")
    code, told = run("roster", "10_two_surveys_one_workbook.xlsx", *HELP, *NAMES, *sheets)
    assert code == 0, told
    assert {wave for wave, *_ in ties()} == {1, 2}
    assert silent() == set()
    assert told.count("6 rows: 6 respondents") == 2


def test_an_undirected_list_declares_its_relation_so(run: Run) -> None:
    run("edges", "18c_gephi_type_undirected.csv", *HELP)
    assert [relation.directed for relation in read_own("ours").package.relations] == [False]


def test_a_graph_gives_its_peoples_schools(run: Run) -> None:
    run("graph", "50_graphml_node_attributes.graphml", *HELP)
    tables = read_own("ours").tables
    assert tables["actors"]["organization_id"].tolist() == ["north", "south"]
    assert tables["organizations"]["organization_id"].tolist() == ["north", "south"]


def test_names_of_two_rounds_meet_without_a_roster_too(run: Run) -> None:
    assert run("edges", "19_edges_w1.csv", *HELP)[0] == 0
    code, told = run("edges", "19_edges_w2.csv", "--wave", "2")
    assert code == 1
    assert "'Ana Ruiz'; allowed: each person under one name (is that 'A. Ruiz'?" in told
    assert run("edges", "19_edges_w2.csv", "--wave", "2", "--new-people")[0] == 0


def test_one_round_is_corrected_and_the_other_stays(run: Run) -> None:
    assert run("roster", "wide_ok.csv", *HELP, *NAMES)[0] == 0
    assert run("roster", "94_w2.csv", *NAMES)[0] == 0
    before = ties()
    assert run("roster", "94_w1_fixed.csv", *NAMES)[0] == 1
    assert ties() == before
    assert run("roster", "94_w1_fixed.csv", *NAMES, "--replace")[0] == 0
    assert ties() == before - {(1, "help", "t1", "t2", 1.0)} | {(1, "help", "t1", "t2", 2.0)}
    assert {wave for wave, *_ in silent()} == {1, 2}


def test_another_school_is_told_and_kept_with_its_round(run: Run, raw: Path, tmp_path: Path) -> None:
    assert run("roster", "wide_ok.csv", *HELP, *NAMES)[0] == 0
    moved = tmp_path / "moved.csv"
    text = (raw / "ours/names/roster.csv").read_text(encoding="utf-8")
    moved.write_text(text.replace("t6,Fay Lund,,north", "t6,Fay Lund,,south"), encoding="utf-8")
    options = ("94_w2.csv", "--roster", str(moved))
    code, told = run("roster", *options)
    assert code == 1
    assert "organization_id 'south' of t6, 'north' before" in told
    code, told = run("roster", *options, "--changed", "update")
    assert code == 0
    assert "organization_id of t6 was 'north', now 'south': changed" in told
    assert (raw / "ours/names/changes.csv").read_text().splitlines()[1:] == [
        "2,actors,t6,organization_id,north,south,0"
    ]
    actors = read_own("ours").tables["actors"].set_index("actor_id")["organization_id"]
    assert actors["t6"] == "south"


def test_many_cells_of_one_unknown_word_are_one_line(run: Run, tmp_path: Path, cases: Path) -> None:
    lines = (cases / "wide_ok.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "wide.csv"
    rows = [line.replace(",0", ",Never").replace(",1", ",Often") for line in lines[1:]]
    path.write_text("\n".join([lines[0], *rows]), encoding="utf-8")
    code, told = run("roster", str(path), *HELP, *NAMES)
    assert code == 1
    assert told.splitlines()[0] == "10 faults, nothing written:"
    assert len(told.splitlines()) == 4
    assert "wide.csv, 8 times (row 2, column help | 1 | Chloé Marsh; " in told


def test_two_questions_in_their_own_words_are_two_relations(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    names = ("Ana Ruiz", "Ben Odel", "Chloé Marsh", "Dan Šimek", "Eve Park", "Fay Lund")
    helped, shared = "How often: did you ask for help?", "Whose materials did you use?"
    header = [f"{question} [{name}]" for question in (helped, shared) for name in names]
    path.write_text(",".join(["Your name", *header]) + "\nAna Ruiz,,1,0,0,0,0,,0,2,0,0,0\n", encoding="utf-8")
    declared = ("--relation", f"help:0:3:{helped}", "--relation", f"materials:0:3:{shared}")
    options = (*NAMES, "--wave", "1", "--respondent", "Your name", "--pattern", "{relation} [{alter}]")
    assert run("roster", str(path), *declared, *options)[0] == 0
    assert ties() == {(1, "help", "t1", "t2", 1.0), (1, "materials", "t1", "t3", 2.0)}
    assert run("roster", str(path), *options)[0] == 0, "what was declared once is known"
    code, told = run("roster", str(path), *(one.replace(" [{", " of [{") for one in options))
    assert code == 1
    assert "no column that asks about a person" in told


def test_people_and_ties_of_one_workbook(run: Run) -> None:
    book = ("09_nodes_links_workbook.xlsx", *HELP, "--relation", "materials:0:3", "--sheet", "Links")
    columns = ("--sender-column", "NodeNumber1", "--receiver-column", "NodeNumber2")
    columns += ("--value-column", "Frequency", "--relation-column", "LinkType", "--directed")
    people = ("--roster", "{cases}/09_nodes_links_workbook.xlsx", "--roster-sheet", "Nodes")
    code, told = run("edges", *book, *columns, *people)
    assert code == 0, told
    assert ties() == {(1, "help", "1", "2", 3.0), (1, "help", "2", "1", 1.0), (1, "materials", "3", "1", 2.0)}
    said = {("1", "north", "teacher"), ("2", "north", "teacher"), ("3", "south", "coach")}
    assert rows("actors", "actor_id", "organization_id", "role") == said
    roster = read_own("ours").roster
    assert roster is not None
    assert "Chloé Marsh" in set(roster["name"])
    assert "Chloé" not in told


def test_what_else_is_known_of_people_is_read_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = ["Id,Label,School,Years,Subject,Phone", "t1,Ana Ruiz,north,12,art,555", "t2,Ben Odel,north,,,556"]
    path.write_text("\n".join(lines), encoding="utf-8")
    words = ("edges", "16e_sep_line.csv", *HELP, "--roster", str(path), "--directed")
    code, told = run(*words, "--attribute", "Years", "--attribute", "subject")
    assert code == 0, told
    assert "columns that were not read: 'Phone' (--attribute reads one)" in told
    actors = read_own("ours").tables["actors"].set_index("actor_id")
    assert actors["years"].tolist()[0] == 12
    assert actors["years"].isna().tolist() == [False, True]
    assert actors["subject"].fillna("").tolist() == ["art", ""]
    assert "phone" not in actors
    assert "'Id', 'Label', 'School'" in run(*words, "--attribute", "Age")[1]
    assert "--attribute: found no roster" in run("edges", "16e_sep_line.csv", "--attribute", "Age")[1]


def test_a_school_by_wave_is_dated_and_kept(run: Run, raw: Path, tmp_path: Path, cases: Path) -> None:
    lines = (cases / "17_roster_moved.csv").read_text(encoding="utf-8").splitlines()
    waves = ["wave", *["1"] * 6, "2"]
    path = tmp_path / "moved.csv"
    path.write_text("\n".join(",".join(pair) for pair in zip(lines, waves, strict=True)), encoding="utf-8")
    for again in (False, True):
        code, told = run("roster", "wide_ok.csv", *HELP, "--roster", str(path), *["--replace"] * again)
        assert code == 0, told
        assert "from wave 2 on: actors: organization_id of t6 was 'north', now 'south': changed" in told
        assert (raw / "ours/names/changes.csv").read_text().splitlines()[1:] == [
            "2,actors,t6,organization_id,north,south,0"
        ]
    assert ("t6", "south") in rows("actors", "actor_id", "organization_id")
    path.write_text("\n".join(",".join(pair) for pair in zip(lines, ["wave", *"1111111"], strict=True)))
    assert "'t6' again in wave 1" in run("roster", "wide_ok.csv", *HELP, "--roster", str(path))[1]


def test_a_column_that_is_nearly_one_of_a_list_of_people_is_asked_about(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("actor_id,name,aliasses\nt1,Ana Ruiz,Annie\nt2,Ben Odel,\n", encoding="utf-8")
    words = ("edges", "16e_sep_line.csv", *HELP, "--directed", "--roster", str(path))
    code, told = run(*words)
    assert code == 1
    assert "column aliasses: found a column that is not read" in told
    assert told.count("aliasses: found") == 1
    assert run(*words, "--unread", "aliasses")[0] == 0


def test_organizations_are_nodes(run: Run) -> None:
    assert run("edges", "86_partner_export.csv", *PARTNER, "--nodes", "organizations", "--directed")[0] == 0
    both = {("Hill Primary", "Hill Primary"), ("Lakes Primary", "Lakes Primary")}
    assert rows("actors", "actor_id", "organization_id") == both
    assert rows("organizations", "organization_id", "kind") == {(one, "school") for one, _ in both}


def test_scores_that_are_empty_are_asked_about(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "partner.csv"
    text = "Organization A,Organization B,Frequency,Trust,Value\nLakes,Hill,3,,4\nHill,Lakes,0,,\n"
    path.write_text(text, encoding="utf-8")
    words = ("edges", str(path), *PARTNER, "--nodes", "organizations", "--directed")
    code, told = run(*words)
    assert code == 1
    assert told.count("found an empty cell; allowed: a number") == 3
    code, told = run(*words, "--blank", "missing")
    assert code == 0, told
    assert "2 rows: 1 with ties, 1 of value 0, no tie" in told
    assert "missing, left out: 3 values of rows with others" in told
    assert ties() == {(1, "frequency", "Lakes", "Hill", 3.0), (1, "worth", "Lakes", "Hill", 4.0)}
