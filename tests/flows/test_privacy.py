"""What is kept for good names nobody: a canary goes through the whole way and is looked for in every file but the raw archive."""

import gzip
from datetime import timedelta

import pytest

from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from domain.documents import AuthorKind, Kind, Passage, Post, Review
from domain.feeds import Outcome, PageSeen, SiteTotal
from flows.collect import Reader
from tests.flows.desks import NOW, Rig

UID, NICK, PHONE, ORDER, TOKEN = "7351904628", "爱吃荔枝的阿珍", "13987654321", "318204759961", "canary-token-5"
ADDRESS = "柳荫路 88 号 3 栋 502 室"
CANARIES = (UID, NICK, PHONE, ORDER, TOKEN, ADDRESS)
URL = f"https://m.weibo.cn/api/container/getIndex?containerid=107603{UID}&nick={NICK}&st={TOKEN}"


@pytest.fixture
def kept(here: Rig, reader: Reader) -> Rig:
    """A post, a comment, a review and their page, through archive, inbox, analysis, ledger, index and an alert's words."""
    text = f"岚川热水器漏水，打我电话 {PHONE}，订单号：{ORDER}，住在{ADDRESS}"
    here.watch(channels=("duty",))
    post = Post(id="weibo:1", source="weibo", url=f"https://weibo.com/{UID}/QhXk3aBcD", text=text, published_at=NOW - timedelta(minutes=9), seen_at=NOW, author=UID, author_name=NICK, author_kind=AuthorKind.PERSON)  # fmt: skip
    comment = Post(id="weibo:2", source="weibo", kind=Kind.COMMENT, parent="weibo:1", text=text, seen_at=NOW, author=UID)  # fmt: skip
    review = Review(id="jd:3", source="jd", text=text, seen_at=NOW, author=NICK, append=Passage(text=f"再打 {PHONE}"), seller_replies=(Passage(text=f"已联系 {PHONE}"),))  # fmt: skip
    with Archive(here.house.folder.archive) as archive:
        record = archive.write("weibo", RawPage(url=URL, body=f"{text} {NICK}".encode(), seen_at=NOW))
    page = PageSeen(source="weibo", page="user", url=URL, outcome=Outcome.OK, items=2, seen_at=NOW, archive=record.id, sha256=record.sha256, document_ids=("weibo:1", "weibo:2"))  # fmt: skip
    total = SiteTotal(source="weibo", page="user", subject=URL, total=2, seen_at=NOW)
    here.house.inbox.put("weibo", [post, comment, review, total, page])
    here.ingest(reader).drain()
    here.desk.monitor.tick()
    return here


def test_no_file_that_is_kept_for_good_names_the_person(kept: Rig) -> None:
    folder = kept.house.folder
    with kept.house.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    found = {
        f"{path.relative_to(folder.path)}: {canary}"
        for path in folder.path.rglob("*")
        if path.is_file() and not path.is_relative_to(folder.archive)
        for canary in CANARIES
        if canary.encode() in path.read_bytes()
    }
    assert found == set()
    assert len(kept.desk.ledger.get(["weibo:1", "weibo:2", "jd:3"])) == 3


def test_the_raw_archive_has_them_for_its_own_time(kept: Rig) -> None:
    (path,) = kept.house.folder.archive.iterdir()
    assert NICK.encode() in gzip.decompress(path.read_bytes())


def test_what_is_kept_still_leads_to_the_post(kept: Rig) -> None:
    (post,) = kept.desk.ledger.get(["weibo:1"])
    assert post.url == "https://m.weibo.cn/status/QhXk3aBcD"
    assert len(post.author) == 16
    assert post.author_name == ""
    assert "［电话］" in post.text
    assert "［订单号］" in post.text
    assert "［地址］" in post.text
