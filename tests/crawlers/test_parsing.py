"""Files to lines: headers, masking, pseudonyms, dates, and conversion of every kind of document."""

from datetime import UTC, datetime

from crawlers.parsing import document_line, lines_of, parse_file, raw_page
from crawlers.sites.adapter import ParsedPage
from domain.documents import AuthorKind, Kind, Passage, Post, Review
from domain.feeds import Outcome

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
URL = "https://club.jd.com/comment/productPageComments.action?productId=42"


def masked(text: str) -> str:
    return text.replace("13800138000", "[电话]")


def hashed(source: str, author: str) -> str:
    return f"hash-of-{source}-{len(author)}"


def test_a_file_with_a_status_line_is_read_as_a_whole_answer() -> None:
    page = raw_page(
        b"HTTP/1.1 302 Found\r\nLocation: https://a/b\r\nX-Y:  z\r\n\r\nbody\r\n\r\nmore", url=URL, seen_at=SEEN
    )
    assert (page.status, page.body) == (302, b"body\r\n\r\nmore")
    assert dict(page.headers) == {"location": "https://a/b", "x-y": "z"}


def test_bare_newlines_and_a_missing_reason_are_read_too() -> None:
    page = raw_page(b"HTTP/1.0 404\nContent-Length: 0\n\n", url=URL, seen_at=SEEN)
    assert (page.status, page.body, dict(page.headers)) == (404, b"", {"content-length": "0"})


def test_chunks_are_joined_as_far_as_they_came() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw_page(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", url=URL, seen_at=SEEN).body == b"abcde"
    assert raw_page(head + b"3\r\nabc\r\n9\r\nde", url=URL, seen_at=SEEN).body.startswith(b"abc")


def test_a_file_without_a_status_line_was_a_200() -> None:
    page = raw_page(b"{}", url=URL, seen_at=SEEN)
    assert (page.status, page.body, page.headers) == (200, b"{}", ())


def test_texts_are_masked_and_authors_hashed_wherever_they_stand() -> None:
    review = Review(
        id="jd:7",
        source="jd",
        text="打13800138000没人接",
        published_at=datetime(2026, 3, 1, tzinfo=UTC),
        seen_at=SEEN,
        author="j***n",
        append=Passage(text="还是13800138000"),
        seller_replies=(Passage(text="请加13800138000", published_at=datetime(2026, 3, 2, tzinfo=UTC)),),
    )
    line = document_line(review, url=URL, mask=masked, pseudonym=hashed)
    assert "13800138000" not in str(line)
    assert "j***n" not in str(line)
    assert line["author"] == "hash-of-jd-5"
    assert line["published_at"] == "2026-03-01T08:00:00+08:00"
    assert line["append"] == {"text": "还是[电话]", "published_at": None}
    assert line["seller_replies"] == [{"text": "请加[电话]", "published_at": "2026-03-02T08:00:00+08:00"}]


def test_a_review_line_has_the_fields_of_the_contract_in_their_order() -> None:
    line = document_line(Review(id="jd:7", source="jd", text="", seen_at=SEEN), url=URL, mask=masked, pseudonym=hashed)
    assert list(line) == [
        *("type", "id", "sku", "text", "rating", "polarity", "published_at", "likes", "images", "video", "variant"),
        *("append", "seller_replies", "default_text", "region", "author"),
    ]
    assert line["sku"] is line["rating"] is line["region"] is line["author"] is line["published_at"] is None


def test_a_post_line_has_the_fields_of_the_contract_and_ids_of_the_site() -> None:
    post = Post(
        id="weibo:5012",
        source="weibo",
        kind=Kind.COMMENT,
        text="x",
        published_at=datetime(2026, 2, 28, 16, tzinfo=UTC),
        date_only=True,
        published_raw="03-01",
        seen_at=SEEN,
        author="99",
        author_kind=AuthorKind.MEDIA,
        repost_of="weibo:5011",
        parent="weibo:5010",
        followers=3,
    )
    line = document_line(post, url="https://m.weibo.cn/", mask=masked, pseudonym=hashed)
    assert list(line) == [
        *("type", "id", "bid", "text", "published_at", "published_raw", "reposts", "comments", "likes", "repost_of"),
        *("parent", "pinned", "truncated", "region", "author", "author_kind", "followers"),
    ]
    assert (line["type"], line["id"], line["repost_of"], line["parent"]) == ("comment", "5012", "5011", "5010")
    assert (line["published_at"], line["author_kind"], line["bid"]) == ("2026-03-01", "media", None)


def test_the_outcome_comes_first_even_where_there_is_nothing_else() -> None:
    page = ParsedPage(site="jd", page="reviews", outcome=Outcome.CAPTCHA, reason="because")
    told = lines_of(page, url=URL, mask=masked, pseudonym=hashed)
    assert told == [{"type": "outcome", "outcome": "captcha", "site": "jd", "page": "reviews", "reason": "because"}]


def test_an_address_that_nobody_reads_is_told_as_changed() -> None:
    (line,) = parse_file(b"{}", url="https://club.jd.com/x", seen_at=SEEN, mask=masked, pseudonym=hashed)
    assert (line["outcome"], line["site"]) == ("changed", None)
    assert "no adapter" in line["reason"]


def test_of_several_answers_in_one_file_the_last_counts() -> None:
    before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"
    page = raw_page(before + b"HTTP/2 200 \r\nServer: x\r\n\r\n{}", url=URL, seen_at=SEEN)
    assert (page.status, page.body, page.headers) == (200, b"{}", (("server", "x"),))
    assert raw_page(b"HTTP/1.1 200 OK\r\n\r\n" * 5000, url=URL, seen_at=SEEN).status == 200


def test_a_redirect_to_any_log_in_page_is_told_as_such() -> None:
    for place in (
        "/login",
        "https://zhiyou.example/user/login/?x",
        "//passport.example.com/x",
        "/account/sign-in?next=a",
    ):
        head = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode()
        (line,) = parse_file(head, url="https://search.smzdm.com/?s=x", seen_at=SEEN, mask=masked, pseudonym=hashed)
        assert line["outcome"] == "login_required", place
    (line,) = parse_file(
        b"HTTP/1.1 302 Found\r\nLocation: /p/1?from=/login\r\n\r\n",
        url=URL,
        seen_at=SEEN,
        mask=masked,
        pseudonym=hashed,
    )
    assert line["outcome"] == "unavailable"
