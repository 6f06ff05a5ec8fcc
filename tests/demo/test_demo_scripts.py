"""Each script keeps its promise."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from demo import catalogue, pricing, scripts
from demo.events import Post
from demo.world import World

from .conftest import START, MovedClock


def told(world: World, *, minutes: float, script: str) -> list[Post]:
    posts = world.posts("澜川", since=START, until=START + timedelta(minutes=minutes))
    return [p for p in posts if p.script == script][::-1]


def test_severe_begins_at_once_with_a_verified_account_of_many_followers(world: World) -> None:
    play = world.play("severe")
    (first,) = told(world, minutes=0.1, script="severe")
    assert first.at == play.at
    assert "热水器漏电伤人" in first.text
    assert first.author.verified_type == 0
    assert first.author.followers > 1_000_000


def test_severe_brings_ten_authors_who_never_spoke_before_within_fifteen_minutes(world: World) -> None:
    known = {p.author.uid for p in world.posts("", since=START - timedelta(days=90))}
    world.play("severe")
    authors = {p.author.uid for p in told(world, minutes=15, script="severe")[1:]}
    assert len(authors - known) >= 10


def test_the_severe_wave_doubles_every_ten_minutes_and_then_dies(world: World) -> None:
    world.play("severe")
    posts = [p for p in told(world, minutes=120, script="severe") if p.author.uid < 9_900_000_000]
    minutes = [(p.at - START).total_seconds() / 60 for p in posts]
    counts = [sum(15 + 10 * n <= m < 25 + 10 * n for m in minutes) for n in range(8)]
    assert counts[:5] == list(scripts.DOUBLINGS)
    assert all(later == 2 * earlier for earlier, later in pairwise(counts[:5]))
    assert counts[5] > counts[6] > counts[7]
    assert max(minutes) < 95
    assert sum(p.polarity == "negative" for p in posts) > 0.85 * len(posts)


def test_severe_reaches_media_government_and_the_shop(world: World, clock: MovedClock) -> None:
    before = len(world.reviews(catalogue.product_of(catalogue.OURS, "热水器").sku))
    world.play("severe")
    kinds = {p.author.verified_type for p in told(world, minutes=95, script="severe")}
    assert {0, 1, 2, 3} <= kinds
    clock.forward(minutes=95)
    after = world.reviews(catalogue.product_of(catalogue.OURS, "热水器").sku)
    assert sum(r.script == "severe" and r.score == 1 for r in after) == 4
    assert len(after) >= before + 4


def test_the_slow_wave_rises_in_a_straight_line_without_anybody_famous(world: World) -> None:
    world.play("wave")
    posts = told(world, minutes=120, script="wave")
    quarters = Counter(int((p.at - START).total_seconds() // 1200) for p in posts)
    assert 1 <= quarters[0] <= 4
    assert quarters[0] < quarters[1] < quarters[2] < quarters[3]
    assert len({p.author.uid for p in posts}) == len(posts)
    assert all(p.author.followers < 100_000 and p.author.verified_type <= 0 for p in posts)


def test_a_promotion_multiplies_the_volume_by_five_and_keeps_the_negative_share(world: World) -> None:
    hours = timedelta(hours=3)
    usual = [p for weeks in range(1, 13) for p in window(world, START - timedelta(weeks=weeks), hours)]
    world.play("promotion")
    evening = window(world, START, hours)
    assert 4 <= len(evening) / (len(usual) / 12) <= 6
    share = sum(p.polarity == "negative" for p in evening) / len(evening)
    assert abs(share - sum(p.polarity == "negative" for p in usual) / len(usual)) < 0.03


def test_a_price_drop_undercuts_the_line_at_one_shop_and_lasts_two_days(world: World, clock: MovedClock) -> None:
    rival, ours = pricing.dropped_products()
    before = {sku: world.price(sku).price for sku in catalogue.by_sku()}
    world.play("price-drop")
    after = {sku: world.price(sku).price for sku in catalogue.by_sku()}
    cheaper = {sku for sku in before if before[sku] != after[sku]}
    reseller = next(o.sku for o in ours.offers if o.shop == catalogue.RESELLER)
    assert cheaper == {rival.sku, reseller}
    assert (after[reseller] or 0) < ours.floor
    assert (after[rival.sku] or 0) < (before[rival.sku] or 0)
    clock.forward(hours=49)
    assert (world.price(reseller).price or ours.floor) >= ours.floor


def test_a_dead_session_stays_dead_until_it_is_restored(world: World, clock: MovedClock) -> None:
    world.play("session-death")
    clock.forward(hours=5)
    assert world.blocked("session-death")
    assert [p.name for p in world.running()] == ["session-death"]
    world.restore()
    assert not world.blocked("session-death")
    assert world.running() == []
    assert not world.blocked("captcha")


def test_running_scripts_and_their_times_are_readable(world: World, clock: MovedClock) -> None:
    world.play("severe")
    clock.forward(minutes=10)
    world.play("wave")
    assert [p["name"] for p in world.state()["running"]] == ["severe", "wave"]
    clock.forward(minutes=90)
    assert [(p["name"], p["at"]) for p in world.state()["running"]] == [("wave", "2026-11-22T11:40:00+00:00")]


def test_a_script_played_twice_makes_different_posts(world: World, clock: MovedClock) -> None:
    world.play("severe")
    world.play("severe", START + timedelta(minutes=5))
    clock.forward(hours=3)
    posts = [p for p in world.posts("澜川") if p.script == "severe"]
    assert len({p.mid for p in posts}) == len(posts) > 400
    assert len(world.existing_ids("comment")) > 0


def test_an_unknown_script_is_refused_by_name(world: World) -> None:
    with pytest.raises(ValueError, match="no script 'earthquake'"):
        world.play("earthquake")


def test_everyday_texts_hold_nothing_that_counts_as_severe(calm: World) -> None:
    alarming = (
        "漏电",
        "触电",
        "起火",
        "着火",
        "爆炸",
        "自燃",
        "烫伤",
        "中毒",
        "12315",
        "监管",
        "曝光",
        "维权",
        "召回",
        "送医",
    )
    said = [p.text for p in calm.posts("", since=START - timedelta(days=30))]
    said += [r.text for p in catalogue.products() for r in calm.reviews(p.sku)]
    assert not [text for text in said if any(word in text for word in alarming)]


def window(world: World, begin: datetime, length: timedelta) -> list[Post]:
    return world.posts("", since=begin, until=begin + length)
