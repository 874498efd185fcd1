"""Does an import ever fail without saying why, or lose a row in silence? Ten thousand lists of ties.

    make validate STUDY=imports

Each is a table as a person might save it, then damaged: cells emptied, swapped, doubled, cut off, columns and
signs of separation changed. Reading it either lists faults, or accounts for every row: as many rows as the
file has are ties, values of zero, people without a tie, or left out because a value is missing.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from analysis.files import STUDIES
from analysis.importing.lists.edge_list import read_edges
from analysis.tables.faults import InvalidInput
from analysis.validations.records import made_with, write_record

__all__ = ["drawn_file", "outcome", "tried"]

FILES, SEED = 10_000, 20260111
_NAMES = [
    "Ana Ruiz",
    "Ben Odel",
    "Chloé Marsh",
    "Dan Šimek",
    "Eve Park",
    "ana ruiz",
    "Ruiz, Ana",
    "7",
    "07",
    "1.0",
]
_HEADS = [
    "sender",
    "receiver",
    "value",
    "wave",
    "relation",
    "from",
    "to",
    "weight",
    "Type",
    "start",
    "",
    "note",
]
_CELLS = [
    "",
    "0",
    "1",
    "2",
    "3",
    "-1",
    "1,5",
    "1e999",
    "N/A",
    "nan",
    "weekly",
    "Undirected",
    "=1+1",
    "\x00",
    "\u202e",
    "a" * 300,
]
_ROWS = re.compile(r": (\d+) rows?: (.*)")


def drawn_file(generator: np.random.Generator) -> bytes:
    """Return the bytes of a list of ties, most of them sound, the others damaged in some way."""
    heads = ["sender", "receiver", *generator.permutation(["value", "wave"])[: generator.integers(0, 3)]]
    rows = [heads]
    for _ in range(int(generator.integers(0, 12))):
        ends = [str(name) for name in generator.choice(_NAMES[:5], 2)]
        rows.append(ends + [str(generator.integers(head == "wave", 4)) for head in heads[2:]])
    for _ in range(int(generator.integers(0, 4)) if generator.random() < 0.6 else 0):
        row = rows[int(generator.integers(0, len(rows)))]
        place = int(generator.integers(0, len(row)))
        row[place] = str(generator.choice([*_CELLS, *_NAMES, *_HEADS]))
    if generator.random() < 0.1:
        rows[int(generator.integers(0, len(rows)))] = [""] * len(heads)
    sign = str(generator.choice([",", ",", ";", "\t"]))
    text = "\n".join(sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in rows) + "\n"
    content = text.encode(
        str(generator.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"])), "replace"
    )
    if generator.random() < 0.1:
        content = content[: int(generator.integers(0, len(content)))]
    if generator.random() < 0.1:
        at = int(generator.integers(0, len(content) or 1))
        content = content[:at] + generator.bytes(2) + content[at + 1 :]
    return content


def outcome(path: Path) -> str:
    """Return what became of a file: refused with its faults, read with every row told, or a fault of ours."""
    try:
        network = read_edges(path, only_relation="help", combine="max")
    except InvalidInput as refused:
        return "refused, with faults" if refused.faults else "refused without a fault"
    except Exception as error:
        return f"a traceback: {type(error).__name__}: {error}"
    told = [fit for note in network.notes if (fit := _ROWS.search(note))]
    if len(told) != 1:
        return "read, without an account of its rows"
    total = int(told[0][1])
    became = sum(int(number) for number in re.findall(r"(?:^|, )(\d+) ", told[0][2]))
    there = _filled_rows(path)
    if total != became or total != there:
        return f"{there} rows, {total} told, {became} accounted for"
    tied = re.search(r"(\d+) with ties", told[0][2])
    if bool(len(network.ties)) != bool(tied and int(tied[1])):
        return "ties without rows, or rows without ties"
    return "read, every row accounted for"


def tried(files: int, seed: int) -> Counter[str]:
    """Return how often each outcome came about."""
    generator = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ties.csv"
        for _ in range(files):
            path.write_bytes(drawn_file(generator))
            found[outcome(path)] += 1
    return found


def _filled_rows(path: Path) -> int:
    """Return how many rows below the header have anything in them, counted without the reader."""
    content = path.read_bytes()
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    lines = re.split(
        r"\r\n|\n|\r", re.sub(r'"[^"]*"', lambda quoted: re.sub(r"[\r\n]", " ", quoted[0]), text)
    )
    filled = [bool(re.sub(r'[\s",;]', "", line)) for line in lines]
    return sum(filled[1:])


def main() -> int:
    """Try as many files as were promised, and write the record."""
    found = tried(FILES, SEED)
    good = {"refused, with faults", "read, every row accounted for"}
    record = {
        "files": FILES,
        "seed": SEED,
        "outcomes": dict(sorted(found.items())),
        **made_with("numpy", "pandas"),
    }
    write_record(STUDIES / "your_network" / "results" / "imports.json", record)
    for told, count in found.most_common():
        print(f"{count:6d}  {told}")
    return 0 if set(found) <= good else 1


if __name__ == "__main__":
    sys.exit(main())
