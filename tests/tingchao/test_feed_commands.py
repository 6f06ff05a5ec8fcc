"""doctor --sources, replay and forget, through the real command."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from tests.tingchao.test_commands import HEADER, ROWS, Shell

SKU = "100012043978"
URL = f"https://club.jd.com/comment/productPageComments.action?productId={SKU}&score=0&sortType=6&page=0&pageSize=10"
ANSWER = {
    "productCommentSummary": {"commentCount": 1, "goodCount": 1, "productId": int(SKU)},
    "comments": [{"id": 17000000001, "content": "接口漏水，师傅换了垫圈才好", "creationTime": "2026-11-20 10:00:00", "referenceId": SKU, "score": 2, "nickname": "j***n"}],
}  # fmt: skip


@pytest.fixture
def tingchao(tmp_path: Path) -> Shell:
    return Shell(data=tmp_path / "data")


def test_the_feeds_are_told_a_line_each_with_a_promise_once_somebody_watches(tingchao: Shell) -> None:
    added = tingchao("watch", "add", "岚川", "--brand", "岚川")
    assert "时效  微博：1 个监测 5 分钟内看完一轮" in added.err
    rows = {row["source"]: row for row in tingchao("doctor", "--sources", "--jsonl").rows}
    weibo, jd = rows["weibo"], rows["jd"]
    assert (weibo["state"], weibo["promise"]["kept"], weibo["promise"]["tiers"]) == (
        "unknown",
        True,
        [{"watches": 1, "minutes": 5.0}],
    )
    assert (jd["every_minutes"], jd["promise"]) == (None, None)
    told = tingchao("doctor", "--sources")
    assert "微博 weibo: on, unknown" in told.out.decode()
    assert "数据不足：" in tingchao("doctor").out.decode()


def test_the_archive_is_read_again_and_stored_only_when_asked(tingchao: Shell) -> None:
    tingchao("init")
    with Archive(tingchao.data / "archive") as archive:
        page = RawPage(url=URL, body=json.dumps(ANSWER).encode(), seen_at=datetime(2026, 11, 21, tzinfo=UTC))
        archive.write("jd", page)
        archive.write("jd", page)
    (path,) = (tingchao.data / "archive").iterdir()
    path.write_bytes(path.read_bytes()[:-30])
    answer = tingchao("replay", "--site", "jd", "--jsonl")
    (row,) = answer.rows
    assert (row["page"], row["answers"], row["unrecorded"], row["new"]) == ("reviews", 1, 1, 1)
    assert "cut at byte" in answer.err
    assert tingchao("search", "漏水", "--jsonl").rows == []
    assert tingchao("replay", "--site", "jd", "--store", "--jsonl").rows[0]["stored"] == 1
    (found,) = tingchao("search", "漏水", "--jsonl").rows
    assert found["id"] == "jd:17000000001"
    assert tingchao("replay", "--site", "jd", "--jsonl").rows[0]["same"] == 1
    assert tingchao("replay", "--since", "2026-11-22", "--jsonl").rows == []
    assert tingchao("replay", "--site", "nowhere").code == 2


def test_what_is_forgotten_is_gone_and_stays_gone(tingchao: Shell, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(HEADER + ROWS, "utf-8")
    tingchao("import", file, "--source", "jd")
    ids = [row["id"] for row in tingchao("search", "漏水", "--jsonl").rows]
    (done,) = tingchao("forget", "--document", ids[0], "--reason", "本人要求").rows
    assert done["removed"]["documents"] == 1
    assert [row["id"] for row in tingchao("search", "漏水", "--jsonl").rows] == ids[1:]
    file.write_text(HEADER + ROWS + "9,又漏水了,1,岚川,岚川 R5 燃气热水器,2026-11-05 09:00:00\n", "utf-8")
    tingchao("import", file, "--source", "jd")
    now = [row["id"] for row in tingchao("search", "漏水", "--jsonl").rows]
    assert ids[0] not in now
    assert len(now) == len(ids)
    (line,) = tingchao("forget", "--list").rows
    assert (line["value"], line["reason"]) == (ids[0], "本人要求")


@pytest.mark.parametrize("words", [(), ("--author", "x"), ("--document", "x"), ("--author", "0" * 16, "--document", "jd:1"), ("--person", "weibo")])  # fmt: skip
def test_a_request_that_is_none_is_refused(tingchao: Shell, words: tuple[str, ...]) -> None:
    assert tingchao("forget", *words).code == 2
