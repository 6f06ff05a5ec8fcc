"""Nasty cases about texts and clocks, each by its name."""

from datetime import timedelta
from typing import Any

import pytest

from demo.cases.texts import ADDRESS, ORDER, PHONE, PRAISE
from domain.analysis import Polarity
from domain.feeds import FeedState, Outcome


@pytest.fixture
def jd(replica: Any, product: Any) -> Any:
    """The replica with one of our products watched at JD."""
    heater = product("热水器")
    replica.sku = heater.sku
    replica.follow(heater.offers[0].url, sources=("jd",))
    return replica


def test_jd_copied_praise(jd: Any) -> None:
    jd.play("jd-copied-praise")
    jd.collect("jd")
    copies = [d for d in jd.documents("jd", "review") if d.text == PRAISE]
    assert len(copies) >= 6
    assert len({d.cluster for d in copies}) == 1
    assert copies[0].cluster
    assert max(d.spam for d in copies) > 0
    assert any("相似文本" in reason for d in copies for reason in d.spam_reasons)
    assert jd.complete("jd", "review", subject=jd.sku)


def test_jd_text_changed(jd: Any) -> None:
    jd.play("jd-text-changed")
    jd.collect("jd")
    (old,) = [d for d in jd.documents("jd", "review") if "安装师傅也很好" in d.text]
    assert old.sentiment is Polarity.POSITIVE
    jd.wait(days=1, minutes=1)
    jd.collect("jd")  # edited during this crawl
    jd.wait(minutes=15)
    jd.collect("jd")
    new = jd.document(old.id)
    assert new.version == old.version + 1
    assert "不管了" in new.text
    assert new.sentiment is Polarity.NEGATIVE
    assert new.seen_at == old.seen_at
    assert not [d for d in jd.documents("jd", "review") if "安装师傅也很好" in d.text]
    assert jd.complete("jd", "review", subject=jd.sku)


def test_jd_captcha_with_words(jd: Any) -> None:
    jd.play("jd-captcha-with-words")
    crawl = jd.collect("jd")
    assert crawl.report["stopped"] == Outcome.CAPTCHA
    assert jd.state("jd") is FeedState.BLOCKED
    assert crawl.pages[-1].items == 0
    assert not jd.invented("jd", "review", subject=jd.sku)
    jd.restore()
    jd.collect("jd")
    assert jd.complete("jd", "review", subject=jd.sku)


def test_any_clock_8h_off(jd: Any) -> None:
    jd.play("any-clock-8h-off")
    jd.collect("jd")
    assert jd.state("jd") is FeedState.HEALTHY
    assert jd.complete("jd", "review", subject=jd.sku)
    written = {f"jd:{r.id}": r.at for r in jd.world.reviews(jd.sku)}
    for document in jd.documents("jd", "review"):
        assert document.published_at == written[document.id]
        assert document.published_at <= jd.clock.now()
        assert abs(document.seen_at - jd.clock.now()) < timedelta(minutes=1)
    assert jd.status("jd").last_success_at == jd.clock.now()


def test_jd_personal_data(jd: Any) -> None:
    jd.play("jd-personal-data")
    jd.collect("jd")
    assert jd.complete("jd", "review", subject=jd.sku)
    raw = jd.engine.raw_connection()
    kept = "\n".join(raw.driver_connection.iterdump())
    raw.close()
    kept += "".join(p.read_text("utf-8") for p in jd.folder.inbox.rglob("*") if p.is_file())
    for secret in (PHONE, ORDER, ADDRESS, ADDRESS[6:], "文三路478号"):
        assert secret not in kept
    for token, words in (("［电话］", "漏水没人管"), ("［订单号］", "没人来修"), ("［地址］", "师傅来了两次")):
        (document,) = [d for d in jd.documents("jd", "review") if words in d.text]
        assert token in document.text
