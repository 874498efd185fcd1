"""Names planted everywhere in a team's own dataset: none is written, and each is told where it stands."""

from __future__ import annotations

import csv
import datetime
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.__main__ import _parser
from analysis.compendium.team import refuse_names
from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset import deidentified, own
from analysis.privacy.deidentify import names_of
from analysis.privacy.pseudonyms import PSEUDONYM
from analysis.tables.cells import typed
from analysis.tables.faults import Fault, InvalidInput
from analysis.tables.package import read_package
from analysis.tables.schema import TABLES, Column

ROSTER = """actor_id,name,aliases,organization_id
e01,Zébuline Quarandeau-Ødeby,Zebbie|Zé Q.,ash
e02,Tovenka Brimsildottir,,ash
"""
FORMS = {
    "the name": "Zébuline Quarandeau-Ødeby",
    "a first name": "Zébuline",
    "a last name": "Quarandeau",
    "a nickname": "Zebbie",
    "capitals": "ZÉBULINE QUARANDEAU",
    "no accents": "zebuline",
    "no stroke": "Odeby",
    "a stroke spelled out": "Oedeby",
    "decomposed accents": "Ze\N{COMBINING ACUTE ACCENT}buline",
    "within a word of words": "visit_by_zebbie_2",
    "with a number": "zebuline2",
    "written together": "QuarandeauOdeby",
    "an unseen hyphen": "Zé\N{SOFT HYPHEN}buline",
    "a sentence": "Asked, on Monday, by Brimsildottir's class",
}
LETTER = re.compile(r"(School|District|Office|Team) [A-Z]")
FRAGMENTS = ("buline", "quarandeau", "deby", "zebb", "brimsil", "tovenka")
"""Letters without accents; one of them is in every form."""

# Schools whose names stand in the example's activities.
WORDS = ("birch", "elm")

MORE_TABLES = {
    "measures": "wave,organization_id,measure,value,n,response_rate\n1,ash,attainment,3.5,12,0.8\n",
    "adoptions": "innovation,adopter_id,adopted_on,censored\nprotocol,e05,2024-10-05,0\n"
    "protocol,cedar,2024-11-09,1\n",
    "rating_counts": "unit_id,variable,category,count,document_id\nlesson_1,clarity,high,7,transcript_1\n",
    "segments": "document_id,segment_id,actor_id,part\nnote_1,s1,e02,opening\n",
    "routines": "routine_id,organization_id,cadence,reflection\nteam_meeting,ash,weekly,1\n"
    "data_review,fir,once a term,0\n",
    "routine_links": "from_id,to_id,medium,since,until\n"
    "team_meeting,data_review,people,2024-09-20,2025-03-07\n",
    "episodes": "episode_id,routine_id,started_on,outcome,setting\nep_1,team_meeting,2024-10-08,1,calm\n",
    "episode_steps": "episode_id,routine_id,date,enacted,from_id,medium\n"
    "ep_1,data_review,2024-10-15,1,team_meeting,people\n",
    "evidence": "evidence_id,document_id,segment_id,hypothesis,test,direction,if_true,if_false\n"
    "ev_1,note_1,s1,h_time,hoop,for,0.9,0.4\n",
    "design_elements": "element,date,rating,document_id,rater_id,leaning\n"
    "shared_aim,2024-10-05,3,note_1,e03,sharing\n",
    "theory_of_action": "from,to,indicator,wave,owner,not_before\n"
    "workshops,protocol use,minutes,2,e02,2024-11-04\n",
}
DECLARED = {
    "actors": [{"name": "hobby", "type": "text", "description": "What they like."}],
    "organizations": [{"name": "motto", "type": "text", "description": "What they say."}],
    "episodes": [{"name": "setting", "type": "text", "description": "How it was.", "enum": ["calm", "loud"]}],
}

COLUMNS = {
    f"{table.name}.{column.name}": column
    for table in TABLES.values()
    for column in table.columns
    if column.kind == "text"
}
OPEN = [place for place, column in COLUMNS.items() if not column.privacy and not column.allowed]
HIDDEN = [
    place for place, column in COLUMNS.items() if column.privacy in ("person", "organization", "record")
]
FREE = [place for place, column in COLUMNS.items() if column.privacy == "free"]
LISTED = [place for place, column in COLUMNS.items() if column.allowed]
FREE += ["actors.hobby", "organizations.motto"]
LISTED += ["actors.subject", "episodes.setting"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset with every table of the data model, in a `data_raw/` of its own."""
    folder = tmp_path_factory.mktemp("filled") / "data_raw/ours"
    folder.mkdir(parents=True)
    for path in (DATA_RAW / own.EXAMPLE).glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / path.name).write_text("".join(lines[:41]), encoding="utf-8")
    for name, text in MORE_TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    for name, column in (("actors", "hobby"), ("organizations", "motto")):
        write(folder, name, cells(folder, name).assign(**{column: "chess"}))
    write(folder, "documents", cells(folder, "documents").assign(organization_id="ash"))
    write(folder, "contacts", cells(folder, "contacts").assign(conversation_id="thread 1"))
    content = json.loads((DATA_RAW / own.EXAMPLE / "datapackage.json").read_text(encoding="utf-8"))
    for name, attributes in DECLARED.items():
        content["attributes"].setdefault(name, []).extend(attributes)
    declare(folder, content | {"name": "ours", "title": "Ours", "smallest_cell": 0})
    (folder / "names").mkdir()
    (folder / "names/roster.csv").write_text(ROSTER, encoding="utf-8")
    return folder


def own_dataset(filled: Path, root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a copy of a team's own dataset below `root`, beside it a key."""
    shutil.copytree(filled.parent, root / "data_raw")
    patch.setattr(own, "DATA_RAW", root / "data_raw")
    patch.setattr(deidentified, "DATA_DERIVED", root / "data_derived")
    patch.setattr(deidentified, "ROOT", root)
    key = root / "ours.key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    return root / "data_raw/ours"


@pytest.fixture
def raw(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a team's own dataset, beside it a key."""
    return own_dataset(filled, tmp_path, monkeypatch)


def declaration(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return content


def declare(folder: Path, content: dict[str, Any]) -> None:
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")


def cells(folder: Path, table: str) -> pd.DataFrame:
    """Return a table as it is written, empty cells as empty texts."""
    return pd.read_csv(folder / f"{table}.csv", dtype="string", keep_default_na=False)


def write(folder: Path, table: str, frame: pd.DataFrame) -> None:
    frame.to_csv(folder / f"{table}.csv", index=False)


def derived(raw: Path) -> Path:
    return raw.parents[1] / "data_derived" / raw.name


def run(
    raw: Path,
    *,
    dates: Literal["day", "month", "year"] = "day",
    keep: tuple[str, ...] = (),
    words: tuple[str, ...] = WORDS,
    key: str = "ours.key",
    named: tuple[str, ...] = (),
) -> list[str]:
    """De-identify; return what was said."""
    said: list[str] = []
    deidentified.write_deidentified(raw.name, raw.parents[1] / key, dates, keep, words, named, said.append)
    return said


def refused(raw: Path, **options: Any) -> list[Fault]:
    """De-identify, which must be refused and write nothing; return the faults."""
    before = snapshot(raw.parents[1])
    with pytest.raises(InvalidInput) as caught:
        run(raw, **options)
    assert snapshot(raw.parents[1]) == before
    return list(caught.value.faults)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def assert_nobody_is_named(raw: Path) -> None:
    """Look for the names in every byte below `data_derived/`, the names of the files included."""
    written = snapshot(derived(raw).parent)
    given = {path.name for path in raw.iterdir() if path.is_file()}
    assert {Path(name).name for name in written} == given
    for name, content in written.items():
        text = (name + "\n" + content.decode("utf-8")).casefold().replace("\N{SOFT HYPHEN}", "")
        for fragment in FRAGMENTS:
            assert fragment not in text, (name, fragment)


def column_of(place: str) -> Column:
    """Return a column's declaration; an attribute's is as good as that of any optional text."""
    return COLUMNS.get(place, Column(place.partition(".")[2], "text", "", required=False))


def together(place: str) -> set[str]:
    """Return the places in which the same thing has the same identifier."""
    if place.endswith(".relation"):
        return {"ties.relation", "nonresponse.relation"}
    roots = {*(column_of(place).references or place).split(" or ")}
    for other, column in COLUMNS.items():
        if roots & {*(column.references or "").split(" or ")}:
            roots.add(other)
    return roots


def only(raw: Path, *tables: str) -> None:
    """Take away all tables but these and those they refer to, so that a run takes no time."""
    needed = set(tables)
    while True:
        targets = [column.references or "" for name in needed for column in TABLES[name].columns]
        more = {part.partition(".")[0] for target in targets for part in target.split(" or ")} - {""}
        if more <= needed:
            break
        needed |= more
    for path in raw.glob("*.csv"):
        if path.stem not in needed:
            path.unlink()


def plant(raw: Path, place: str, text: str) -> tuple[str, int, str]:
    """Put a text in a place, and wherever the same thing is named; return its file, row and column."""
    table, _, column = place.partition(".")
    frame = cells(raw, table)
    row = int(frame[column].ne("").to_numpy().nonzero()[0][-1])
    old = frame[column].iloc[row]
    for other in together(place):
        name, _, label = other.partition(".")
        if not (raw / f"{name}.csv").is_file():
            continue
        changed = cells(raw, name)
        changed[label] = changed[label].mask(changed[label] == old, text)
        write(raw, name, changed)
    if column == "relation":
        content = declaration(raw)
        for relation in content["relations"]:
            relation["name"] = text if relation["name"] == old else relation["name"]
        declare(raw, content)
    first = int((cells(raw, table)[column] == text).to_numpy().argmax())
    return f"{table}.csv", first + 2, column


def places(faults: list[Fault]) -> set[tuple[str, int | None, str | None]]:
    return {(fault.file, fault.row, fault.column) for fault in faults}


def form_for(place: str) -> str:
    """Return one form of a name, another one for each of neighbouring places."""
    return list(FORMS.values())[[*COLUMNS, *FREE, *LISTED].index(place) % len(FORMS)]


def test_every_form_of_a_name_is_known_by_its_letters() -> None:
    for form in FORMS.values():
        bare = form.casefold().replace("\N{SOFT HYPHEN}", "")
        assert any(fragment in bare for fragment in FRAGMENTS), form


def test_what_names_nobody_passes(raw: Path) -> None:
    said = run(raw)
    assert_nobody_is_named(raw)
    assert f"data_derived/ours/ has {len(TABLES)} tables" in said[0]


@pytest.mark.parametrize("place", OPEN)
def test_a_name_in_a_text_that_stays_is_refused(raw: Path, place: str) -> None:
    only(raw, place.partition(".")[0])
    text = form_for(place)
    planted = plant(raw, place, text)
    faults = refused(raw)
    assert planted in places(faults)
    assert {fault.column for fault in faults} <= {
        *(other.partition(".")[2] for other in together(place)),
        "relations",
    }
    (told,) = (fault for fault in faults if (fault.file, fault.row, fault.column) == planted)
    assert told.found.startswith(f"{text!r} (the name ")
    assert (told.allowed, told.hint) == (
        "texts that name nobody",
        "change the text; or, if nobody is meant, allow the word with WORDS=",
    )


@pytest.mark.parametrize("table", dict.fromkeys(place.partition(".")[0] for place in HIDDEN))
def test_names_as_the_identifiers_of_a_table_become_pseudonyms(raw: Path, table: str) -> None:
    only(raw, table)
    for number, place in enumerate(place for place in HIDDEN if place.partition(".")[0] == table):
        plant(raw, place, f"{form_for(place)} {number}" if number else form_for(place))
    run(raw)
    assert_nobody_is_named(raw)


@pytest.mark.parametrize("place", FREE)
def test_a_name_in_free_text_is_dropped_with_it_or_refused(raw: Path, place: str) -> None:
    only(raw, place.partition(".")[0])
    planted = plant(raw, place, form_for(place))
    assert places(refused(raw, keep=(place,))) == {planted}
    run(raw)
    assert_nobody_is_named(raw)


@pytest.mark.parametrize("place", LISTED)
def test_a_name_instead_of_a_listed_value_is_no_value(raw: Path, place: str) -> None:
    only(raw, place.partition(".")[0])
    planted = plant(raw, place, form_for(place))
    faults = refused(raw)
    assert planted in places(faults)
    for fault in faults:
        assert (fault.file, fault.column) == (planted[0], planted[2])
        assert fault.found == repr(form_for(place))
        first = fault.allowed.split(", ")[0]
        assert first in ("school", "people", "hoop", "for", "maths", "calm", "execution")


@pytest.mark.parametrize("form", ["the name", "capitals", "no accents", "a nickname", "a sentence"])
def test_a_form_planted_in_every_text_is_told_everywhere(raw: Path, form: str) -> None:
    # One after the other, each its own: two things of one name would be a fault of another sort.
    planted = {plant(raw, place, f"{FORMS[form]} {number}") for number, place in enumerate(OPEN)}
    expected = {
        (file, int((cells(raw, file[:-4])[column].str.contains(FORMS[form])).to_numpy().argmax()) + 2, column)
        for file, _, column in planted
    }
    faults = refused(raw)
    assert expected <= places(faults)


def test_names_in_every_identifier_and_every_free_text_leave_no_trace(raw: Path) -> None:
    for number, place in enumerate([*HIDDEN, *FREE]):
        plant(raw, place, f"{form_for(place)} {number}")
    run(raw)
    assert_nobody_is_named(raw)


def set_enum(content: dict[str, Any], form: str) -> None:
    content["attributes"]["actors"][1]["enum"].append(form)


SAID: dict[str, tuple[str, Callable[[dict[str, Any], str], None]]] = {
    "title": ("title", lambda content, form: content.update(title=form)),
    "citation": ("citation", lambda content, form: content.update(citation=form)),
    "licence": ("licenses", lambda content, form: content.update(licenses=[{"title": form}])),
    "question": ("relations", lambda content, form: content["relations"][1].update(description=form)),
    "relation": ("relations", lambda content, form: content["relations"].append(
        {"name": form, "description": "?", "minimum": 0, "maximum": 1})),
    "attribute": ("attributes", lambda content, form: content["attributes"]["actors"][0].update(
        description=form)),
    "header": ("attributes", lambda content, form: content["attributes"]["actors"].append(
        {"name": form, "type": "integer", "description": "How often."})),
    "listed value": ("attributes", set_enum),
    "table not there": ("attributes", lambda content, form: content["attributes"]["episodes"][0].update(
        description=form)),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_a_name_in_the_declaration_is_refused(raw: Path, said: str) -> None:
    only(raw, "actors")
    form = list(FORMS.values())[list(SAID).index(said)]
    entry, change = SAID[said]
    content = declaration(raw)
    change(content, form)
    declare(raw, content)
    (fault,) = refused(raw)
    assert (fault.file, fault.row, fault.column) == ("datapackage.json", None, entry)
    assert fault.found.startswith(f"{form!r} (the name ")


@pytest.mark.parametrize("form", FORMS)
def test_a_form_all_over_the_declaration_is_told_everywhere(raw: Path, form: str) -> None:
    only(raw, "actors")
    content = declaration(raw)
    for _, change in SAID.values():
        change(content, FORMS[form])
    declare(raw, content)
    faults = refused(raw)
    assert [fault.column for fault in faults] == sorted(
        (entry for entry, _ in SAID.values()),
        key=["title", "citation", "licenses", "relations", "attributes"].index,
    )


def test_what_else_a_declaration_says_is_not_written(raw: Path) -> None:
    name = FORMS["the name"]
    source = {"path": "https://example.org/" + FORMS["no accents"]}
    file = {"path": f"{FORMS['no accents']}.sav", "bytes": 1, "hash": "sha256:" + "0" * 64}
    content = declaration(raw) | {"description": name, "contributors": [{"title": name}]}
    only(raw, "actors")
    declare(raw, content | {"resources": [file | {"sources": [source]}]})
    run(raw)
    assert_nobody_is_named(raw)


def test_a_dataset_called_after_somebody_is_refused(raw: Path) -> None:
    shutil.copytree(raw, raw.with_name("net_of_zebbie"))
    only(raw.with_name("net_of_zebbie"), "actors")
    folder = raw.with_name("net_of_zebbie")
    declare(folder, declaration(folder) | {"name": folder.name})
    (fault,) = refused(folder)
    assert (fault.column, fault.found) == ("name", "'net_of_zebbie' (the name 'zebbie')")


def test_a_refusal_leaves_what_was_there_before(raw: Path) -> None:
    only(raw, "ties")
    run(raw)
    assert derived(raw).is_dir()
    plant(raw, "waves.label", FORMS["a nickname"])
    assert [fault.column for fault in refused(raw)] == ["label"]


def test_a_word_that_names_nobody_can_be_allowed(raw: Path) -> None:
    only(raw, "activities")
    plant(raw, "activities.kind", "Quarandeau method")
    assert [fault.found for fault in refused(raw)] == ["'Quarandeau method' (the name 'quarandeau')"]
    run(raw, words=(*WORDS, "QUARANDEAU"))
    assert "Quarandeau method" in (derived(raw) / "activities.csv").read_text(encoding="utf-8")


def test_an_organization_named_in_a_text_is_told_too(raw: Path) -> None:
    assert places(refused(raw, words=(), named=("activities",))) == {
        ("activities.csv", 3, "activity_id"),
        ("activities.csv", 6, "activity_id"),
        ("attendance.csv", 21, "activity_id"),
    }
    run(raw, words=())


def test_what_activities_and_routines_are_called_is_theirs_to_choose(raw: Path) -> None:
    """No roster knows the name in it; it is nobody's business what a meeting is called among friends."""
    frame = cells(raw, "activities")
    for table, column in (("activities", "activity_id"), ("attendance", "activity_id")):
        there = cells(raw, table)
        there[column] = there[column].replace({"kick_off": "Lunch for Ottoline", "share_fair": "=1+1"})
        write(raw, table, there)
    said = run(raw)
    assert "What activities and routines are called stands in data_raw/ours/names/labels.csv" in "\n".join(
        said
    )
    text = "".join(path.read_text(encoding="utf-8") for path in derived(raw).iterdir())
    assert not [name for name in (*frame["activity_id"], "Ottoline", "team_meeting") if name in text]
    assert [f"Activity {number}" for number in range(1, 7)] == cells(derived(raw), "activities")[
        "activity_id"
    ].tolist()
    assert set(cells(derived(raw), "attendance")["activity_id"]) <= {f"Activity {n}" for n in range(1, 7)}
    assert cells(derived(raw), "episode_steps")["from_id"].str.fullmatch("Routine [12]").all()
    # One is given a label, a later activity the next number; the others stay.
    file = raw / "names/labels.csv"
    assert file.stat().st_mode & 0o777 == 0o600
    before = pd.read_csv(file).set_index("name")["label"].to_dict()
    file.write_text(file.read_text().replace(before["Lunch for Ottoline"], "Opening lunch"))
    first = frame.iloc[[0]].assign(activity_id="a walk", date="2024-09-02")
    write(raw, "activities", pd.concat([first, cells(raw, "activities")]))
    run(raw)
    after = pd.read_csv(file).set_index("name")["label"].to_dict()
    assert after == before | {"Lunch for Ottoline": "Opening lunch", "a walk": after["a walk"]}
    assert after["a walk"] not in before.values()
    assert "Opening lunch" in set(cells(derived(raw), "attendance")["activity_id"])
    # A label that names somebody, or two with one label, are refused.
    file.write_text(file.read_text().replace("Opening lunch", FORMS["a nickname"]))
    assert [fault.column for fault in refused(raw)] == ["label"]
    file.write_text(file.read_text().replace(FORMS["a nickname"], after["a walk"]))
    (fault,) = refused(raw)
    assert fault.allowed == "a label of its own for each"
    file.unlink()
    run(raw, named=("activities", "routines"))
    assert "Lunch for Ottoline" in set(cells(derived(raw), "activities")["activity_id"])
    assert "team_meeting" in set(cells(derived(raw), "routines")["routine_id"])


def test_free_text_is_left_out_unless_it_is_asked_for(raw: Path) -> None:
    said = run(raw, keep=("items.wording", "actors.hobby"))
    assert "Free text left out: organizations.motto, codebook.definition." in said
    assert "  actors.hobby: chess" in said
    shown = {place: cells(derived(raw), place.partition(".")[0]) for place in FREE}
    assert shown["actors.hobby"]["hobby"].eq("chess").all()
    assert set(shown["items.wording"]["wording"]) == set(cells(raw, "items")["wording"])
    assert shown["codebook.definition"]["definition"].eq("").all()
    assert "motto" not in shown["organizations.motto"]
    assert "motto" not in (derived(raw) / "datapackage.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", ["actors.role", "actors.nothing", "items", ""])
def test_only_free_text_can_be_asked_for(raw: Path, asked: str) -> None:
    only(raw, "organizations", "actors", "items", "codebook")
    (fault,) = refused(raw, keep=(asked,))
    listed = "organizations.motto, actors.hobby, items.wording, codebook.definition"
    assert str(fault) == f"--keep-text: found {asked!r}; allowed: free text of this dataset: {listed}"


def coarse(text: str, dates: str) -> str:
    day = datetime.date.fromisoformat(text[:10]).replace(day=1)
    return (day if dates == "month" else day.replace(month=1)).isoformat()


@pytest.mark.parametrize("dates", ["day", "month"])
def test_with_the_keys_every_table_is_what_it_was_with_coarser_dates(
    raw: Path, dates: Literal["day", "month"]
) -> None:
    run(raw, dates=dates)
    with (raw / "names/pseudonyms.csv").open(encoding="utf-8", newline="") as stream:
        who = {row["pseudonym"]: row["identifier"] for row in csv.DictReader(stream)}
    called = dict(cells(raw / "names", "labels")[["label", "name"]].to_numpy())
    content = declaration(raw)
    for name, table in TABLES.items():
        before, after = cells(raw, name), cells(derived(raw), name)
        for column in table.columns:
            if column.privacy in ("person", "organization", "record"):
                filled = after[column.name][after[column.name] != ""]
                assert filled.map(lambda text: PSEUDONYM.fullmatch(text) or LETTER.fullmatch(text)).all()
                after[column.name] = after[column.name].replace(who)
            elif column.privacy == "label":
                after[column.name] = after[column.name].replace(called)
            elif column.privacy == "free":
                before[column.name] = ""
            elif column.kind in ("date", "time", "period") and dates != "day" and column.name in before:
                before[column.name] = before[column.name].map(
                    lambda text: coarse(text, dates) if text else ""
                )
        if name == "organizations":
            before = before.drop(columns="motto")
        if name == "actors":
            # Nobody stands out: five have the fewest years that are left, and five the most.
            years = sorted(map(int, before["years_teaching"]))
            before["years_teaching"] = [
                str(min(max(int(text), years[4]), years[-5])) for text in before["years_teaching"]
            ]
        before = before.drop(columns="hobby", errors="ignore").reindex(columns=after.columns, fill_value="")
        faults: list[Fault] = []
        attributes = tuple(
            Column(item["name"], item["type"], "", required=False)
            for item in content["attributes"].get(name, [])
        )
        expected, found = (typed(table, frame, attributes, faults) for frame in (before, after))
        assert faults == []
        order = list(expected.columns)
        pd.testing.assert_frame_equal(
            expected.sort_values(order, ignore_index=True), found.sort_values(order, ignore_index=True)
        )


def test_nobody_stands_out_in_a_number_told_of_people_or_organisations(
    raw: Path,
) -> None:
    content = declaration(raw)
    pupils = {"name": "pupils", "type": "integer", "description": "How many pupils."}
    content["attributes"]["organizations"].append(pupils)
    declare(raw, content)
    homes = cells(raw, "actors")["organization_id"].value_counts()
    schools = cells(raw, "organizations")
    write(raw, "organizations", schools.assign(pupils=[str(100 * n + 7) for n in range(len(schools))]))
    told = "\n".join(run(raw))
    people = cells(derived(raw), "actors")
    counts = people["years_teaching"].astype(int).value_counts().sort_index()
    assert counts.iloc[0] >= 5 and counts.iloc[-1] >= 5
    after = cells(derived(raw), "organizations").set_index("organization_id")["pupils"].astype(int)
    behind = people.groupby(people["organization_id"].map(after)).size()
    assert behind.iloc[0] >= 5 and behind.iloc[-1] >= 5 and homes.min() < 5
    assert "actors.years_teaching: from " in told and "organizations.pupils: from " in told


def test_a_name_in_what_is_typed_for_a_report_is_refused(raw: Path) -> None:
    name = pd.read_csv(raw / "names/roster.csv", dtype=str)["name"].dropna().iloc[0]
    with pytest.raises(InvalidInput, match=r"SET: found the name '.*' in caveat"):
        refuse_names(raw.name, "SET", {"threshold": "2", "caveat": f"as told by {name}"})
    refuse_names(raw.name, "SET", {"threshold": "2", "caveat": "none stated"})


def test_dates_are_kept_to_the_month_unless_days_are_asked_for(raw: Path) -> None:
    asked = _parser(importing=False).parse_args(["deidentify", raw.name])
    run(raw, dates=asked.dates)
    assert {text[-2:] for text in cells(derived(raw), "activities")["date"]} == {"01"}
    assert "\nDATES ?= month\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("dates", ["month", "year"])
def test_an_attribute_that_is_a_date_is_coarsened_and_a_number_of_a_period_is_not(
    raw: Path, dates: Literal["month", "year"]
) -> None:
    only(raw, "adoptions")
    content = declaration(raw)
    content["attributes"]["actors"].append({"name": "born_on", "type": "date", "description": "Birthday."})
    declare(raw, content)
    frame = cells(raw, "actors").assign(born_on="1980-05-17")
    write(raw, "actors", frame)
    write(raw, "adoptions", cells(raw, "adoptions").assign(adopted_on=["7", "12"]))
    run(raw, dates=dates)
    assert set(cells(derived(raw), "actors")["born_on"]) == {coarse("1980-05-17", dates)}
    assert set(cells(derived(raw), "adoptions")["adopted_on"]) == {"7", "12"}


def test_rare_combinations_are_told_and_listed_beside_the_names(raw: Path) -> None:
    only(raw, "actors")
    said = run(raw)
    years = cells(derived(raw), "actors")["years_teaching"].value_counts()
    alone = {(value, str(count)) for value, count in years.items() if count < 5}
    rare = pd.read_csv(raw / "names/rare_combinations.csv", dtype=str)
    listed = rare[rare["attributes"] == "years_teaching"]
    assert set(zip(listed["values"], listed["people"], strict=True)) == alone
    assert f"Combinations of attributes shared by fewer than 5 people: {len(rare)}" in said
    assert f"  years_teaching: {len(alone)}" in said
    assert not rare["attributes"].str.contains("actor_id|hobby").any()


def test_a_limit_is_set_where_none_was(raw: Path) -> None:
    only(raw, "actors")
    run(raw)
    assert declaration(derived(raw))["smallest_cell"] == 5
    declare(raw, declaration(raw) | {"smallest_cell": 12})
    run(raw)
    assert declaration(derived(raw))["smallest_cell"] == 12


def test_a_second_run_writes_the_same_bytes_in_whatever_order_the_rows_came(raw: Path) -> None:
    only(raw, "ties", "contacts", "codings", "adoptions")
    run(raw)
    first = snapshot(derived(raw)) | snapshot(raw / "names")
    run(raw)
    assert snapshot(derived(raw)) | snapshot(raw / "names") == first
    for path in raw.glob("*.csv"):
        write(raw, path.stem, cells(raw, path.stem).iloc[::-1])
    run(raw)
    assert snapshot(derived(raw)) | snapshot(raw / "names") == first


def test_with_another_key_nobody_has_the_same_pseudonym(raw: Path) -> None:
    only(raw, "ties")
    run(raw)
    first = people_in(raw)
    said = run(raw, key="another.key")
    assert any(line.startswith(f"A key was made: {raw.parents[1] / 'another.key'}.") for line in said)
    assert any(
        line.startswith(f"The key: {raw.parents[1] / 'another.key'}.") for line in run(raw, key="another.key")
    )
    assert first and not first & people_in(raw)


def people_in(raw: Path) -> set[str]:
    keys = pd.read_csv(raw / "names/pseudonyms.csv")
    return set(keys.loc[keys["kind"] == "person", "pseudonym"])


def schools_in(raw: Path) -> dict[str, str]:
    keys = pd.read_csv(raw / "names/pseudonyms.csv")
    keys = keys[keys["kind"] == "organization"]
    return dict(zip(keys["identifier"], keys["pseudonym"], strict=True))


def test_schools_are_called_by_letters_that_stay_when_another_one_joins(raw: Path) -> None:
    only(raw, "organizations", "actors")
    run(raw)
    first = schools_in(raw)
    assert sorted(called for called in first.values() if called.startswith("School"))[:2] == [
        "School A",
        "School B",
    ]
    assert list(first) != [name for name, _ in sorted(first.items(), key=lambda pair: pair[1])]
    frame = cells(raw, "organizations")
    joined = frame.iloc[[-1]].assign(organization_id="aspen", kind="school")
    write(raw, "organizations", pd.concat([joined, frame]))
    run(raw)
    again = schools_in(raw)
    assert {name: again[name] for name in first} == first
    assert again["aspen"] not in first.values()


def test_schools_keep_their_names_on_request_and_people_never_do(raw: Path) -> None:
    only(raw, "organizations", "actors")
    run(raw, named=("organizations",))
    assert "ash" in set(cells(derived(raw), "actors")["organization_id"])
    assert cells(derived(raw), "actors")["actor_id"].map(PSEUDONYM.fullmatch).all()
    plant(raw, "organizations.organization_id", "Quarandeau school")
    with pytest.raises(InvalidInput, match="quarandeau"):
        run(raw, named=("organizations",))
    with pytest.raises(InvalidInput, match="KEEP: found 'people'; allowed: names that may be kept"):
        run(raw, named=("people",))


def test_an_organization_may_adopt_own_and_code_and_keeps_its_pseudonym(raw: Path) -> None:
    plant(raw, "theory_of_action.owner", "office")
    plant(raw, "codings.coder_id", "office")
    run(raw)
    keys = pd.read_csv(raw / "names/pseudonyms.csv").set_index(["kind", "identifier"])["pseudonym"]
    adopters = set(cells(derived(raw), "adoptions")["adopter_id"])
    assert adopters == {keys["person", "e05"], keys["organization", "cedar"]}
    assert ("person", "cedar") not in keys.index
    assert cells(derived(raw), "theory_of_action")["owner"].tolist() == [keys["person", "office"]]
    assert keys["person", "office"] in set(cells(derived(raw), "codings")["coder_id"])


def test_an_identifier_of_two_letters_is_not_searched_for_unless_somebody_is_called_so(raw: Path) -> None:
    only(raw, "actors", "waves")
    plant(raw, "actors.actor_id", "qu")
    plant(raw, "waves.label", "From Qu to summer")
    run(raw)
    (raw / "names/roster.csv").write_text(ROSTER + "qu,Quill Brelling,Qu,ash\n", encoding="utf-8")
    assert [(fault.file, fault.column) for fault in refused(raw)] == [("waves.csv", "label")]


CALLED = ("zebuline", "Quarandeau", "zoe_brim", "Bo", "Li", "t_07", "07", "Ash", "Ó", "Dell Ash")
"""What somebody may be called, or listed as, or have for an identifier."""


@given(
    identifiers=st.lists(st.sampled_from(CALLED), min_size=1, unique=True),
    listed=st.lists(st.tuples(*[st.sampled_from(CALLED)] * 4), max_size=4),
)
def test_with_a_roster_no_name_is_missed_that_is_found_without(
    identifiers: list[str], listed: list[tuple[str, str, str, str]]
) -> None:
    package = read_package(DATA_RAW / "example_network" / "datapackage.json")
    tables = {"actors": pd.DataFrame({"actor_id": identifiers, "organization_id": "Ash"})}
    roster = pd.DataFrame(listed, columns=["actor_id", "name", "aliases", "organization_id"], dtype=str)
    without, with_it = (names_of(tables, package, people, ()) for people in (None, roster))
    for called in CALLED:
        for text in (called, called.upper(), f"asked {called} today", f"visit_{called}", f"{called}.csv"):
            assert not without.found_in(text) or with_it.found_in(text), text


@pytest.mark.parametrize(
    "file", ["notes_zebbie.docx", "2024-Quarandeau-final (2).pdf", "ZébulineNotes.txt", "brimsildottir.csv"]
)
def test_a_name_in_the_name_of_a_file_is_refused(raw: Path, file: str) -> None:
    only(raw, "actors", "activities")
    planted = plant(raw, "activities.kind", file)
    assert planted in places(refused(raw))


def test_a_file_beside_the_tables_is_not_taken_along(raw: Path) -> None:
    only(raw, "actors")
    for file in ("zebuline_quarandeau.txt", "names/zebuline_quarandeau.csv"):
        (raw / file).write_text("name\nZébuline\n", encoding="utf-8")
    run(raw)
    assert not [path for path in derived(raw).parent.rglob("*") if "zeb" in path.name.casefold()]


def test_without_a_roster_the_identifiers_are_what_is_searched_for(raw: Path) -> None:
    only(raw, "actors", "waves")
    shutil.rmtree(raw / "names")
    plant(raw, "actors.actor_id", "zebuline")
    planted = plant(raw, "waves.label", "Of Zébuline")
    assert places(refused(raw)) == {planted}
