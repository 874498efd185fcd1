"""The data model, declared once.

Validation, templates, the codebook and the documentation are made from this declaration; another table is
another entry of `TABLES`, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["TABLES", "Column", "Kind", "Table"]

Kind = Literal["text", "integer", "number", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its header.
    kind : {"text", "integer", "number", "date"}
        A date is written year-month-day (ISO 8601).
    description : str
        A plain sentence for the codebook.
    required : bool
        Whether every row must have a value.
    allowed : tuple of str
        The values there may be; empty means any.
    minimum, maximum : float or None
        Bounds of a number, inclusive.
    references : str or None
        `table.column` in which every value must occur.
    """

    name: str
    kind: Kind
    description: str
    required: bool = True
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and the columns no two rows may share."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    attributes: bool = False
    """Whether further columns, declared in the datapackage, are allowed."""


def _joined_and_left(what: str) -> tuple[Column, Column]:
    return (
        Column(
            "joined_on", "date", f"Day the {what} joined the network; empty: from the start.", required=False
        ),
        Column("left_on", "date", f"Day the {what} left the network; empty: still there.", required=False),
    )


_WAVE = Column("wave", "integer", "Round of data collection.", references="waves.wave")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "organizations",
            "a school, office, partner or district",
            (
                Column("organization_id", "text", "Pseudonym of the organisation."),
                Column(
                    "parent_id",
                    "text",
                    "Organisation it is part of.",
                    required=False,
                    references="organizations.organization_id",
                ),
                Column(
                    "kind",
                    "text",
                    "What sort of organisation it is.",
                    allowed=("school", "office", "partner", "district", "team", "state", "village", "group"),
                ),
                *_joined_and_left("organisation"),
            ),
            key=("organization_id",),
            attributes=True,
        ),
        Table(
            "actors",
            "a person",
            (
                Column("actor_id", "text", "Pseudonym of the person."),
                Column(
                    "organization_id",
                    "text",
                    "Organisation the person belongs to.",
                    required=False,
                    references="organizations.organization_id",
                ),
                Column("role", "text", "What the person does there.", required=False),
                *_joined_and_left("person"),
            ),
            key=("actor_id",),
            attributes=True,
        ),
        Table(
            "waves",
            "a round of data collection",
            (
                Column("wave", "integer", "Number of the round, in order of time.", minimum=0),
                Column("label", "text", "How reports call the round."),
                Column("opened_on", "date", "First day of the round.", required=False),
                Column("closed_on", "date", "Last day of the round.", required=False),
            ),
            key=("wave",),
        ),
        Table(
            "nonresponse",
            "someone who was asked in a wave and did not answer",
            (_WAVE, Column("actor_id", "text", "Who did not answer.", references="actors.actor_id")),
            key=("wave", "actor_id"),
        ),
        Table(
            "ties",
            "a reported relation",
            (
                _WAVE,
                Column("relation", "text", "Relation asked about, as declared in the datapackage."),
                Column("sender_id", "text", "Who names the other.", references="actors.actor_id"),
                Column("receiver_id", "text", "Who is named.", references="actors.actor_id"),
                Column("value", "number", "Strength or frequency, on the relation's own scale."),
                Column("reported_by", "text", "Whose answer it is.", references="actors.actor_id"),
            ),
            key=("wave", "relation", "sender_id", "receiver_id", "reported_by"),
        ),
    )
}
