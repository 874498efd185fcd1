"""The data model, declared once.

Validation, templates, the codebook, the datapackage of a built dataset, what happens to a column when a
dataset is de-identified, and the documentation are made from this declaration; another table is another
entry of `TABLES`, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ROSTER", "TABLES", "Column", "Kind", "Privacy", "Table"]

Kind = Literal["text", "integer", "number", "date", "time", "period"]
Privacy = Literal["", "person", "organization", "record", "label", "free"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its header.
    kind : {"text", "integer", "number", "date", "time", "period"}
        A date is written year-month-day (ISO 8601); a time is a date, or a date with a time of day
        (`2024-03-05T14:30`); a period is a date or the whole number of a period (a year, a month of the
        study), one of the two throughout the column.
    description : str
        A plain sentence for the codebook, units included.
    required : bool
        Whether every row must have a value.
    allowed : tuple of str
        The values there may be; empty means any.
    minimum, maximum : float or None
        Bounds of a number, inclusive.
    references : str or None
        `table.column` in which every value must occur; alternatives are joined by ` or `.
    privacy : {"", "person", "organization", "record", "label", "free"}
        What de-identification does: a person's or a record's identifier becomes a pseudonym, an
        organisation's a letter (School A) and a label a number (Activity 1) unless names are kept; free text
        is dropped unless asked for.
    """

    name: str
    kind: Kind
    description: str
    required: bool = True
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str | None = None
    privacy: Privacy = ""


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and the columns no two rows may share (none: rows may repeat).

    Attributes
    ----------
    attributes : bool
        Whether further columns, declared in the datapackage, are allowed.
    ordered : tuple of pairs of str
        Columns of dates of which the first may not come after the second.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    attributes: bool = False
    ordered: tuple[tuple[str, str], ...] = ()


def _joined_and_left(what: str) -> tuple[Column, Column]:
    return (
        Column(
            "joined_on", "date", f"Day the {what} joined the network; empty: from the start.", required=False
        ),
        Column("left_on", "date", f"Day the {what} left the network; empty: still there.", required=False),
    )


def _actor(name: str, description: str) -> Column:
    return Column(name, "text", description, references="actors.actor_id", privacy="person")


def _organization(description: str, *, name: str = "organization_id", required: bool = True) -> Column:
    return Column(
        name,
        "text",
        description,
        required=required,
        references="organizations.organization_id",
        privacy="organization",
    )


def _document(description: str, *, required: bool = True) -> Column:
    return Column(
        "document_id",
        "text",
        description,
        required=required,
        references="documents.document_id",
        privacy="record",
    )


def _flag(name: str, description: str, *, required: bool = True) -> Column:
    return Column(name, "integer", description, required=required, minimum=0, maximum=1)


def _routine(name: str, description: str, *, required: bool = True) -> Column:
    return Column(
        name, "text", description, required=required, references="routines.routine_id", privacy="label"
    )


def _medium(description: str, *, required: bool = True) -> Column:
    allowed = ("people", "artifact", "timing", "output as input")
    return Column("medium", "text", description, required=required, allowed=allowed)


def _chance(name: str, description: str) -> Column:
    return Column(name, "number", description, required=False, minimum=0, maximum=1)


_WAVE = Column("wave", "integer", "Round of data collection.", references="waves.wave")
_PRESENCE = (("joined_on", "left_on"),)

_PEOPLE = (
    Table(
        "organizations",
        "a school, office, partner or district",
        (
            Column(
                "organization_id", "text", "Name of the organisation, or its letter.", privacy="organization"
            ),
            _organization("Organisation it is part of.", name="parent_id", required=False),
            Column(
                "kind",
                "text",
                "What sort of organisation it is.",
                allowed=(
                    "school",
                    "office",
                    "partner",
                    "district",
                    "team",
                    "network",
                    "state",
                    "city",
                    "village",
                    "company",
                    "course",
                    "group",
                ),
            ),
            *_joined_and_left("organisation"),
        ),
        key=("organization_id",),
        attributes=True,
        ordered=_PRESENCE,
    ),
    Table(
        "actors",
        "a person",
        (
            Column("actor_id", "text", "Pseudonym of the person.", privacy="person"),
            _organization("Organisation the person belongs to.", required=False),
            Column("role", "text", "What the person does there, in one or two words.", required=False),
            *_joined_and_left("person"),
        ),
        key=("actor_id",),
        attributes=True,
        ordered=_PRESENCE,
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
        ordered=(("opened_on", "closed_on"),),
    ),
    Table(
        "nonresponse",
        "someone who was asked in a wave and did not answer",
        (
            _WAVE,
            _actor("actor_id", "Who did not answer."),
            Column(
                "relation",
                "text",
                "The one relation left unanswered; empty: the person answered nothing in that wave.",
                required=False,
            ),
        ),
        key=("wave", "actor_id", "relation"),
    ),
)

_RELATIONS = (
    Table(
        "ties",
        "a reported relation",
        (
            _WAVE,
            Column("relation", "text", "Relation asked about, as declared in the datapackage."),
            _actor("sender_id", "Who names the other."),
            _actor("receiver_id", "Who is named."),
            Column("value", "number", "Strength or frequency, on the relation's own scale."),
            _actor("reported_by", "Whose answer it is."),
        ),
        key=("wave", "relation", "sender_id", "receiver_id", "reported_by"),
    ),
    Table(
        "contacts",
        "a dated interaction",
        (
            Column("time", "time", "When it took place: a date, or a date with a time of day."),
            _actor("sender_id", "Who turned to the other."),
            _actor("receiver_id", "Whom it went to."),
            Column("kind", "text", "What sort of contact it was (a message, a visit).", required=False),
            Column(
                "conversation_id",
                "text",
                "The conversation it is part of (a thread of a forum, a series of messages).",
                required=False,
                privacy="record",
            ),
        ),
    ),
    Table(
        "activities",
        "a designed event",
        (
            Column("activity_id", "text", "Short name of the activity.", privacy="label"),
            Column("date", "date", "Day it took place."),
            Column("kind", "text", "What sort of activity it was (a workshop, a visit)."),
        ),
        key=("activity_id",),
    ),
    Table(
        "attendance",
        "someone who was at an activity",
        (
            Column(
                "activity_id",
                "text",
                "The activity.",
                references="activities.activity_id",
                privacy="label",
            ),
            _actor("actor_id", "Who was there."),
        ),
        key=("activity_id", "actor_id"),
    ),
)

_SURVEYS = (
    Table(
        "items",
        "a survey item",
        (
            Column("item_id", "text", "Short name of the item."),
            Column("scale", "text", "Scale the item belongs to."),
            Column("wording", "text", "What was asked, word for word.", required=False, privacy="free"),
            Column("minimum", "number", "Lowest answer there may be."),
            Column("maximum", "number", "Highest answer there may be."),
            _flag("reversed", "1: a high answer means little of what the scale measures; 0: much of it."),
        ),
        key=("item_id",),
    ),
    Table(
        "responses",
        "an answer to a survey item",
        (
            _WAVE,
            _actor("actor_id", "Whose answer it is."),
            Column("item_id", "text", "The item answered.", references="items.item_id"),
            Column("value", "number", "The answer, as given (a reversed item is not turned round here)."),
        ),
        key=("wave", "actor_id", "item_id"),
    ),
    Table(
        "measures",
        "an organisation-level figure",
        (
            _WAVE,
            _organization("The organisation it describes."),
            Column("measure", "text", "What is measured."),
            Column("value", "number", "The figure, in the measure's own unit."),
            Column("n", "integer", "How many people it rests on.", required=False, minimum=0),
            Column(
                "response_rate",
                "number",
                "Share of those asked who answered, 0 to 1.",
                required=False,
                minimum=0,
                maximum=1,
            ),
        ),
        key=("wave", "organization_id", "measure"),
    ),
    Table(
        "adoptions",
        "a first use of an innovation, or that there was none up to a time",
        (
            Column("innovation", "text", "What was adopted."),
            Column(
                "adopter_id",
                "text",
                "The person or the organisation that adopted it.",
                references="actors.actor_id or organizations.organization_id",
                privacy="person",
            ),
            Column(
                "adopted_on",
                "period",
                "When it was first used; for a censored row the last time at which it was known not to be.",
            ),
            _flag("censored", "1: not adopted by then; 0: adopted then."),
        ),
        key=("innovation", "adopter_id"),
    ),
)

_QUALITATIVE = (
    Table(
        "documents",
        "a source: an interview, a field note, a plan",
        (
            Column("document_id", "text", "Pseudonym of the document.", privacy="record"),
            Column("kind", "text", "What sort of document it is."),
            Column("date", "date", "Day it was made.", required=False),
            _organization("The organisation it is about.", required=False),
        ),
        key=("document_id",),
    ),
    Table(
        "codebook",
        "a code",
        (
            Column("code", "text", "Short name of the code."),
            Column(
                "parent",
                "text",
                "Code it is a part of.",
                required=False,
                references="codebook.code",
            ),
            Column("definition", "text", "When the code applies.", required=False, privacy="free"),
        ),
        key=("code",),
    ),
    Table(
        "codings",
        "one coder's decision about one code on one segment",
        (
            _document("The document."),
            Column("segment_id", "text", "The segment of it.", privacy="record"),
            Column("coder_id", "text", "Who decided.", privacy="person"),
            Column("code", "text", "The code.", references="codebook.code"),
            _flag("applied", "1: the coder applied the code; 0: the coder read the segment and did not."),
        ),
        key=("document_id", "segment_id", "coder_id", "code"),
    ),
    Table(
        "segments",
        "a segment of a document: who spoke, and in which part of it",
        (
            _document("The document."),
            Column("segment_id", "text", "The segment of it.", privacy="record"),
            Column(
                "actor_id",
                "text",
                "Who spoke or wrote it.",
                required=False,
                references="actors.actor_id",
                privacy="person",
            ),
            Column("part", "text", "Part of the document it belongs to (a task, an item).", required=False),
        ),
        key=("document_id", "segment_id"),
    ),
    Table(
        "rating_counts",
        "how many raters chose a category, where who they were is not published",
        (
            Column("unit_id", "text", "What was rated.", privacy="record"),
            Column("variable", "text", "What it was rated on."),
            Column("category", "text", "The category chosen."),
            Column("count", "integer", "How many raters chose it.", minimum=0),
            Column(
                "document_id",
                "text",
                "What the unit is a part of, with whose other units it is resampled.",
                required=False,
                privacy="record",
            ),
        ),
        key=("unit_id", "variable", "category"),
    ),
)

_ROUTINES = (
    Table(
        "routines",
        "an organisational routine",
        (
            Column("routine_id", "text", "Short name of the routine.", privacy="label"),
            _organization("Organisation whose routine it is."),
            Column("cadence", "text", "How often it takes place (weekly, once a term).", required=False),
            _flag(
                "reflection",
                "1: those who take part look back together on what they did; 0: they do not.",
                required=False,
            ),
        ),
        key=("routine_id",),
    ),
    Table(
        "routine_links",
        "a connection from one routine to another",
        (
            _routine("from_id", "Routine it leads from."),
            _routine("to_id", "Routine it leads to."),
            _medium("What connects them."),
            Column("since", "date", "First day they were connected; empty: from the start.", required=False),
            Column("until", "date", "Last day they were connected; empty: they still are.", required=False),
        ),
        key=("from_id", "to_id", "medium"),
        ordered=(("since", "until"),),
    ),
    Table(
        "episodes",
        "a change followed through, with the conditions under which it took place",
        (
            Column("episode_id", "text", "Pseudonym of the episode.", privacy="record"),
            _routine("routine_id", "Routine it began in."),
            Column("started_on", "date", "Day it began.", required=False),
            _flag("outcome", "1: coordinated change came about; 0: it did not.", required=False),
        ),
        key=("episode_id",),
        attributes=True,
    ),
    Table(
        "episode_steps",
        "a routine that a change reached, and the connection that brought it there",
        (
            Column(
                "episode_id",
                "text",
                "The change.",
                references="episodes.episode_id",
                privacy="record",
            ),
            _routine("routine_id", "Routine it reached."),
            Column("date", "date", "Day it got there."),
            _flag("enacted", "1: the routine took the change up; 0: it did not."),
            _routine(
                "from_id", "Routine it came from; empty: it began here, or that is not known.", required=False
            ),
            _medium("What brought it; empty: it began here, or that is not known.", required=False),
        ),
        key=("episode_id", "routine_id"),
    ),
)

_DESIGN = (
    Table(
        "evidence",
        "a piece of evidence on a hypothesis",
        (
            Column("evidence_id", "text", "Pseudonym of the piece of evidence.", privacy="record"),
            _document("Where it stands.", required=False),
            Column("segment_id", "text", "Segment of that document.", required=False, privacy="record"),
            Column("hypothesis", "text", "Short name of the hypothesis it bears on."),
            Column(
                "test",
                "text",
                "What passing it would show (Van Evera 1997).",
                allowed=("hoop", "smoking gun", "straw in the wind", "doubly decisive"),
            ),
            Column(
                "direction",
                "text",
                "Whether it speaks for the hypothesis.",
                allowed=("for", "against", "neither"),
            ),
            _chance("if_true", "Chance of finding it if the hypothesis is true, 0 to 1."),
            _chance("if_false", "Chance of finding it if the hypothesis is false, 0 to 1."),
        ),
        key=("evidence_id", "hypothesis"),
    ),
    Table(
        "design_elements",
        "a rating of one element of a network's design, with its evidence",
        (
            Column("element", "text", "The design element."),
            Column("date", "date", "Day the rating is for."),
            Column("rating", "number", "The rating, on the rubric's scale."),
            _document("The document behind the rating.", required=False),
            Column(
                "rater_id",
                "text",
                "Who rated; empty: one rater throughout.",
                required=False,
                privacy="person",
            ),
            Column(
                "leaning",
                "text",
                "What the element serves: carrying out one change, sharing what each does, or both.",
                required=False,
                allowed=("execution", "sharing", "both"),
            ),
        ),
        key=("element", "date", "rater_id"),
    ),
    Table(
        "theory_of_action",
        "an expected step from one thing to the next",
        (
            Column("from", "text", "What is done, or what came of it before."),
            Column("to", "text", "What is expected to come of it."),
            Column("indicator", "text", "What will show it.", required=False),
            Column(
                "wave",
                "integer",
                "Round of data collection that looks for it.",
                required=False,
                references="waves.wave",
            ),
            Column("owner", "text", "Who sees to it.", required=False, privacy="person"),
            Column(
                "not_before",
                "date",
                "Day from which members agreed to be asked; data for the indicator come no earlier.",
                required=False,
            ),
        ),
        key=("from", "to"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (*_PEOPLE, *_RELATIONS, *_SURVEYS, *_QUALITATIVE, *_ROUTINES, *_DESIGN)
}

ROSTER = Table(
    "roster",
    "a person on the list of those asked, with their name; this file never leaves its folder",
    (
        Column("actor_id", "text", "A short identifier of your own, each person's once.", privacy="person"),
        Column("name", "text", "The person's name, as the survey shows it.", privacy="free"),
        Column(
            "aliases",
            "text",
            "Other ways people write the name, separated by | (a nickname, a maiden name).",
            required=False,
            privacy="free",
        ),
        Column(
            "organization_id",
            "text",
            "The school or office the person belongs to.",
            required=False,
            privacy="organization",
        ),
        Column("role", "text", "What the person does there, in one or two words.", required=False),
        *_joined_and_left("person"),
    ),
    key=("actor_id",),
    ordered=_PRESENCE,
)
"""The list of names a survey is matched with. No table of a dataset: it is read, never written."""
