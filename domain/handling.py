"""What a team does about a bad review, and which themes people have given a name."""

from datetime import datetime
from enum import StrEnum

import attrs


class HandlingState(StrEnum):
    """How far a team is with one review."""

    NEW = "new"
    """Nobody has looked at it; it has no row of its own."""
    ASSIGNED = "assigned"
    WORKING = "working"
    SOLVED = "solved"
    DISMISSED = "dismissed"
    """A person decided that nothing has to be done."""


@attrs.frozen(kw_only=True)
class Handling:
    """Where one review stands in the team."""

    document: str
    """Id of the document."""
    state: HandlingState = HandlingState.NEW
    owner: str = ""
    """Who takes care of it, as the team calls that person."""
    cause: str = ""
    """Root cause confirmed by a person, as the query field `cause` has it: 漏水/接口; empty = not confirmed."""
    note: str = ""
    """The latest note, masked."""
    by: str = ""
    """Who changed it last."""
    updated_at: datetime | None = None
    """Aware UTC, product time; None = never touched."""


@attrs.frozen(kw_only=True)
class Step:
    """One line of an audit trail."""

    at: datetime
    """Aware UTC, product time."""
    by: str
    action: str
    """What was done, in the words of the state or field that it changed."""
    note: str = ""


class ThemeState(StrEnum):
    """What a person decided about a theme that was found."""

    TRACKED = "tracked"
    """Counted beside the themes of the taxonomy from now on."""
    IGNORED = "ignored"
    """Not shown again among the new ones."""


@attrs.frozen(kw_only=True)
class NamedTheme:
    """A theme that no aspect covers, named and kept (or ignored) by a person."""

    id: str
    """Made of its phrases, so that the same finding is the same theme."""
    name: str
    phrases: tuple[str, ...]
    """Normalised; a document belongs to it where it holds one of them."""
    state: ThemeState = ThemeState.TRACKED
    by: str = ""
    updated_at: datetime | None = None
    """Aware UTC, product time."""
