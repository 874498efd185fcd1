"""Words that head the columns of tables, as they come from anywhere."""

from __future__ import annotations

__all__ = [
    "ACTIVITIES",
    "CAME",
    "CODES",
    "DAYS",
    "DOCUMENTS",
    "FIRST",
    "HEADINGS",
    "HOMES",
    "INNOVATIONS",
    "LABELS",
    "LAST",
    "NAMED",
    "PEOPLE",
    "PRESENT",
    "RECEIVERS",
    "RELATIONS",
    "SENDERS",
    "USUAL",
    "VALUES",
    "WAVES",
    "WHO",
]

PEOPLE = frozenset(
    {
        *(
            "name",
            "your name",
            "full name",
            "your full name",
            "first and last name",
            "participant",
            "attendee",
        ),
        *("respondent", "actor_id", "actor id", "person", "who are you", "member", "email", "email address"),
        *(
            "e mail",
            "username",
            "teacher",
            "attendees",
            "participants",
            "names",
            "staff",
            "record id",
            "respondent name",
            "name of respondent",
            "adopter",
        ),
    }
)
NAMED = frozenset({one for one in PEOPLE if "name" in one.split() and one != "username"})
"""Those that hold names, where there are others, too."""
FIRST = frozenset({"first name", "firstname", "given name", "forename", "recipientfirstname"})
LAST = frozenset({"last name", "lastname", "surname", "family name", "recipientlastname"})
SENDERS = frozenset(
    {"sender", "sender id", "from", "source", "ego", "nominator", "caller", "visitor", "user", "author"}
)
RECEIVERS = frozenset(
    {
        "receiver",
        "receiver id",
        "to",
        "target",
        "alter",
        "nominee",
        "recipient",
        "called",
        "callee",
        "visited",
        "mentions",
    }
)
USUAL = {
    "sender": ("sender", "sender id", "from", "source"),
    "receiver": ("receiver", "receiver id", "to", "target"),
}
"""Headers that need no option."""
DAYS = frozenset({"date", "day", "timestamp", "when", "time", "datetime", "start date", "adopted on"})
ACTIVITIES = frozenset({"activity", "activity id", "session", "event", "meeting", "topic", "workshop"})
CAME = frozenset({"join time", "time joined", "first join", "joined at", "time in", "arrived"})
INNOVATIONS = frozenset({"innovation", "practice", "strategy", "tool", "routine"})
CODES = frozenset({"code", "codes", "tag", "tags", "code name"})
DOCUMENTS = frozenset({"document", "document name", "source", "file", "transcript", "interview"})
WAVES = frozenset({"wave", "round", "survey round", "time point", "timepoint", "period", "term"})
VALUES = frozenset({"value", "weight", "strength", "frequency", "freq", "score", "intensity", "trust"})
RELATIONS = frozenset({"relation", "linktype", "link type", "tie", "tie type", "relationship"})
PRESENT = frozenset({"joined on", "left on"})
HOMES = frozenset({"organization id", "organization", "organisation", "org", "school", "role", "aliases"})
LABELS = frozenset({"id", "label", "nodename", "nodenumber", "node", "nodes"})

WHO = "who the people are, and what else they are called"
HEADINGS = frozenset(
    {
        *("name", "date", "id", "start", "end", "response", "recipient", "status", "time", "school", "role"),
        *("type", "email", "address", "question", "number", "code", "session", "activity", "organization"),
    }
)
"""Words in headers of columns, as no name has them."""
