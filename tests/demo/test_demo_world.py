"""The world is a function of seed and time."""

from collections import Counter
from datetime import timedelta

import pytest

from demo import catalogue, grammar, ids
from demo.world import World

from .conftest import SEED, START, MovedClock


def test_the_same_seed_gives_the_same_ids_and_texts(calm: World) -> None:
    other = World(seed=SEED, start=START, now=lambda: START)
    mine, theirs = calm.posts("澜川"), other.posts("澜川")
    assert [(p.mid, p.text, p.author) for p in mine] == [(p.mid, p.text, p.author) for p in theirs]
    sku = catalogue.products()[3].sku
    assert calm.reviews(sku) == other.reviews(sku)
    assert calm.price(sku) == other.price(sku)


def test_another_seed_gives_another_world(calm: World) -> None:
    other = World(seed=SEED + 1, start=START, now=lambda: START)
    assert {p.mid for p in calm.posts("澜川")}.isdisjoint({p.mid for p in other.posts("澜川")} - pinned(other))


def test_what_exists_stays_when_time_goes_on(world: World, clock: MovedClock) -> None:
    before = world.existing_ids("post", START - timedelta(days=1), START)
    clock.forward(hours=3)
    after = world.existing_ids("post", START - timedelta(days=1), START)
    assert before == after
    assert len(world.existing_ids("post", START)) > 5


def test_the_future_is_not_told(world: World, clock: MovedClock) -> None:
    assert all(p.at <= clock() for p in world.posts("澜川"))
    tomorrow = world.posts("澜川", until=START + timedelta(days=1))[0]
    assert world.post(tomorrow.mid) is None
    clock.forward(days=1)
    found = world.post(tomorrow.mid)
    assert found is not None
    assert found.text == tomorrow.text


def test_ids_are_unique_over_ninety_days_of_posts_comments_and_reviews(calm: World) -> None:
    posts = calm.posts("", since=START - timedelta(days=90))
    comments = calm.existing_ids("comment")
    reviews = [r.id for p in catalogue.products() for r in calm.reviews(p.sku)]
    assert len({p.mid for p in posts}) == len(posts)
    assert len(posts) + len(comments) == len({str(p.mid) for p in posts} | comments)
    assert len(set(reviews)) == len(reviews)
    assert all(len(str(p.mid)) == 16 for p in posts)
    assert {len(str(r)) for r in reviews} == {11}


def test_the_ledger_counts_what_the_lists_show(calm: World) -> None:
    since = START - timedelta(days=2)
    shown = {str(p.mid) for p in calm.posts("北澈") if p.at >= since}
    assert calm.existing_ids("post", since, query="北澈") == shown
    product = catalogue.products()[0]
    assert {str(r.id) for r in calm.reviews(product.sku)} <= calm.existing_ids("review")
    with pytest.raises(ValueError, match="no kind 'video'"):
        calm.existing_ids("video")


def test_everyday_life_has_a_rhythm_many_authors_and_about_a_tenth_negative(calm: World) -> None:
    ours = [p for p in calm.posts("", since=START - timedelta(days=60)) if p.brand == "澜川"]
    assert 54 <= len(ours) / 60 <= 68
    moods = Counter(p.polarity for p in ours)
    assert 0.095 <= moods["negative"] / len(ours) <= 0.125
    hours = Counter((p.at.hour + 8) % 24 for p in ours)
    assert hours[21] > 6 * hours[4]
    assert len({p.author.uid for p in ours}) > 0.7 * len(ours)


def test_some_write_the_brand_in_latin_letters_too(calm: World) -> None:
    found = calm.posts("lanchuan")
    assert found
    assert all("澜川lanchuan" in p.text for p in found)


def test_reviews_come_about_twice_a_day_and_hold_every_kind(calm: World) -> None:
    reviews = [r for p in catalogue.products() for r in calm.reviews(p.sku)]
    assert 1.8 <= len(reviews) / 40 / 90 <= 2.3
    assert 0.08 <= sum(r.polarity == "negative" for r in reviews) / len(reviews) <= 0.14
    assert sum(r.default for r in reviews) > 300
    assert sum(r.append is not None for r in reviews) > 200
    texts = Counter(r.text for r in reviews)
    assert sum(count > 20 for count in texts.values()) >= 4  # copies
    assert any("加V" in text for text in texts)


def test_the_grammar_has_at_least_three_hundred_clause_patterns() -> None:
    patterns = grammar.patterns()
    assert len(patterns) >= 300
    told = {c.aspect for c in patterns}
    assert {
        "安装",
        "安装收费",
        "客服售后",
        "物流",
        "制冷",
        "制热",
        "噪音",
        "漏水",
        "质量故障",
        "外观做工",
        "功能遥控",
        "能耗",
        "异味",
        "价格",
        "诚信宣传",
    } <= told


def test_every_clause_can_be_spoken_and_names_no_open_slot(calm: World) -> None:
    from random import Random

    rng = Random(1)
    spoken = {grammar.say(rng, clause) for clause in grammar.patterns()}
    assert len(spoken) >= 300
    assert not any("{" in text or "|" in text for text in spoken)
    assert not any("{" in p.text for p in calm.posts(""))


def test_a_clause_fits_its_appliance() -> None:
    from random import Random

    assert grammar.pick(Random(1), "空调", "negative", aspect="制冷").aspect == "制冷"
    with pytest.raises(ValueError, match="no negative clause about 制冷 of 油烟机"):
        grammar.pick(Random(1), "油烟机", "negative", aspect="制冷")


def test_there_are_five_brands_with_forty_products_of_which_one_is_ours() -> None:
    assert len(catalogue.BRANDS) == 5
    assert len(catalogue.products()) == 40
    assert [b.name for b in catalogue.BRANDS if b.ours] == ["澜川"] == [catalogue.CATALOGUE.ours]
    skus = [o.sku for p in catalogue.products() for o in p.offers]
    assert len(set(skus)) == len(skus) == 40 + 16
    watched = catalogue.CATALOGUE.watched_products("澜川")
    assert len(watched) == 8 + 4
    assert all(w.floor is not None and w.url.startswith("https://") for w in watched)


def test_nobody_breaks_the_price_line_on_a_usual_day(calm: World) -> None:
    for sku, (product, _) in catalogue.by_sku().items():
        for hours in range(0, 24 * 40, 7):
            price = calm.price(sku, START - timedelta(hours=hours)).price
            assert price is None or product.floor <= price <= product.list_price


def test_prices_move_over_time(calm: World) -> None:
    sku = catalogue.products()[0].sku
    assert len({calm.price(sku, START - timedelta(days=d)).price for d in range(60)}) >= 3


@pytest.mark.parametrize(
    ("mid", "bid"), [(4299399859880269, "GFHQlFsjb"), (4383183661430868, "HyTZc60ew"), (4383180406740606, "HyTTWshxs")]
)
def test_a_short_id_is_the_number_in_base_62(mid: int, bid: str) -> None:
    assert ids.bid(mid) == bid
    assert ids.mid_of_bid(bid) == mid


def test_an_id_tells_its_second_and_what_it_was_made_of() -> None:
    mid = ids.mid(START, ids.COMMENT, 123_456)
    assert ids.second_of(mid) == START
    assert ids.family_and_serial(mid) == (ids.COMMENT, 123_456)
    with pytest.raises(ValueError, match="20 bits"):
        ids.mid(START, ids.EVERYDAY, 1 << 20)


def pinned(world: World) -> set[int]:
    return {p.mid for p in world.posts("", since=world.start - timedelta(days=90)) if p.pinned}
