"""Feeds' nasty cases: one guid with two texts, zones, HTML escaped twice, cut and hostile XML."""

from datetime import timedelta

import attrs

from demo import ids, people, site_feeds
from demo.cases.case import Answer, Case, Scene, Visit
from demo.events import Passage, Post

BEFORE, AFTER = "澜川热水器今天第一次用，水温很稳", "澜川热水器今天第一次用，水温很稳。更新：晚上开始漏水，售后没人接"


def _edited(scene: Scene) -> None:
    at = scene.since - timedelta(minutes=5)
    post = Post(
        mid=ids.mid(at, ids.SCRIPTED, 5600),
        brand="澜川",
        at=at.replace(microsecond=0),
        author=people.person(56),
        text=BEFORE,
        polarity="positive",
        edits=(Passage(text=AFTER, at=scene.since + timedelta(hours=1)),),
    )
    scene.memory["bid"] = ids.bid(post.mid)
    scene.publish(posts=[post])


def _cut(visit: Visit, usual: Answer) -> Answer:
    return attrs.evolve(usual, body=usual.body[: len(usual.body) // 2])


def _bomb(visit: Visit, usual: Answer) -> Answer:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {here} "{f"&{before};" * 10}">' for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    )
    head = f'<?xml version="1.0"?><!DOCTYPE rss [{entities}<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    body = f"{head}<rss version='2.0'><channel><item><title>&i;&file;</title><guid>1</guid></item></channel></rss>"
    return attrs.evolve(usual, body=body.encode())


CASES = (
    Case(
        name="rss-same-guid-new-text",
        number=56,
        site="rss",
        about="an entry's text changes, its guid does not",
        expected="the same document in a new version, no second one",
        begin=_edited,
    ),
    Case(
        name="rss-zones",
        number=56,
        site="rss",
        about="one feed tells its times in GMT, another the same moments in +0800",
        expected="equal moments",
    ),
    Case(
        name="rss-twice-escaped",
        number=56,
        site="rss",
        about="HTML escaped twice in title and description",
        expected="words without tags and without entities",
    ),
    Case(
        name="rss-cut",
        number=56,
        site="rss",
        about="the feed ends in the middle of an entry",
        expected="truncated, nothing stored of it; whole again, everything comes",
        hosts=(site_feeds.HOST,),
        change=_cut,
    ),
    Case(
        name="rss-entity-bomb",
        number=56,
        site="rss",
        about="the feed declares a billion letters and a file of the reader's machine as entities",
        expected="changed, with the reason; nothing expanded, nothing stored",
        hosts=(site_feeds.HOST,),
        change=_bomb,
    ),
)
