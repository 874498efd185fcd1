"""What somebody who has the pages, and knows who belongs to the network, would try: by its own means.

Nothing here uses `analysis.privacy`: what a number counts is found anew from the tables, person by person and
tie by tie, and what may not be found out is what a combination of published numbers comes to.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pandas as pd

SMALLEST = 5
TEXTS = (".svg", ".csv", ".json", ".html")
MOST = 4 * 2 * 60
"""Ties that four of sixty people can have at most."""


@dataclass(frozen=True)
class Published:
    """A number that stands on a page, and what it counts: people, or ties as (sender, receiver)."""

    name: str
    value: float
    counted: frozenset[Any]


class Known:
    """A network as its tables have it, found anew with plain loops."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], threshold: float = 1.0) -> None:
        self.actors = tables["actors"].set_index("actor_id")
        self.waves = tables["waves"].set_index("wave")
        self.threshold = threshold
        self.dates = dict(tables["activities"][["activity_id", "date"]].to_numpy())
        self.came = tables["attendance"].groupby("activity_id")["actor_id"].agg(set).to_dict()
        ties = tables["ties"]
        self.relations = sorted(ties["relation"].unique())
        gone = tables["nonresponse"]
        self.silent = {
            (relation, wave): {
                row.actor_id
                for row in gone.itertuples()
                if row.wave == wave and (pd.isna(row.relation) or row.relation == relation)
            }
            for relation, wave in product(self.relations, self.waves.index)
        }
        self.told: dict[Any, set[tuple[str, str]]] = {key: set() for key in self.silent}
        for row in ties.itertuples():
            if row.value >= threshold and row.sender_id != row.receiver_id:
                self.told[row.relation, row.wave].add((row.sender_id, row.receiver_id))

    def present(self, wave: int) -> set[str]:
        """Return who was there when a wave was collected."""
        return self.between(self.waves.loc[wave, "opened_on"], self.waves.loc[wave, "closed_on"])

    def between(self, opened: str, closed: str) -> set[str]:
        """Return who was there at some time between two days."""
        return {
            name
            for name, joined, left in zip(
                self.actors.index, self.actors["joined_on"], self.actors["left_on"], strict=True
            )
            if not (pd.notna(joined) and joined > closed) and not (pd.notna(left) and left < opened)
        }

    def answered(self, relation: str, wave: int) -> set[str]:
        """Return who was there and answered."""
        return self.present(wave) - self.silent[relation, wave]

    def ties(self, relation: str, wave: int) -> set[tuple[str, str]]:
        """Return who named whom, of those who answered, among those who were there."""
        here, heard = self.present(wave), self.answered(relation, wave)
        return {(one, other) for one, other in self.told[relation, wave] if one in heard and other in here}

    def school(self, row: str) -> set[str]:
        """Return who is of the schools that a row of a table names."""
        home = self.actors["organization_id"].fillna("no school given")
        return set(home.index[home.isin(row.split(" + "))])

    def seen(self, relation: str, wave: int, pair: tuple[str, str]) -> bool:
        """Whether it is known if somebody named somebody."""
        return pair[0] in self.answered(relation, wave) and pair[1] in self.present(wave)


def exact(text: Any) -> float | None:
    """Return a cell as the number it is, if it is one."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if value == value else None


def read(folder: Path, name: str) -> pd.DataFrame:
    """Return a table of a page; without rows where the page has none."""
    path = folder / "tables" / f"{name}.csv"
    return pd.read_csv(path, dtype=str) if path.is_file() else pd.DataFrame()


def published(folder: Path, known: Known) -> Iterator[Published]:
    """Return every count of people or ties that stands on a page about a network, and what it counts."""
    at = known.threshold
    for name in ("answered", "structure", "isolates", "reciprocity", "mixing"):
        for row in read(folder, name).to_dict("records"):
            relation, wave = row["relation"], int(row["wave"])
            ties = known.ties(relation, wave)
            heard = known.answered(relation, wave)
            both = {pair for pair in ties if set(pair) <= heard}
            mutual = {pair for pair in both if pair[::-1] in both}
            alone = {one for one in known.present(wave) if not any(one in pair for pair in ties)}
            counted = {
                "people": {("head", one) for one in known.present(wave)},
                "answered": {("head", one) for one in heard},
                "ties": {(*pair, relation, wave) for pair in ties},
                "mutual": {(*pair, relation, wave) for pair in mutual},
                "asymmetric": {(*pair, relation, wave) for pair in both - mutual},
                "isolates": {("alone", relation, wave, one) for one in alone & heard},
            }
            yield from _cells(folder.name, name, row, counted, at)
    for name in ("changes", "out-of-sight", "lasting"):
        for row in read(folder, name).to_dict("records"):
            relation = row["relation"]
            first, second = (int(part) for part in row["waves"].split(" to "))
            ties = {wave: known.ties(relation, wave) for wave in (first, second)}
            here, there = known.present(first), known.present(second)
            heard = known.answered(relation, first) & known.answered(relation, second)
            follow = {
                pair
                for pair in ties[first] | ties[second]
                if known.seen(relation, first, pair) and known.seen(relation, second, pair)
            }
            one = {(*pair, relation, first): pair for pair in ties[first]}
            two = {(*pair, relation, second): pair for pair in ties[second]}
            kept = {
                entry for entry, pair in (one | two).items() if pair in follow & ties[first] & ties[second]
            }
            later = {pair for pair in ties[first] if known.seen(relation, second, pair)}
            counted = {
                "people": {("head", person) for person in heard},
                "kept": kept,
                "new": {entry for entry, pair in two.items() if pair in follow - ties[first]},
                "lost": {entry for entry, pair in one.items() if pair in follow - ties[second]},
                "gone": {entry for entry, pair in one.items() if set(pair) - there},
                "come": {entry for entry, pair in two.items() if set(pair) - here},
                "ties": {entry for entry, pair in one.items() if pair in later},
                "there": kept if name == "lasting" else set(),
            }
            yield from _cells(folder.name, name, row, counted, at)
    for row in read(folder, "activities").to_dict("records"):
        activity = row["activity"]
        members = known.between(known.dates[activity], known.dates[activity])
        counted = {
            "members": {("head", one) for one in members},
            "came": {("alone", "came", activity, one) for one in known.came[activity]},
        }
        yield from _cells(folder.name, f"activities {activity}", row, counted, at)
    for row in read(folder, "composition").to_dict("records"):
        relation = row["relation"]
        first, second = (int(part) for part in row["waves"].split(" to "))
        here, there = known.present(first), known.present(second)
        heard, still = known.answered(relation, first) & there, known.answered(relation, second) & here
        who = {
            "stayed": here & there,
            "joined": there - here,
            "left": here - there,
            "answered in both": heard & still,
            "answered in the first only": heard - still,
            "answered in the second only": still - heard,
        }[row["who"]]
        yield from _cells(
            folder.name, f"composition {row['who']}", row, {"people": {("head", one) for one in who}}, at
        )


def schools(folder: Path, known: Known, relation: str) -> Iterator[Published]:
    """Return every count of people or ties that stands on a page school by school, and what it counts.

    Who is asked is known to anybody who has the roster: a rate or a count *about* so much is its number where
    only one would read so.
    """
    wave = max(known.waves.index)
    ties, heard = known.ties(relation, wave), known.answered(relation, wave)
    for name in ("schools", "between"):
        table = read(folder, name)
        members = {row: known.school(row) for row in table.get("school", [])}
        for row in table.to_dict("records"):
            own = members[row["school"]]
            here, told = own & known.present(wave), own & heard
            out, back = (
                {pair for pair in ties if (pair[end] in own) > (pair[1 - end] in own)} for end in (0, 1)
            )
            arcs = {
                "within": {pair for pair in ties if set(pair) <= own},
                "to_others": out,
                "from_others": back,
            }
            if name == "between":
                arcs = {
                    to: {pair for pair in ties if pair[0] in own and pair[1] in there}
                    for to, there in members.items()
                }
            counted = {column: {(*pair, relation, wave) for pair in pairs} for column, pairs in arcs.items()}
            if name == "schools":
                counted |= {
                    "asked": {("head", one) for one in here},
                    "answered": {("head", one) for one in told},
                }
            where = f"{name} {row['school']}"
            yield from _cells(folder.name, where, row, counted, known.threshold)
            for column in ("answered", "response_rate"):
                if (read_so := alone_reads_so(row.get(column), column, len(here))) is not None:
                    assert read_so == len(told), f"{where}: {read_so} answered is not {len(told)}"
                    entries = frozenset(("head", one) for one in told)
                    yield Published(f"{folder.name}, {where}, {column}", read_so, entries)


def collected(folder: Path, known: Known, tables: Mapping[str, pd.DataFrame]) -> Iterator[Published]:
    """Return the counts on the pages on scales, traced ties and contacts, and what they count."""
    for name in ("scores", "reliability"):
        for row in read(folder, name).to_dict("records"):
            items = tables["items"].loc[tables["items"]["scale"] == row["scale"], "item_id"]
            said = tables["responses"][tables["responses"]["wave"] == int(row["wave"])]
            answers = said[said["item_id"].isin(items) & said["value"].notna()]["actor_id"].value_counts()
            enough = len(items) if name == "reliability" else len(items) / 2
            heads = {("head", one) for one in answers.index[answers >= enough]}
            yield from _cells(folder.name, f"{name} {row['scale']}", row, {"people": heads}, known.threshold)
    relation, last = known.relations[0], max(known.waves.index)
    new = {
        (*pair, relation, wave): wave
        for wave in range(2, last + 1)
        for pair in known.ties(relation, wave) - known.ties(relation, wave - 1)
        if known.seen(relation, wave - 1, pair) and known.seen(relation, wave, pair)
    }

    def may(entry: Any, activity: str, by: str) -> bool:
        begun, over = (known.waves.loc[wave, "opened_on"] for wave in (new[entry] - 1, new[entry]))
        there = set(entry[:2]) <= known.came[activity] or by == "dates"
        return bool(there and begun < known.dates[activity] < over)

    for row in read(folder, "traced").to_dict("records"):
        if row["known"] in ("dates", "dates and attendance"):
            sizes = {entry: sum(may(entry, one, row["known"]) for one in known.dates) for entry in new}
            counted = {"new_ties": {*new}, "none": {entry for entry, size in sizes.items() if not size}}
            counted["one"] = {entry for entry, size in sizes.items() if size == 1}
            counted["several"] = {entry for entry, size in sizes.items() if size > 1}
            yield from _cells(folder.name, f"traced {row['known']}", row, counted, known.threshold)
    for row in read(folder, "ranges").to_dict("records"):
        if row["known"] in ("dates", "dates and attendance"):
            counted = {"at_most": {entry for entry in new if may(entry, row["activity"], row["known"])}}
            where = f"ranges {row['known']} {row['activity']}"
            yield from _cells(folder.name, where, row, counted, known.threshold)
    numbers = folder / "numbers.json"
    told = json.loads(numbers.read_text(encoding="utf-8")) if numbers.is_file() else {}
    if "first-ties" in told:
        ends = tables["contacts"][["sender_id", "receiver_id"]].to_numpy()
        met = {(*sorted(pair), "contact", 0) for pair in ends if pair[0] != pair[1]}
        row = {key: told[key]["value"] for key in ("first-ties", "people") if key in told}
        counted = {"first-ties": met, "people": {("head", one) for pair in met for one in pair[:2]}}
        yield from _cells(folder.name, "contacts", row, counted, known.threshold)


def of_a_few(folder: Path) -> list[str]:
    """Return what a page says of one to four people, by what its tables call their columns."""
    whom = ("people", "answered", "asked", "members", "came", "sent", "received", "coders", "not_applied")
    ties = re.compile(r"(ties|of these|new_ties|kept|new|lost|mutual|within|to_others|from_others)\b")
    return [
        f"{path.name}, {column}: {row[column]}"
        for path in sorted((folder / "tables").glob("*.csv"))
        for row in pd.read_csv(path, dtype=str).to_dict("records")
        for column in row
        if (column in whom or ties.match(column)) and 0 < (exact(row[column]) or 0) < SMALLEST
    ]


def alone_reads_so(text: Any, column: str, asked: int) -> int | None:
    """Return how many of those asked answered, where only one number would be written as the text is."""
    said = str(text)
    about = exact(said.removeprefix("about "))
    if about is None:
        return None

    def written(count: int) -> float:
        if column == "answered":
            return round(count / SMALLEST) * SMALLEST if "about" in said else count
        return float(f"{count / asked:.1g}") if "about" in said else float(f"{count / asked:.3g}")

    possible = [count for count in range(asked + 1) if written(count) == about]
    return possible[0] if len(possible) == 1 else None


def all_of_a_few(folder: Path) -> list[str]:
    """Return schools of which a page says that all, fewer than twice the smallest cell, answered."""
    return [
        f"{row['school']}: {row['answered']} of {row['asked']}"
        for row in read(folder, "schools").to_dict("records")
        if "nobody" in str(row.get("response_rate"))
        or (
            (all_told := exact(row.get("answered"))) is not None
            and all_told == exact(row.get("asked"))
            and all_told < 2 * SMALLEST
        )
    ]


def _cells(
    page: str, table: str, row: Mapping[str, Any], counted: Mapping[str, set[Any]], threshold: float
) -> Iterator[Published]:
    where = ", ".join(str(row[part]) for part in ("relation", "wave", "waves") if part in row)
    for column, entries in counted.items():
        value = exact(row.get(column))
        if value is not None:
            size = len(entries) / (2 if column in ("mutual", "kept", "there") else 1)
            assert value == size, f"{page} {table} {where} {column}: {value} is not {size}"
            told = {(*entry, threshold) if entry[0] == "alone" else entry for entry in entries}
            yield Published(f"{page}, {table}, {where}, {column}", value, frozenset(told))


def few(counted: Collection[Any]) -> bool:
    """Whether somebody, and fewer than the smallest cell, has a part in all that is counted."""
    apart: set[str] = set()
    so_many = 0
    for entry in counted:
        if apart.isdisjoint(_people(entry)):
            apart.update(_people(entry))
            so_many += 1
            if so_many == SMALLEST:
                return False

    def covered(left: list[tuple[str, ...]], people: int) -> bool:
        if not left or not people:
            return not left
        return any(covered([pair for pair in left if one not in pair], people - 1) for one in left[0])

    return bool(counted) and covered([_people(entry) for entry in counted], SMALLEST - 1)


def _people(entry: Any) -> tuple[str, ...]:
    if entry[0] == "head":
        return (entry[1],)
    return (entry[3],) if entry[0] == "alone" else entry[:2]


def worked_out(numbers: list[Published]) -> list[str]:
    """Return what sums and differences of one, two or three published numbers tell of a few people."""
    occasions: dict[Any, dict[frozenset[Any], str]] = {}
    for number in numbers:
        for occasion in {_occasion(entry) for entry in number.counted}:
            part = frozenset(entry for entry in number.counted if _occasion(entry) == occasion)
            occasions.setdefault(occasion, {}).setdefault(part, number.name)
    found = []
    for there in occasions.values():
        entries = sorted(frozenset().union(*there))
        place = {entry: 1 << number for number, entry in enumerate(entries)}
        names = {sum(place[entry] for entry in group): name for group, name in there.items()}

        def small(rest: int, entries: list[Any] = entries) -> bool:
            return few([entries[number] for number in range(rest.bit_length()) if rest >> number & 1])

        found += [name for group, name in names.items() if small(group)]
        for one, other in combinations(names, 2):
            if small(one ^ other):
                found.append(f"{names[one]} less {names[other]}")
        for plus, more in combinations(names, 2):
            either, both = plus ^ more, plus & more
            for less in names:
                rest = either ^ less | both & ~less
                # So many bits are of more people than can be few, whoever they are.
                if rest.bit_count() <= MOST and less not in (plus, more) and small(rest):
                    found.append(f"{names[plus]} and {names[more]} less {names[less]}")
    return found


def _occasion(entry: Any) -> Any:
    if entry[0] == "head":
        return "head"
    return (*entry[:3], entry[4]) if entry[0] == "alone" else entry[2:]


def named(folders: list[Path], people: set[str]) -> list[str]:
    """Return which files of a report have an identifier in them, pictures included."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*") if path.suffix in TEXTS):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".svg":
            root = ElementTree.fromstring(text)
            text = " ".join(part for node in root.iter() for part in (*node.attrib.values(), node.text or ""))
        found += [f"{path.name}: {one}" for one in people & set(re.findall(r"\w+", text))]
    return found


def bars_drawn(picture: Path) -> int:
    """Return how many bars a picture has: closed paths of four corners within the axes, filled."""
    root = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    return sum(
        bool(re.fullmatch(r"patch_\d+", group.get("id", "")))
        and any(
            "clip-path" in path.attrib and path.get("d", "").count("L") == 3
            for path in group.iter(f"{space}path")
        )
        for group in root.iter(f"{space}g")
    )


def unique_to_a_person(folders: list[Path], known: Known, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return rows of tables whose whole numbers are those of one person alone, as one with the roster sees.

    Of each person the ties sent and received in every wave and relation, and activities come to: two of them
    side by side in a row single a person out where nobody else has both.
    """
    people: dict[str, set[float]] = {}
    came = tables["attendance"]["actor_id"].value_counts() if "attendance" in tables else {}
    for one in known.actors.index:
        numbers = {float(came.get(one, 0))}
        for relation, wave in known.told:
            ties = known.ties(relation, wave)
            numbers |= {float(sum(pair[end] == one for pair in ties)) for end in (0, 1)}
        people[one] = {number for number in numbers if number}
    found = []
    for folder in folders:
        for path in sorted((folder / "tables").glob("*.csv")):
            for row in pd.read_csv(path, dtype=str).to_dict("records"):
                numbers = {
                    value
                    for key in ("sent", "received", "degree", "came", "activities")
                    if (value := exact(row.get(key)))
                }
                owners = [one for one, own in people.items() if len(numbers) > 1 and numbers <= own]
                if len(owners) == 1:
                    found.append(f"{path.name}: {sorted(numbers)} are {owners[0]}'s alone")
    return found
