"""What prices, frontier, sources, jobs, facts, mappings, leases and watches promise, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import attrs
import pytest
from sqlalchemy import Engine

from domain.errors import InvalidInput
from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from domain.prices import PriceObservation, Product
from domain.watches import WatchedProduct
from index.tables import Facts, Frontier, Jobs, Leases, Mappings, Prices, Sources, WaitingPage, Watches
from tests.contracts.samples import DAY, HOUR, MINUTE, START, watch

QUARTER = timedelta(minutes=15)


def price(amount: str | None = "2999.00", **changes: object) -> PriceObservation:
    plain = PriceObservation(
        sku="jd:7",
        source="jd",
        shop="岚川旗舰店",
        price=None if amount is None else Decimal(amount),
        seen_at=START,
        brand="岚川",
    )
    return attrs.evolve(plain, **changes)


def test_a_price_comes_back_to_the_fen(engine: Engine) -> None:
    told = price(
        "0.10", list_price=Decimal("4999.99"), promotions=("满3000减300", "赠品"), in_stock=True, raw="￥0.1起"
    )
    assert Prices(engine).put([told, price(None, shop="乙")], []) == 2
    assert Prices(engine).history("jd:7") == [price(None, shop="乙"), told]


def test_an_observation_is_stored_once(engine: Engine) -> None:
    prices = Prices(engine)
    assert [prices.put([price(), price()], []), prices.put([price(), price(seen_at=START + HOUR)], [])] == [1, 1]
    assert len(list(prices.all())) == 2


def test_the_latest_price_is_one_per_shop(engine: Engine) -> None:
    prices = Prices(engine)
    prices.put([price(), price("2799.00", seen_at=START + HOUR), price("2599.00", shop="乙"), price(sku="jd:8")], [])
    latest = prices.latest(["jd:7", "jd:none"])
    assert {p.shop: p.price for p in latest["jd:7"]} == {"岚川旗舰店": Decimal("2799.00"), "乙": Decimal("2599.00")}
    assert set(latest) == {"jd:7"}
    assert set(prices.latest()) == {"jd:7", "jd:8"}


def test_prices_between_two_times_leave_the_end_out(engine: Engine) -> None:
    prices = Prices(engine)
    prices.put([price(seen_at=START + n * HOUR) for n in range(4)], [])
    span = prices.history("jd:7", since=START + HOUR, until=START + 3 * HOUR)
    assert (
        [p.seen_at for p in span]
        == [START + HOUR, START + 2 * HOUR]
        == [p.seen_at for p in prices.all(since=START + HOUR, until=START + 3 * HOUR)]
    )


def test_silence_about_a_product_takes_nothing_away(engine: Engine) -> None:
    prices = Prices(engine)
    prices.put([], [Product(sku="jd:7", source="jd", title="岚川 空调 一级", category="空调")])
    prices.put([price()], [Product(sku="jd:7", source="jd", title="岚川 空调 新一级")])
    assert prices.products() == [
        Product(sku="jd:7", source="jd", title="岚川 空调 新一级", brand="岚川", shop="岚川旗舰店", category="空调")
    ]


def page(number: int, **changes: object) -> WaitingPage:
    return attrs.evolve(WaitingPage(source="jd", page="reviews", url=f"https://shop.example/{number}"), **changes)


def test_a_page_waits_once_and_becomes_due_again_after_it_was_done(engine: Engine) -> None:
    frontier = Frontier(engine)
    assert [frontier.add([page(1), page(1), page(2)], due=START), frontier.add([page(1)], due=START)] == [2, 0]
    taken = frontier.lease("jd", now=START, limit=9, lease_for=QUARTER)
    for lease in taken:
        frontier.done(lease.key, now=START)
    assert frontier.waiting("jd") == 0
    assert frontier.add([page(1)], due=START + HOUR) == 1
    assert frontier.lease("jd", now=START, limit=9, lease_for=QUARTER) == []
    assert [t.page for t in frontier.lease("jd", now=START + HOUR, limit=9, lease_for=QUARTER)] == [page(1)]


def test_leases_are_shallowest_and_earliest_first_and_of_one_source(engine: Engine) -> None:
    frontier = Frontier(engine)
    frontier.add([page(1)], due=START, depth=1)
    frontier.add([page(2)], due=START)
    frontier.add([page(3)], due=START - MINUTE)
    frontier.add([page(4, source="weibo")], due=START)
    full = page(5, headers=(("Referer", "x"),), browser=True, first=False, watch="岚川")
    frontier.add([full], due=START, depth=2)
    taken = frontier.lease("jd", now=START, limit=9, lease_for=QUARTER)
    assert [(t.page, t.depth) for t in taken] == [(page(3), 0), (page(2), 0), (page(1), 1), (full, 2)]


def test_a_lease_that_runs_out_or_is_released_comes_back(engine: Engine) -> None:
    frontier = Frontier(engine)
    frontier.add([page(1)], due=START)
    [taken] = frontier.lease("jd", now=START, limit=9, lease_for=QUARTER)
    assert frontier.lease("jd", now=START + QUARTER - MINUTE, limit=9, lease_for=QUARTER) == []
    assert frontier.lease("jd", now=START + QUARTER, limit=9, lease_for=QUARTER) == [taken]
    frontier.release(taken.key, due=START + HOUR)
    assert frontier.lease("jd", now=START + HOUR - MINUTE, limit=9, lease_for=QUARTER) == []
    assert frontier.lease("jd", now=START + HOUR, limit=9, lease_for=QUARTER) == [taken]


@pytest.mark.timeout(120)
def test_crawls_side_by_side_never_lease_the_same_page(engine: Engine) -> None:
    frontier = Frontier(engine)
    frontier.add([page(n) for n in range(40)], due=START)
    with ThreadPoolExecutor(4) as pool:
        taken = pool.map(lambda _: frontier.lease("jd", now=START, limit=5, lease_for=QUARTER), range(10))
        keys = [t.key for some in taken for t in some]
    assert len(keys) == len(set(keys))


def test_switching_a_source_keeps_who_and_why(engine: Engine) -> None:
    sources = Sources(engine)
    sources.switch("weibo", on=False, reason="robots 不许", by="运维", at=START)
    sources.switch("weibo", on=True, reason="书面同意", by="主管", at=START + DAY)
    status = sources.get("weibo")
    assert status is not None
    assert (status.on, status.reason, status.state) == (True, "书面同意", FeedState.UNKNOWN)
    assert sources.audit("weibo") == [(START, "运维", False, "robots 不许"), (START + DAY, "主管", True, "书面同意")]


def test_a_source_that_is_off_stays_off_whatever_it_answers(engine: Engine) -> None:
    sources = Sources(engine)
    sources.switch("weibo", on=False, reason="robots")
    sources.record([PageSeen(source="weibo", page="p", url="u", outcome=Outcome.OK, items=2, seen_at=START)])
    status = sources.get("weibo")
    assert status is not None
    assert (status.on, status.state, status.last_item_at) == (False, FeedState.OFF, START)


def test_a_busy_site_is_degraded_only_after_several_bad_answers_and_heals_at_the_first_good_one(engine: Engine) -> None:
    sources, states = Sources(engine), []
    outcomes = [Outcome.OK, *[Outcome.UNAVAILABLE] * 3, Outcome.EMPTY]
    for minute, outcome in enumerate(outcomes):
        sources.record([PageSeen(source="jd", page="p", url="u", outcome=outcome, seen_at=START + minute * MINUTE)])
        states += [s.state for s in sources.all()]
    healthy, degraded = FeedState.HEALTHY, FeedState.DEGRADED
    assert states == [healthy, healthy, healthy, degraded, healthy]


def test_a_saved_status_comes_back_field_by_field(engine: Engine) -> None:
    told = SourceStatus(
        name="jd", state=FeedState.STALE, detail="三小时没有新内容", last_outcome=Outcome.OK, failures=2
    )
    Sources(engine).save(told)
    assert Sources(engine).all() == [told]


def test_jobs_tell_next_last_and_misfires(engine: Engine) -> None:
    jobs = Jobs(engine)
    jobs.misfired("tick")
    jobs.planned("tick", next_at=START + MINUTE)
    jobs.misfired("tick")
    jobs.ran("tick", at=START, seconds=0.25, error="boom")
    jobs.planned("brief", next_at=None)
    assert jobs.all() == [
        {"name": "brief", "next": None, "last": None, "misfires": 0, "last_error": "", "last_s": None},
        {"name": "tick", "next": START + MINUTE, "last": START, "misfires": 2, "last_error": "boom", "last_s": 0.25},
    ]


def test_the_first_to_set_a_fact_wins(engine: Engine) -> None:
    facts = Facts(engine)
    assert facts.get("salt") is None
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda n: facts.first("salt", str(n)), range(8)))) == 1
    facts.set("salt", "盐")
    assert facts.get("salt") == "盐"
    facts.forget("salt")
    assert facts.get("salt") is None


def test_mappings_are_kept_by_name(engine: Engine) -> None:
    mappings = Mappings(engine)
    mappings.save("京麦", {"columns": {"text": "评价内容"}, "skip": 1})
    mappings.save("京麦", {"columns": {"text": "评价"}})
    assert mappings.get("京麦") == {"columns": {"text": "评价"}} == mappings.all()["京麦"]
    assert [mappings.remove("京麦"), mappings.remove("京麦")] == [True, False]


def test_one_holder_leads_until_it_stops_renewing(engine: Engine) -> None:
    clock = [1000.0]
    leases = Leases(engine, real_time=lambda: clock[0])
    assert [leases.take("monitor", who, for_s=10) for who in ("甲", "乙", "甲")] == [True, False, True]
    clock[0] += 11
    assert leases.holder("monitor") is None
    assert leases.take("monitor", "乙", for_s=10)
    leases.give_back("monitor", "甲")
    assert leases.holder("monitor") == "乙"
    leases.give_back("monitor", "乙")
    assert leases.take("monitor", "甲", for_s=10)


def test_watches_stay_in_the_order_in_which_they_were_made(engine: Engine) -> None:
    watches = Watches(engine)
    full = watch(
        "岚川",
        words=("漏水",),
        quiet=timedelta(minutes=45),
        products=(WatchedProduct(url="u", floor=Decimal("99.90")),),
    )
    for one in (full, watch("白麓"), watch("岚川", rival=True), full):
        watches.save(one)
    assert watches.list() == [full, watch("白麓")]


def test_a_watch_is_not_renamed_onto_another(engine: Engine) -> None:
    watches = Watches(engine)
    for name in ("岚川", "白麓"):
        watches.save(watch(name))
    with pytest.raises(InvalidInput, match="白麓"):
        watches.rename("岚川", "白麓")
    with pytest.raises(InvalidInput, match="青禾"):
        watches.rename("青禾", "新")
