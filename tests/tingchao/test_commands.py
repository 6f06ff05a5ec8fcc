"""The contracts of the command line, through the real command: answers on stdout, the rest on stderr, bad input named."""

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.tingchao.shells import Shell
from tingchao.sources import ADAPTERS

ROOT = Path(__file__).parents[2]
SEEN = "2026-11-22T10:00:00+08:00"
REVIEWS_URL = (
    "https://club.jd.com/comment/productPageComments.action?productId=700100200&score=0&sortType=6&page=0&pageSize=10"
)
HEADER = "评价编号,评价内容,星级,品牌,商品名称,评价时间\n"
ROWS = (
    "1,用了两天就漏水，联系我13912345678,1,岚川,岚川 R5 燃气热水器,2026-11-01 10:00:00\n"
    "2,接口漏水，客服还不理人,2,岚川,岚川 R5 燃气热水器,2026-11-02 11:30:00\n"
    "3,安静好用，加热很快,5,岚川,岚川 R5 燃气热水器,2026-11-03 09:00:00\n"
    "4,漏水漏得一塌糊涂,1,北屿,北屿 储水式热水器,2026-11-04 09:00:00\n"
)


@pytest.fixture
def tingchao(tmp_path: Path) -> Shell:
    """On an empty folder."""
    return Shell(data=tmp_path / "data")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """On a folder into which one file was imported, with one watch."""
    folder = tmp_path_factory.mktemp("stocked")
    shell = Shell(data=folder / "data")
    path = folder / "jd_reviews.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    answer = shell("import", path)
    assert answer.code == 0, answer.err
    assert answer.rows == [{"file": str(path), "rows": 4, "stored": 4, "known": 0, "refused": []}]
    return shell


# --- reading without storing


def lines(*texts: str) -> str:
    return "".join(json.dumps({"id": n, "text": t}, ensure_ascii=False) + "\n" for n, t in enumerate(texts))


def test_analyze_answers_in_order_names_bad_lines_and_still_answers_the_good_ones(tingchao: Shell) -> None:
    good = lines("岚川热水器用了两天就漏水，打13912345678没人接", "安静好用", "")
    given = "\ufeff" + good.replace("\n", '\n{"id": 7}\n没有引号\n', 1)
    answer = tingchao("analyze", given=given)
    assert answer.code == 2
    assert [row["id"] for row in answer.rows] == [0, 1, 2]
    assert [part.split(":")[0] for part in answer.err.split("error: ")[1:]] == ["line 2", "line 3"]
    first = answer.rows[0]
    assert set(first) == {
        *("id", "tokens", "sentiment", "p", "score", "masked", "normalized", "aspects", "entities", "about"),
        *("groups", "wishes", "severity", "spam", "spam_reasons", "cluster", "model"),
    }
    assert first["sentiment"] == "negative"
    assert first["score"] == pytest.approx(first["p"]["positive"] - first["p"]["negative"], abs=2e-4)
    assert "13912345678" not in first["masked"]
    text = "岚川热水器用了两天就漏水，打13912345678没人接"
    assert any(a["aspect"] == "漏水" and "漏水" in text[a["start"] : a["end"]] for a in first["aspects"])


def test_analyze_reads_gz_files_and_says_where_a_cut_one_ends(tingchao: Shell, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl.gz", tmp_path / "cut.jsonl.gz"
    whole.write_bytes(gzip.compress(lines("漏水", "好用").encode()))
    long = lines(*(f"第 {n} 句：{os.urandom(40).hex()}" for n in range(300)))
    cut.write_bytes(gzip.compress(long.encode())[:9000])
    answer = tingchao("analyze", whole)
    assert (answer.code, [row["id"] for row in answer.rows]) == (0, [0, 1])
    answer = tingchao("analyze", cut)
    assert answer.code == 2
    assert [row["id"] for row in answer.rows] == list(range(len(answer.rows)))
    assert len(answer.rows) > 10
    assert f"line {len(answer.rows) + 1}: {cut}: unreadable from here on" in answer.err


def jsonp(**answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


REVIEW = {
    "id": 9001,
    "content": "漏水，打我13912345678",
    "creationTime": "2026-11-01 10:00:00",
    "score": 1,
    "referenceId": "700100200",
    "nickname": "j***1",
}
GOOD_PAGE = jsonp(productCommentSummary={"commentCount": 1}, comments=[REVIEW], maxPage=1)


@pytest.mark.parametrize(
    ("body", "outcome", "items"),
    [
        (GOOD_PAGE, "ok", 1),
        ("<html><body>京东验证 请拖动滑块完成拼图</body></html>".encode(), "captcha", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None, 0),
        (GOOD_PAGE[: len(GOOD_PAGE) // 2], "truncated", 0),
    ],
)
def test_parse_gives_the_outcome_first_and_ends_well_for_every_answer(
    tingchao: Shell, tmp_path: Path, body: bytes, outcome: str | None, items: int
) -> None:
    path = tmp_path / "answer"
    path.write_bytes(body)
    answer = tingchao("parse", path, "--url", REVIEWS_URL, "--seen-at", SEEN)
    assert (answer.code, answer.err) == (0, "")
    first, *rest = [row for row in answer.rows if row["type"] != "stats"]
    assert set(first) == {"type", "outcome", "site", "page", "reason"}
    assert (first["type"], first["site"], first["page"]) == ("outcome", "jd", "reviews")
    if outcome is None:  # an empty 200 is no answer, and never "no reviews"
        assert first["outcome"] not in ("ok", "empty", "end")
    else:
        assert first["outcome"] == outcome
    assert len(rest) == items
    if rest:
        assert (rest[0]["type"], rest[0]["id"], rest[0]["rating"]) == ("review", "9001", 1)
        assert rest[0]["published_at"] == "2026-11-01T10:00:00+08:00"
        assert "13912345678" not in rest[0]["text"]
    else:
        assert first["reason"]


def test_parse_names_a_file_that_is_not_there_and_a_time_that_is_none(tingchao: Shell, tmp_path: Path) -> None:
    answer = tingchao("parse", tmp_path / "nothing", "--url", REVIEWS_URL, "--seen-at", SEEN)
    assert (answer.code, answer.out) == (2, b"")
    assert "nothing: no such file" in answer.err
    answer = tingchao("parse", "-", "--url", REVIEWS_URL, "--seen-at", "gestern")
    assert (answer.code, answer.out) == (2, b"")
    assert "--seen-at 'gestern' is no ISO 8601 time" in answer.err


def test_price_text_answers_a_line_each(tingchao: Shell) -> None:
    answer = tingchao("price-text", given="750.5元包邮（800.5-50）\n没有价格\n1299\n")
    assert (answer.code, answer.err, len(answer.rows)) == (0, "", 3)
    assert "750.5" in json.dumps(answer.rows[0])


def test_detect_answers_a_reply_each_and_wants_one_protocol(tingchao: Shell) -> None:
    given = "timestamp,value\n" + "".join(
        f"2026-11-0{1 + n // 288} {n // 12 % 24:02}:{n % 12 * 5:02}:00,{3 + n % 3}\n" for n in range(600)
    )
    answer = tingchao("detect", "--nab", given=given)
    assert (answer.code, answer.err) == (0, "")
    scores = [float(line) for line in answer.out.decode().splitlines()]
    assert len(scores) == 600
    assert max(scores) < 1
    past = [3 + n % 3 for n in range(288 * 15)]
    told: list[dict[str, Any]] = [
        {
            "type": "start",
            "tick_seconds": 300,
            "history_ticks": len(past),
            "series": [{"id": "blue", "source": "s"}],
            "sources": {"s": [1.0]},
        },
        {"type": "hist", "series": "blue", "total": past, "neg": past, "authors": past, "texts": past},
        *({"type": "tick", "k": k, "posts": [["blue", k, 4, 4, 4, 4]], "down": []} for k in range(3)),
        {"type": "tick", "k": 3, "posts": [["blue", 3, 90, 90, 90, 90]], "down": []},
        {"type": "end"},
    ]
    answer = tingchao("detect", "--stream", given="".join(json.dumps(line) + "\n" for line in told))
    assert (answer.code, answer.err) == (0, "")
    assert [row["k"] for row in answer.rows] == [0, 1, 2, 3]
    assert [[a["series"] for a in row["alerts"]] for row in answer.rows] == [[], [], [], ["blue"]]
    answer = tingchao("detect")
    assert (answer.code, answer.out) == (2, b"")
    assert "--stream, or" in answer.err


# --- what is stored


def test_search_gives_rows_whose_text_holds_the_word(stocked: Shell) -> None:
    answer = stocked("search", "漏水 AND brand:岚川", "--jsonl")
    assert (answer.code, answer.err) == (0, "")
    assert [row["id"] for row in answer.rows] == ["jd:2", "jd:1"]
    row = answer.rows[1]
    assert set(row) == {
        *("id", "source", "kind", "url", "text", "normalized", "published_at", "seen_at", "rating", "sku", "product"),
        *("brand", "category", "model", "sentiment", "score", "aspects", "spam", "cluster"),
    }
    assert "漏水" in row["text"]
    assert "13912345678" not in row["text"] + row["normalized"]
    assert (row["published_at"], row["rating"], row["brand"]) == ("2026-11-01T10:00:00+08:00", 1, ["岚川"])
    answer = stocked("search", "漏水 AND (", "--jsonl")
    assert (answer.code, answer.out) == (2, b"")
    assert "character" in answer.err


def test_a_themes_count_is_the_number_of_rows_its_query_gives(stocked: Shell) -> None:
    answer = stocked("themes", "--brand", "岚川", "--sentiment", "negative", "--jsonl")
    assert (answer.code, answer.err) == (0, "")
    leak = next(row for row in answer.rows if row["theme"] == "漏水")
    assert set(leak) >= {"theme", "count", "share", "lift", "query", "quotes"}
    assert leak["count"] == 2
    assert [row["count"] for row in answer.rows] == sorted((r["count"] for r in answer.rows), reverse=True)
    assert len(stocked("search", leak["query"], "--jsonl").rows) == leak["count"]


def test_export_writes_the_rows_that_search_counts(stocked: Shell, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    answer = stocked("export", "documents", "--query", "漏水", "--out", path)
    assert (answer.code, answer.out) == (0, b"")
    assert "3 rows written" in answer.err
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["jd:4", "jd:2", "jd:1"]
    answer = stocked("export", "documents", "--query", "漏水", "--format", "jsonl", "--out", "-")
    assert (answer.code, [row["id"] for row in answer.rows]) == (0, ["jd:4", "jd:2", "jd:1"])
    answer = stocked("export", "prices", "--out", "/proc/nowhere/x.csv")
    assert answer.code == 2
    assert "/proc/nowhere/x.csv: can't be written" in answer.err


# --- bad input: named, good rows pass, nothing stored as an empty success


def test_a_broken_row_is_named_and_the_good_ones_are_stored_once(tingchao: Shell, tmp_path: Path) -> None:
    path = tmp_path / "jd_reviews.csv"
    path.write_text(HEADER + "9,断在这里\n" + ROWS, "utf-8")
    answer = tingchao("import", path)
    assert answer.code == 2, "bad input is told by the exit code too, and the good rows are stored"
    (report,) = answer.rows
    assert (report["rows"], report["stored"], [r["line"] for r in report["refused"]]) == (5, 4, [2])
    assert "jd_reviews.csv line 2: 应有 6 列，这一行有 2 列" in answer.err
    (again,) = tingchao("import", "-", "--source", "jd", given=path.read_bytes()).rows
    assert (again["file"], again["stored"], again["known"]) == ("-", 0, 4)


def test_files_that_cannot_be_taken_are_named_with_the_way_out_and_store_nothing(
    tingchao: Shell, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a_captcha.json").write_text("<html><body>请拖动滑块完成拼图</body></html>", "utf-8")
    (folder / "b_empty.csv").write_bytes(b"")
    (folder / "c_header.csv").write_text(HEADER, "utf-8")
    (folder / "d_cut.json").write_text('[{"id": "1", "te', "utf-8")
    (folder / "e_unknown.csv").write_text("甲,乙\n一句很长很长的话说了热水器漏水的经过,2\n", "utf-8")
    (folder / "f_damaged.csv").write_bytes(HEADER.encode() + bytes(range(128, 256)) * 40)
    answer = tingchao("import", folder)
    assert answer.code == 2
    assert [row["stored"] for row in answer.rows if row["stored"]] == []
    for name in ("a_captcha.json", "b_empty.csv", "c_header.csv", "d_cut.json", "e_unknown.csv", "f_damaged.csv"):
        assert name in answer.err, name
    assert tingchao("search", "", "--jsonl").out == b""


def test_columns_nobody_can_guess_are_told_by_a_mapping_file(tingchao: Shell, tmp_path: Path) -> None:
    path, mapping = tmp_path / "store.csv", tmp_path / "mapping.toml"
    path.write_text("哪天,顾客说\n2026-01-02,用了两天就漏水\n", "utf-8")
    mapping.write_text(
        'kind = "reviews"\nsource = "store"\n[columns]\ntext = "顾客说"\npublished_at = "哪天"\n', "utf-8"
    )
    refused = tingchao("import", path)
    assert (refused.code, refused.rows) == (2, [])
    assert "哪天，顾客说" in refused.err
    assert "--mapping mapping.toml" in refused.err
    answer = tingchao("import", path, "--mapping", mapping)
    assert answer.code == 0, answer.err
    (report,) = answer.rows
    assert (report["stored"], report["refused"]) == (1, [])
    (row,) = tingchao("search", "漏水", "--jsonl").rows
    assert (row["source"], row["text"], row["published_at"]) == ("store", "用了两天就漏水", "2026-01-02")


def test_sources_that_were_never_asked_are_listed_too(tingchao: Shell) -> None:
    tingchao("init")
    listed = tingchao("source", "list", "--jsonl").rows
    assert [(row["name"], row["on"], row["state"]) for row in listed] == [
        (name, True, "unknown") for name in sorted(ADAPTERS)
    ]


def test_a_gbk_file_is_read_as_what_it_is(tingchao: Shell, tmp_path: Path) -> None:
    path = tmp_path / "jd_gbk.csv"
    path.write_bytes((HEADER + ROWS).encode("gb18030"))
    answer = tingchao("import", path, "--mapping", "nobody")
    assert (answer.code, answer.out) == (2, b"")
    assert "no saved mapping named 'nobody'" in answer.err
    assert tingchao("import", path).rows[0]["stored"] == 4
    assert len(tingchao("search", "漏水", "--jsonl").rows) == 3


def test_a_settings_file_with_a_wrong_key_is_named_with_the_right_one(tingchao: Shell) -> None:
    answer = tingchao("init")
    assert (answer.code, answer.out) == (0, b"")
    path = tingchao.data / "tingchao.toml"
    assert str(path) in answer.err
    assert tingchao("init").code == 2
    path.write_text(path.read_text("utf-8").replace("port = 8765", "prot = 8765"), "utf-8")
    answer = tingchao("search", "漏水")
    assert (answer.code, answer.out) == (2, b"")
    assert f"{path}: unknown key 'console.prot'; did you mean 'port'?" in answer.err
    answer = tingchao("doctor")
    assert answer.code == 1
    assert "console.prot" in answer.out.decode()


# --- watches, sources, health


def test_watches_come_from_words_and_files_and_go(tingchao: Shell, tmp_path: Path) -> None:
    answer = tingchao("watch", "add", "岚川", "--brand", "岚川", "--exclude", "股票")
    assert (answer.code, [row["name"] for row in answer.rows]) == (0, ["岚川"])
    assert "已匹配 0 条" in answer.err
    path = tmp_path / "watches.toml"
    path.write_text(
        '[[watch]]\nname = "岚川"\nbrand = "岚川"\nexcluded = ["股票"]\n\n[[watch]]\nname = "北屿"\nword = ["x"]\n\n'
        '[[watch]]\nname = "静水"\nbrand = "静水"\nrival = true\n\n[[watch]]\nname = "青松"\nwords = ["青松"]\nchannels = ["x"]\n',
        "utf-8",
    )
    answer = tingchao("watch", "add", "--file", path)
    assert (answer.code, [row["name"] for row in answer.rows]) == (2, ["静水"])
    assert f"{path}: watch 2 (北屿): unknown key 'word'; did you mean 'words'?" in answer.err
    assert "没有名为 'x' 的渠道" in answer.err
    assert "监测 岚川：已存在，没有变化" in answer.err
    assert [row["name"] for row in tingchao("watch", "list", "--jsonl").rows] == ["岚川", "静水"]
    answer = tingchao("watch", "remove", "没有")
    assert (answer.code, answer.out) == (2, b"")
    assert "watch list" in answer.err


def test_sources_jobs_and_doctor_answer_on_a_fresh_installation(tingchao: Shell) -> None:
    assert tingchao("source", "off", "weibo", "--reason", "账号更换中").code == 0
    (status,) = (row for row in tingchao("source", "list", "--jsonl").rows if row["name"] == "weibo")
    assert (status["name"], status["on"], status["reason"], status["state"]) == ("weibo", False, "账号更换中", "off")
    answer = tingchao("source", "on", "weixin")
    assert (answer.code, answer.out) == (2, b"")
    assert "known: jd, weibo, taobao" in answer.err
    answer = tingchao("jobs", "--jsonl")
    assert (answer.code, answer.out) == (0, b"")
    answer = tingchao("doctor")
    assert answer.code == 0, answer.out.decode()
    assert "✓ tingchao" in answer.out.decode()


def test_a_command_before_anything_exists_says_so_and_makes_nothing_real(tingchao: Shell) -> None:
    answer = tingchao("themes", "--jsonl")
    assert (answer.code, answer.out) == (0, b"")
    answer = tingchao("themes", "--since", "gestern")
    assert answer.code == 2
    assert "--since 'gestern' is no time" in answer.err
