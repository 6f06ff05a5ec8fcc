"""What the adapters read from the real answers beside the project: `python bench/sites.py [FOLDER]`, one line a file.

Outcome, items by kind, and the fields that are null, with in how many of the items. Nothing of their texts is printed.
"""

import json
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from crawlers.parsing import parse_file
from domain.times import parse_iso

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "sites"
CLUB = "https://club.jd.com/comment/productPageComments.action?callback=a&productId=100047982391&score=0&page="
JD_API = "https://api.m.jd.com/client.action?functionId="
MTOP = "https://h5api.m.tmall.com/h5/"
TMALL = "https://rate.tmall.com/list_detail_rate.htm?itemId=600100200300&order=1&currentPage="
WEIBO, AJAX, SEARCH = "https://m.weibo.cn", "https://weibo.com/ajax/statuses", "https://s.weibo.com/weibo?q=x"
HOTFLOW = f"{WEIBO}/comments/hotflow?id=4383183661430868&mid=4383183661430868"
INDEX = f"{WEIBO}/api/container/getIndex?containerid="
USUAL, THEN = "2026-11-22", "2018-10-26"


@attrs.frozen
class Sample:
    """A file, the address that it answered, and the day on which it was seen."""

    file: str
    url: str
    seen: str = USUAL


SAMPLES = (
    Sample("jd/club_productPageComments_mixed.gbk.jsonp", CLUB + "0"),
    Sample("jd/club_productPageComments_beyond_last.gbk.jsonp", CLUB + "100"),
    Sample("jd/app_getLegoWareDetailComment_10060881620004.json", JD_API + "getLegoWareDetailComment"),
    Sample("jd/app_wareBusiness_100027079886.json", JD_API + "wareBusiness"),
    Sample("jd/app_wareBusiness_70479667894.json", JD_API + "wareBusiness"),
    Sample("jd/app_wareBusiness_7340995.json", JD_API + "wareBusiness"),
    Sample("jd/pc_search_searchWare_2026_reduced.json", "https://api.m.jd.com/?functionId=pc_search_searchWare"),
    Sample("jd/price_mgets_100004770235.json", "https://p.3.cn/prices/mgets?skuIds=J_100004770235"),
    Sample("jd/search_sony_headphones_first_half.html", "https://search.jd.com/Search?keyword=x&page=1"),
    Sample("errors/jd_gateway_601.json", JD_API + "getLegoWareDetailComment"),
    Sample("errors/jd_pin_is_null.json", JD_API + "getLegoWareDetailComment"),
    Sample("errors/jd_risk_605_header_empty_body.http", JD_API + "getLegoWareDetailComment"),
    Sample("tmall/list_detail_rate_2019.jsonp", TMALL + "1"),
    Sample("tmall/list_detail_rate_beyond_last.jsonp", TMALL + "99"),
    Sample("taobao/mtop_rate_detaillist_2026.jsonp", MTOP + "mtop.taobao.rate.detaillist.get/6.0/"),
    Sample("taobao/mtop_review_list_new_pc_2026.json", MTOP + "mtop.alibaba.review.list.for.new.pc.detail/1.0/"),
    Sample("taobao/mtop_wdetail_getitemrates_521422451240.json", MTOP + "mtop.wdetail.getitemrates/3.0/"),
    Sample("taobao/search_g_page_config_excerpt.js", "https://s.taobao.com/search?q=x"),
    Sample("taobao/search_listsrp_page.html", "https://s.taobao.com/list?q=x"),
    Sample(
        "tmall/promotions/pcdetail_974271878334_2025-11-24_reduced.json", MTOP + "mtop.taobao.pcdetail.data.get/1.0/"
    ),
    Sample("errors/mtop_token_expired.jsonp", MTOP + "mtop.taobao.rate.detaillist.get/6.0/"),
    Sample("errors/mtop_user_validate.jsonp", MTOP + "mtop.taobao.rate.detaillist.get/6.0/"),
    Sample("errors/taobao_rgv587_punish_2019.txt", TMALL + "1"),
    Sample("errors/taobao_rgv587_sm_2017.txt", TMALL + "35"),
    Sample(
        "suning/review_satisfy_690105195.jsonp",
        "https://review.suning.com/ajax/review_satisfy/general-000000000690105195-0000000000-----satisfy.htm",
    ),
    Sample(
        "suning/getClusterPrice_655027353.jsonp",
        "https://icps.suning.com/icps-web/getVarnishAllPrice014/000000000655027353_020_0200101_0070156122_1_getClusterPrice.vhtm",
    ),
    Sample("smzdm/m_ajax_list.json", "https://m.smzdm.com/ajax_get_list_html?page=1", "2017-07-01"),
    Sample("weibo/m_getIndex_userInfo_1669879400.json", f"{WEIBO}/api/container/getIndex?type=uid&value=1669879400"),
    Sample("weibo/m_getIndex_107603_cards.json", INDEX + "1076031669879400", "2019-06-16"),
    Sample("weibo/m_getIndex_107803_album_cards.json", INDEX + "1078031660475004"),
    Sample("weibo/m_statuses_extend_longtext.json", f"{WEIBO}/statuses/extend?id=4383183661430868"),
    Sample("weibo/m_statuses_show_4159845923618149.json", f"{WEIBO}/statuses/show?id=Fp6RGfbff"),
    Sample("weibo/m_comments_hotflow_4383183661430868_a.json", HOTFLOW, "2019-06-16"),
    Sample("weibo/m_comments_hotflow_2026_reduced.json", HOTFLOW),
    Sample("weibo/pc_mymblog_2339808364.json", f"{AJAX}/mymblog?page=1&uid=2339808364", "2022-04-20"),
    Sample("weibo/pc_buildComments_2022.json", f"{AJAX}/buildComments?id=4799762106156000"),
    Sample("weibo/s_search_card_2018.html", SEARCH, THEN),
    Sample("weibo/s_search_card_2026_reduced.html", SEARCH),
    Sample("weibo/openapi_home_timeline.json", "https://api.weibo.com/2/statuses/home_timeline.json"),
    Sample("errors/weibo_302_visitor.http", SEARCH),
    Sample("errors/weibo_attitudes_empty.json", f"{WEIBO}/api/attitudes/show?id=4383183661430868&page=1"),
    Sample("errors/weibo_buildComments_end.json", f"{AJAX}/buildComments?id=4799762106156000&max_id=825"),
    Sample("errors/weibo_getIndex_empty_cards.json", INDEX + "1076031222425514"),
    Sample("errors/weibo_hotflow_end.json", f"{HOTFLOW}&max_id=139"),
    Sample("tieba/search_keyword_notes.html", "https://tieba.baidu.com/f/search/res?qw=x&pn=1"),
)
OWN_TESTS = {
    "jd/comments_items_bear_kettle.jsonl": "500 bare reviews: tests/shared_data/test_sites_jd.py",
    "smzdm/deal_price_texts.json": "price texts: tests/shared_data/test_sites_jd.py, tingchao price-text",
    "tousu/search_cards_text.json": "text of cards as scraped, no answer of the site",
}
"""Files that are no answers of an address."""


def line_of(sample: Sample, body: bytes) -> tuple[str, str, str, str]:
    """File, outcome, items by kind, null fields."""
    seen_at: datetime = parse_iso(f"{sample.seen}T12:00:00+08:00")
    lines = parse_file(body, url=sample.url, seen_at=seen_at, mask=lambda text: text, pseudonym=lambda _, who: who)
    first, items = lines[0], [line for line in lines[1:] if line["type"] not in ("stats", "next")]
    kinds = Counter(line["type"] for line in items)
    named = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return sample.file, f"{first['outcome']}{_why(first)}", named or "–", nulls(items, kinds)


def nulls(items: list[dict[str, Any]], kinds: Counter[str]) -> str:
    """`bid 3/11`: in three of eleven items of its kind the field is null."""
    missing = Counter((line["type"], key) for line in items for key, value in line.items() if value is None)
    said = [
        f"{key} {count}/{kinds[kind]}" + (f" ({kind})" if len(kinds) > 1 else "")
        for (kind, key), count in missing.items()
    ]
    return ", ".join(said) or "–"


def _why(first: dict[str, Any]) -> str:
    return f" ({first['reason']})" if first["reason"] else ""


def main() -> None:
    """Print the table as Markdown, then one line of figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not folder.is_dir():
        sys.exit(f"{folder} is not here: the real answers lie beside the project and are no part of it")
    print("| file | outcome | items | null fields |\n| --- | --- | --- | --- |")
    began, read, count = time.perf_counter(), 0, 0
    for sample in SAMPLES:
        if (folder / sample.file).exists():
            body = (folder / sample.file).read_bytes()
            read, count = read + len(body), count + 1
            print("| " + " | ".join(cell.replace("|", "/") for cell in line_of(sample, body)) + " |")
    seconds = time.perf_counter() - began
    here = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "README.md"}
    left = sorted(here - {s.file for s in SAMPLES})
    print(json.dumps({"files": count, "bytes": read, "seconds": round(seconds, 2)}))
    for name in left:
        print(f"not read: {name}: {OWN_TESTS.get(name, 'no answer of an address that we ask')}")


if __name__ == "__main__":
    main()
