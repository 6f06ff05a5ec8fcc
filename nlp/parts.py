"""The part a brand plays where it is named: its product, or a place, an owner, an employer, a share, a sponsor, a foil."""

from enum import StrEnum

import attrs

from nlp.cues import Attached
from nlp.part_patterns import patterns


class Part(StrEnum):
    """What a brand is named for."""

    PRODUCT = "product"
    PLACE = "place"
    OWNER = "owner"
    WORK = "work"
    FINANCE = "finance"
    SPONSOR = "sponsor"
    PEOPLE = "people"
    ACQUIRED = "acquired"
    """Told of as bought by another maker: the text is about it where it goes on to speak of appliances."""
    THING = "thing"
    """A device, trifle or place in the room that only carries its name."""


SOFT = frozenset({Part.THING, Part.OWNER})
"""Where no other brand is named, the text is about it all the same."""
TOPICS = frozenset({Part.WORK, Part.FINANCE, Part.SPONSOR, Part.PEOPLE})
"""What a whole text may be about instead of a product."""


@attrs.define(kw_only=True)
class Named:
    """What is known of one mention."""

    before: str
    """From the brand before, or the beginning of the clause."""
    after: str
    """To the end of the clause; the next brand included."""
    leads: bool
    """Another brand stands behind it in the clause."""
    follows: bool
    """Another brand stands before it in the clause."""
    thing: Attached | None
    """What it stands before."""
    clause: str


def part_of(named: Named) -> Part:
    """The part that the words beside the brand give it."""
    cues = patterns()
    before, after, thing = named.before, named.after, named.thing
    if cues.place.match(after):
        return Part.PLACE
    if cues.work_next.match(after) or (cues.work_before.search(before) and cues.work_after.match(after)):
        return Part.WORK
    if thing and thing.category and (beyond := _behind_thing(after[thing.end :])):
        return beyond
    if cues.applied.search(before) and not (thing and thing.category):
        return Part.WORK
    if cues.finance_next.match(after) or cues.held.search(before):
        return Part.FINANCE
    if cues.sponsor_next.match(after):
        return Part.SPONSOR
    if cues.people_next.match(after):
        return Part.PEOPLE
    if cues.owner_next.match(after) or (cues.owned_by.search(before) and cues.owned.match(after)):
        return Part.OWNER
    if named.follows and cues.edition.search(before):
        return Part.OWNER
    if named.follows and cues.equal.fullmatch(before) and cues.owned.match(after):
        return Part.OWNER
    if cues.relative.search(before) and not thing:
        return Part.WORK
    if cues.staff.search(before + "<>" + after):
        return Part.WORK
    if named.follows and before in ("拿下", "买下", "拿下了", "买下了", "吞下"):
        return Part.ACQUIRED
    if cues.acquired.search(before) or cues.sold.match(after):
        return Part.ACQUIRED
    if _is_thing(named):
        return Part.THING
    return _by_clause(named)


def _behind_thing(after: str) -> Part | None:
    """The part that the words behind the appliance give: 海尔冰箱厂门口, 格力空调冠名."""
    cues = patterns()
    if cues.plant.match(after):
        return Part.WORK
    if cues.sponsor_next.match(after):
        return Part.SPONSOR
    return Part.FINANCE if cues.finance_next.match(after) else None


def _is_thing(named: Named) -> bool:
    cues, thing = patterns(), named.thing
    if (thing and thing.kind == "device") or cues.device_before.search(named.before):
        return True
    if named.leads and (
        (thing and thing.category and cues.stands.match(named.after, thing.end))
        or (cues.at_shop.search(named.before) and cues.shop.match(named.after))
        or cues.repairer.match(named.after)
    ):
        return True
    if cues.helper.match(named.after) or (named.follows and cues.damaged.search(named.before + "<>" + named.after)):
        return True
    if cues.trifle.match(named.after) and cues.wearing.search(named.before):
        return True
    if cues.given.match(named.after):
        return True
    return bool(cues.laid.search(named.before) and cues.where.search(named.after[:14])) or bool(
        cues.linked.search(named.before) and not (thing and thing.category)
    )


def _by_clause(named: Named) -> Part:
    """By the topic of the clause, unless a product is named or was bought."""
    cues = patterns()
    if cues.bought.search(named.before):
        return Part.PRODUCT
    if named.thing is not None and named.thing.kind not in ("service", "other"):
        return Part.WORK if cues.hiring.search(named.clause) else Part.PRODUCT
    return topic(named.clause)


def topic(text: str) -> Part:
    """What a stretch of text speaks of, if not of a product."""
    cues = patterns()
    if cues.finance.search(text):
        return Part.FINANCE
    if cues.work.search(text):
        return Part.WORK
    if cues.sponsor.search(text):
        return Part.SPONSOR
    if cues.heads.search(text):
        return Part.PEOPLE
    return Part.PRODUCT


class Foil(StrEnum):
    """How far a brand is only what was not bought."""

    NONE = "none"
    WEAK = "weak"
    """Looked at, praised by others: counts where something is said of it."""
    STRONG = "strong"
    """Wanted and not bought, or denied: what its own clause says is not about the product."""


def foil_of(before: str, after: str) -> Foil:
    """before, after: of the clause, up to the neighbouring brands."""
    cues = patterns()
    if cues.intended.search(before) or cues.denied.search(before):
        return Foil.STRONG
    if cues.foiled.search(after) and not cues.used.search(before):
        return Foil.STRONG
    return Foil.WEAK if cues.looked_at.search(before) else Foil.NONE
