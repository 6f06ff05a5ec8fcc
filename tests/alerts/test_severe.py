"""Which single documents are told at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from alerts.severe import copies, severe_for
from domain.analysis import Polarity, SeverityClass
from domain.documents import AuthorKind, Kind, StoredDocument
from domain.watches import Watch

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
WATCH = Watch(name="岚川", brand="岚川", aliases=("小岚",))
POST = StoredDocument(
    id="weibo:1",
    source="weibo",
    kind=Kind.POST,
    text="岚川热水器漏电，家里老人被电伤",
    normalized="岚川热水器漏电,家里老人被电伤",
    published_at=NOW - timedelta(minutes=5),
    seen_at=NOW,
    sentiment=Polarity.NEGATIVE,
    score=-0.8,
    p_negative=0.85,
    severity=SeverityClass.SAFETY,
    brands=("岚川",),
)


def told(watch: Watch = WATCH, **changes: Any) -> bool:
    return severe_for(watch, attrs.evolve(POST, **changes), now=NOW)


def test_a_grave_matter_about_us_is_told() -> None:
    assert told()


@pytest.mark.parametrize("kind", list(SeverityClass))
def test_every_class_of_severity_is_told(kind: SeverityClass) -> None:
    assert told(severity=kind)


def test_an_ordinary_complaint_of_a_person_is_not() -> None:
    assert not told(severity=None, p_negative=0.99, author_kind=AuthorKind.PERSON, followers=120)


@pytest.mark.parametrize(
    "voice", [{"followers": 100_000}, {"author_kind": AuthorKind.MEDIA}, {"author_kind": AuthorKind.GOVERNMENT}]
)
def test_a_loud_voice_is_told_only_when_very_negative(voice: dict[str, Any]) -> None:
    assert told(severity=None, p_negative=0.93, **voice)
    assert not told(severity=None, p_negative=0.7, **voice)


def test_a_rivals_trouble_rings_nobodys_phone() -> None:
    assert not told(attrs.evolve(WATCH, rival=True))


def test_a_text_about_another_brand_that_names_ours_as_a_foil_is_not_told() -> None:
    assert not told(brands=("北屿",), normalized="北屿热水器漏电,还不如岚川")


def test_a_text_that_names_us_and_whose_brand_could_not_be_read_is_told() -> None:
    assert told(brands=(), normalized="小岚热水器漏电伤人")


def test_spam_and_default_texts_are_not_told() -> None:
    assert not told(spam=0.8)
    assert not told(default_text=True)


def test_imported_history_never_rings_and_a_night_without_a_feed_still_does() -> None:
    assert told(published_at=NOW - timedelta(hours=10))
    assert not told(published_at=NOW - timedelta(hours=25))
    assert not told(published_at=NOW - timedelta(days=400))


def test_a_bare_date_of_yesterday_is_fresh_enough() -> None:
    assert told(published_at=NOW - timedelta(hours=30), date_only=True)
    assert not told(published_at=NOW - timedelta(hours=50), date_only=True)


def test_an_excluded_word_takes_it_away() -> None:
    assert not told(attrs.evolve(WATCH, excluded=("老人",)))


def test_documents_without_a_cluster_are_no_copies_of_each_other() -> None:
    assert not copies(POST, ids=frozenset({"weibo:9"}), clusters=frozenset({""}))
