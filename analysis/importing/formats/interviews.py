"""What interviewed people said of their own networks: whom they named, and how those stand to each other.

Whoever was interviewed (ego) names people (alters), and may tell which of them know each other. The first is
a tie from ego to alter, which ego reports; the second is a tie between two alters, which ego reports, too.
Whoever was named and not interviewed did not answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.importing.shared.account import counted
from analysis.importing.shared.network import Arc, ImportedNetwork, actor_label, assemble
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault

__all__ = ["Alter", "AlterTie", "Interview", "assemble_interviews", "naming_relation", "plain_cell"]

_SHORT = 8
"""Signs of a key that tell two people of one name apart."""


class Alter(NamedTuple):
    """Somebody who was named.

    `key` is the same for the same person, in whatever interview; `row` is the line of the file.
    """

    key: str
    label: str
    value: float
    said: dict[str, str]
    row: int | None = None


class AlterTie(NamedTuple):
    """How two alters, given by their keys, stand to each other."""

    one: str
    other: str
    relation: str
    value: float
    row: int | None = None


@dataclass
class Interview:
    """What one person said.

    Attributes
    ----------
    key, label : str
        Whose interview it is: what tells them from others, and what they are called.
    said : dict of str to str
        What is known of them.
    alters, ties : list
        Whom they named, and ties among those.
    row : int or None
        Line of the file.
    """

    key: str
    label: str
    said: dict[str, str] = field(default_factory=dict)
    alters: list[Alter] = field(default_factory=list)
    ties: list[AlterTie] = field(default_factory=list)
    row: int | None = None


def plain_cell(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it.

    Examples
    --------
    >>> [plain_cell(text) for text in ("'=1+1", "'tis", "Ana")]
    ['=1+1', "'tis", 'Ana']
    """
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t" else text


def naming_relation(relations: Sequence[str], among: Collection[str]) -> str:
    """Return the relation that names somebody: the only one which no tie among alters has, or else *tie*.

    Examples
    --------
    >>> naming_relation(["help", "close"], ["close"])
    'help'
    >>> naming_relation(["help", "advice"], ["close"])
    'tie'
    """
    left = [relation for relation in relations if relation not in among]
    return left[0] if len(left) == 1 else "tie"


def assemble_interviews(
    file: str,
    interviews: Sequence[Interview],
    about: tuple[int, str],
    faults: list[Fault],
    notes: list[str],
    *,
    people: People | None = None,
    directed: bool = False,
) -> ImportedNetwork:
    """Put interviews together as one network, or raise with every fault.

    Parameters
    ----------
    file : str
        How faults name the file or files.
    interviews : sequence of Interview
        One a person. Without a roster people are told apart by their keys: two of one name get the beginning
        of theirs behind it. With a roster it says who is who.
    about : (int, str)
        Wave of all, and the relation that names somebody: ego to alter.
    faults, notes : list
        Faults so far, and notes, to which is added what was made of the interviews.
    people : People, optional
        Who is meant by a name.
    directed : bool
        Whether ties among alters have a direction; else each is one in both.

    Raises
    ------
    InvalidInput
        With the faults given; nobody interviewed; one person interviewed twice; an alter named twice or a tie
        told twice in one interview; a tie of somebody whom the interview does not name.
    """
    wave, relation = about
    called = _called(interviews, notes, by_roster=people is not None and people.roster is not None)
    if not interviews:
        faults.append(Fault(file, "no interview", "at least one person who was interviewed"))
    for label, count in Counter(actor_label(interview.label) for interview in interviews).items():
        if count > 1:
            hint = "import each round by itself, with --wave; two people need two names or cases"
            faults.append(
                Fault(file, f"{count} interviews of {label!r}", "one a person and round", hint=hint)
            )
    arcs: list[Arc] = []
    attributes: dict[str, dict[str, str]] = {}
    differing: Counter[str] = Counter()
    for interview in interviews:
        ego = called[interview.key]
        attributes.setdefault(ego, {}).update(interview.said)
        named = {interview.key}
        for alter in interview.alters:
            label = called[alter.key]
            if alter.key in named:
                again = f"{label!r} again, named by {ego!r}"
                faults.append(Fault(file, again, "each person once an interview", alter.row))
                continue
            named.add(alter.key)
            arcs.append(Arc(ego, label, alter.value, wave, relation, alter.row, ego))
            known = attributes.setdefault(label, {})
            for name, value in alter.said.items():
                differing[name] += known.setdefault(name, value) != value
        arcs += _among_alters(file, interview, called, named, wave, faults, directed=directed)
    told = [f"{name} ({count})" for name, count in differing.items() if count]
    if told:
        differ = f"interviews differ on people named in several, and the first counts: {', '.join(told)}"
        notes.append(f"{file}: {differ}")
    egos = {called[interview.key] for interview in interviews}
    among_relations = {tie.relation for interview in interviews for tie in interview.ties} - {relation}
    count = sum(len(interview.alters) for interview in interviews)
    among = sum(len(interview.ties) for interview in interviews)
    notes.append(
        f"{file}: {counted(len(interviews), 'interviews')} named {counted(count, 'people')}, "
        f"and {counted(among, 'ties')} among them"
    )
    others = "people who were named and not interviewed count as not having answered"
    notes.append(f"{file}: {others} ({relation})")
    heard = {(wave, relation, ego) for ego in egos}
    heard |= {(wave, name, label) for name in among_relations for label in called.values()}
    return assemble(
        file,
        dict.fromkeys(called.values()),
        arcs,
        dict.fromkeys([about, *((arc.wave, arc.relation) for arc in arcs)]),
        faults,
        directed={about: directed or about == relation for about in {arc.relation for arc in arcs}},
        people=people,
        once=False,
        attributes=attributes,
        notes=notes,
        heard=(heard, None),
    )


def _among_alters(
    file: str,
    interview: Interview,
    called: dict[str, str],
    named: set[str],
    wave: int,
    faults: list[Fault],
    *,
    directed: bool,
) -> list[Arc]:
    """Return ties among alters; one that is there in both directions, alike, is one."""
    ego = called[interview.key]
    found: list[Arc] = []
    seen: dict[tuple[str, str, str], float] = {}
    for tie in interview.ties:
        strangers = [key for key in (tie.one, tie.other) if key not in named]
        if strangers:
            whom = ", ".join(repr(called.get(key, key)) for key in strangers)
            allowed = f"people whom the interview of {ego!r} names"
            faults.append(Fault(file, f"a tie of {whom}", allowed, tie.row))
            continue
        pair = (tie.relation, tie.one, tie.other)
        before = seen.get(pair)
        if before is not None and (directed or before != tie.value):
            again = f"{called[tie.one]!r} and {called[tie.other]!r} again (interview of {ego!r})"
            faults.append(Fault(file, again, "each tie once", tie.row))
        if before is not None:
            continue
        arc = Arc(called[tie.one], called[tie.other], tie.value, wave, tie.relation, tie.row, ego)
        seen[pair] = tie.value
        found.append(arc)
        if not directed and tie.one != tie.other:
            seen[tie.relation, tie.other, tie.one] = tie.value
            found.append(arc._replace(sender=arc.receiver, receiver=arc.sender))
    return found


def _called(interviews: Sequence[Interview], notes: list[str], *, by_roster: bool) -> dict[str, str]:
    """Return what everybody is called, by key."""
    labels: dict[str, str] = {}
    for interview in interviews:
        labels[interview.key] = actor_label(interview.label)
    for interview in interviews:
        for alter in interview.alters:
            labels.setdefault(alter.key, actor_label(alter.label))
    if by_roster:
        return labels
    counts = Counter(label.casefold() for label in labels.values())
    several = sorted({label for label in labels.values() if counts[label.casefold()] > 1})
    if several:
        hint = "a --roster says who is one person"
        notes.append(f"people of one name are told apart by their identifiers ({hint}): {', '.join(several)}")
    return {
        key: label if counts[label.casefold()] == 1 else f"{label} ({key[:_SHORT]})"
        for key, label in labels.items()
    }
