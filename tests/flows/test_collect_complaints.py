"""Complaints on their way in: whom they are about, and what of them is masked."""

from datetime import UTC, datetime

import attrs
import pytest

from domain.documents import Kind, Post, StoredDocument
from flows.collect import Reader, read
from flows.copies import Copies

SEEN = datetime(2026, 3, 10, 4, tzinfo=UTC)
COMPLAINT = Post(
    id="tousu:17390000101",
    source="tousu",
    kind=Kind.COMPLAINT,
    text="客服失联\n打了十次电话没人接，一直说正在处理",
    seen_at=SEEN,
    target="格力电器官方商城",
    demands=("退款", "请回电 13800138000"),
    status="处理中",
)


@attrs.frozen
class _NoCopies:
    def mark(self, ids: object, analyses: object) -> object:
        return analyses


@pytest.fixture
def stored(reader: Reader) -> StoredDocument:
    copies: Copies = _NoCopies()  # type: ignore[assignment]  # copies are another test's
    (found,) = read([COMPLAINT], reader, copies)
    return found


def test_a_complaint_is_about_the_company_that_it_is_against_though_its_text_names_none(stored: StoredDocument) -> None:
    assert stored.brands == ("格力",)
    assert (stored.target, stored.status, stored.sentiment.value) == ("格力电器官方商城", "处理中", "negative")


def test_a_telephone_number_among_the_demands_is_masked(stored: StoredDocument) -> None:
    assert stored.demands[0] == "退款"
    assert "13800138000" not in stored.demands[1]


def test_a_masked_company_is_no_brand(reader: Reader) -> None:
    copies: Copies = _NoCopies()  # type: ignore[assignment]
    (found,) = read([attrs.evolve(COMPLAINT, target="某*商城")], reader, copies)
    assert (found.brands, found.target) == ((), "某*商城")
