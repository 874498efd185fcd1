"""A wide roster survey, as the command imports it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from analysis.importing.kinds.declared import declared_relations, highest_of, questions_of
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.options import (
    blank_option,
    blanks_of,
    dates_option,
    known_roster,
    labels_of,
    layout_of,
    roster_options,
    split_option,
    survey_options,
    wave_number,
    waves_of,
)
from analysis.importing.lists.roster_survey import PATTERN, read_roster_survey
from analysis.tables.faults import Fault

__all__ = ["ROSTER"]


def _roster_options(command: argparse.ArgumentParser) -> None:
    roster_options(command, "list of those asked: actor_id, name, aliases, …", required=True)
    command.add_argument(
        "--pattern", default=PATTERN, help="what headers of answers look like (default: %(default)s)"
    )
    survey_options(command, "respondent")
    dates_option(command)
    blank_option(command)
    command.add_argument(
        "--wave", type=wave_number, help="round of all answers, where neither header nor row says"
    )
    split_option(command, "choices, each a relation declared with --relation NAME:0:1:WORDS,")
    command.add_argument(
        "--unlisted",
        action="append",
        default=[],
        metavar="NAME",
        help="somebody on the roster whom the survey does not ask about; may be given again",
    )
    command.add_argument(
        "--organization-kind", default="school", help="what those asked belong to (default: %(default)s)"
    )


def _read_roster(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    roster = known_roster(arguments, faults)
    if roster is None:
        return Imported({})
    notes: list[str] = []
    asked: list[tuple[int, str]] = []
    questions, highest = questions_of(arguments), highest_of(arguments)
    if len(arguments.split) > 1:
        faults.append(Fault("--split", f"{len(arguments.split)} signs", "one sign between choices"))
    if arguments.split:
        # Others of the dataset are no choice of this survey.
        relations = list(declared_relations(arguments.relation, []))
        questions = {asked: relation for asked, relation in questions.items() if relation in relations}
        if not _are_choices(relations, highest, faults):
            return Imported({})
    tables = read_roster_survey(
        arguments.files[0],
        roster,
        relations,
        faults,
        pattern=arguments.pattern,
        questions=questions,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        wave=arguments.wave,
        labels=labels_of(arguments, faults),
        waves=waves_of(arguments),
        organization_kind=arguments.organization_kind,
        blank=blanks_of(arguments, relations, faults),
        keep=arguments.keep,
        unlisted=arguments.unlisted,
        layout=layout_of(arguments),
        notes=notes,
        asked_of=asked,
        highest=highest,
        split=arguments.split[0] if arguments.split else "",
    )
    return Imported(tables, roster, notes=notes, asked=asked)


def _are_choices(relations: Sequence[str], highest: Mapping[str, float], faults: list[Fault]) -> bool:
    """Whether there is anything to choose; a relation of which a choice says too little is a fault."""
    before = len(faults)
    if not relations:
        allowed = "each choice, declared in this command with --relation NAME:0:1:WORDS"
        faults.append(Fault("--split", "nothing to choose", allowed))
    for relation in (one for one in relations if highest[one] != 1):
        allowed = "a highest answer of 1: a choice does not say how strong a tie is"
        faults.append(Fault("--split", f"{relation!r} with {highest[relation]:g}", allowed))
    return len(faults) == before


ROSTER = Kind(
    "a wide roster survey: a row per respondent, a column per person who can be named, per wave and relation",
    "SURVEY",
    _roster_options,
    _read_roster,
)
