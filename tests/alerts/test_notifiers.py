"""Senders against real loopback servers that answer as Slack, 企业微信 and a webhook do, faults included."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notifiers.slack import Slack
from alerts.notifiers.webhook import Webhook, signature
from alerts.notifiers.wecom import Wecom
from alerts.notifiers.wording import cut_bytes, harmless
from domain.alerts import Notice, NoticeReason
from domain.errors import DeliveryFailed

SECRET = "k7Qm-not-for-logs"
NOTICE = Notice(
    key="0123456789abcdef0123456789abcdef",
    alert_id="surge-1",
    channel="群",
    reason=NoticeReason.FIRST,
    title="【负面紧急】岚川：近 15 分钟 27 位新作者负面",
    lines=("平时该时段 4.2 位/小时", "14:05 微博：「用了三天就漏水」"),
    link="http://127.0.0.1:8000/alerts/surge-1",
    created_at=datetime(2026, 11, 18, 6, 14, tzinfo=UTC),
)


@attrs.define
class Answer:
    """What the stand-in says next."""

    status: int = 200
    body: bytes = b'{"ok":true,"errcode":0,"errmsg":"ok"}'
    headers: dict[str, str] = attrs.field(factory=dict)
    delay_s: float = 0.0


@attrs.define
class StandIn:
    """A server on loopback that keeps what it received."""

    url: str
    answer: Answer
    received: list[tuple[str, dict[str, str], bytes]]

    def said(self) -> dict[str, Any]:
        """Body of the last request."""
        read: dict[str, Any] = json.loads(self.received[-1][2])
        return read


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn("", Answer(), [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            stand_in.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            time.sleep(stand_in.answer.delay_s)
            self.send_response(stand_in.answer.status)
            for name, value in stand_in.answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(stand_in.answer.body)))
            self.end_headers()
            self.wfile.write(stand_in.answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield stand_in
    httpd.shutdown()
    thread.join()
    httpd.server_close()


MAKE: dict[str, Callable[[str], Slack | Wecom | Webhook]] = {
    "slack": lambda url: Slack(name="群", token=f"xoxb-{SECRET}", channel="#pr", base_url=f"{url}/api/"),
    "wecom": lambda url: Wecom(name="群", url=f"{url}/cgi-bin/webhook/send?key={SECRET}"),
    "webhook": lambda url: Webhook(name="群", url=f"{url}/in/{SECRET}", secret="sign"),
}
every = pytest.mark.parametrize("kind", list(MAKE))


def refused(sender: Slack | Wecom | Webhook, notice: Notice = NOTICE) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        sender.send(notice)
    return caught.value


def chained(error: BaseException) -> str:
    """Everything that a log of the exception would print."""
    import traceback

    return "".join(traceback.format_exception(error))


@every
def test_a_notice_arrives_once_with_the_body_that_payload_shows(kind: str, server: StandIn) -> None:
    sender = MAKE[kind](server.url)
    sender.send(NOTICE)
    assert len(server.received) == 1
    assert server.said() == sender.payload(NOTICE)
    assert NOTICE.key[:8] in server.received[0][2].decode()


def test_slack_is_asked_as_its_documents_say(server: StandIn) -> None:
    MAKE["slack"](server.url).send(NOTICE)
    path, headers, _ = server.received[0]
    assert path == "/api/chat.postMessage"
    assert headers["authorization"] == f"Bearer xoxb-{SECRET}"
    said = server.said()
    assert [b["type"] for b in said["blocks"]] == ["header", "section", "actions"]
    assert said["blocks"][2]["elements"][0]["url"] == NOTICE.link
    assert said["text"] == NOTICE.title


def test_wecom_is_asked_as_its_documents_say(server: StandIn) -> None:
    MAKE["wecom"](server.url).send(NOTICE)
    path, headers, _ = server.received[0]
    assert path == f"/cgi-bin/webhook/send?key={SECRET}"
    assert headers["content-type"].startswith("application/json")
    content = server.said()["markdown"]["content"]
    assert server.said()["msgtype"] == "markdown"
    assert content.startswith('**<font color="warning">【负面紧急】岚川')
    assert f"[查看详情]({NOTICE.link})" in content


def test_a_webhook_is_signed_over_time_and_body(server: StandIn) -> None:
    sender = Webhook(name="群", url=f"{server.url}/in", secret="sign", unix_time=lambda: 1_700_000_000.0)
    sender.send(NOTICE)
    _, headers, body = server.received[0]
    assert headers["x-tingchao-timestamp"] == "1700000000"
    assert headers["x-tingchao-signature"] == "sha256=" + signature(body, timestamp="1700000000", secret="sign")
    assert headers["idempotency-key"] == NOTICE.key
    # printf '1700000000.{}' | openssl dgst -sha256 -hmac sign
    assert signature(b"{}", timestamp="1700000000", secret="sign") == (
        "cb7f46face410ed52bf00f628f70d650fd8c4e1f3a6467e37c33dff24c0f325f"
    )


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        ("channel_not_found", True),
        ("invalid_auth", True),
        ("msg_blocks_too_long", True),
        ("internal_error", False),
        ("service_unavailable", False),
    ],
)
def test_slack_saying_no_with_http_200_is_a_failure(code: str, permanent: bool, server: StandIn) -> None:
    server.answer = Answer(body=json.dumps({"ok": False, "error": code}).encode())
    error = refused(MAKE["slack"](server.url))
    assert error.permanent is permanent
    assert code in str(error)


def test_slacks_wish_to_wait_is_passed_on(server: StandIn) -> None:
    server.answer = Answer(status=429, body=b'{"ok":false,"error":"ratelimited"}', headers={"Retry-After": "17"})
    error = refused(MAKE["slack"](server.url))
    assert (error.permanent, error.retry_after_s) == (False, 17.0)
    assert len(server.received) == 1  # the outbox tries again, not the client


@pytest.mark.parametrize(("code", "permanent"), [(45009, False), (-1, False), (93000, True), (40058, True)])
def test_wecom_saying_no_with_http_200_is_a_failure(code: int, permanent: bool, server: StandIn) -> None:
    server.answer = Answer(body=json.dumps({"errcode": code, "errmsg": f"bad key {SECRET}"}).encode())
    error = refused(MAKE["wecom"](server.url))
    assert error.permanent is permanent
    assert str(code) in str(error)
    assert SECRET not in chained(error)
    assert (error.retry_after_s == 60.0) is (code == 45009)


@pytest.mark.parametrize(
    ("status", "permanent"), [(500, False), (503, False), (408, False), (404, True), (401, True), (302, True)]
)
@pytest.mark.parametrize("kind", ["wecom", "webhook"])
def test_http_errors_are_permanent_only_where_trying_again_cannot_help(
    kind: str, status: int, permanent: bool, server: StandIn
) -> None:
    server.answer = Answer(status=status, headers={"Location": f"{server.url}/other"})
    assert refused(MAKE[kind](server.url)).permanent is permanent
    assert len(server.received) == 1  # no redirect is followed


@pytest.mark.parametrize("kind", ["slack", "wecom"])
@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"\xff\xfe", b"[]", b"null"])
def test_an_answer_that_cannot_be_read_is_tried_again(kind: str, body: bytes, server: StandIn) -> None:
    server.answer = Answer(body=body)
    assert not refused(MAKE[kind](server.url)).permanent


@every
def test_a_dead_address_is_tried_again_and_never_named(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    caplog.set_level(logging.DEBUG)
    error = refused(MAKE[kind](url))
    assert not error.permanent
    for text in (str(error), chained(error), caplog.text, repr(MAKE[kind](url))):
        assert SECRET not in text
        assert url.rpartition(":")[2] not in text


@every
def test_a_success_is_not_logged_with_its_address(kind: str, server: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    MAKE[kind](server.url).send(NOTICE)
    assert SECRET not in caplog.text
    assert NOTICE.lines[1] not in caplog.text


@pytest.mark.parametrize("url", ["not an address", "ftp://127.0.0.1/x", "http://[::1", ""])
def test_an_address_that_is_none_is_permanent(url: str) -> None:
    assert refused(Webhook(name="群", url=url)).permanent


TRICKS = "@all @everyone <!channel> <!here> <@U012AB3CD> <@zhangsan> [退款](http://127.0.0.1/x) </font> &lt;!here&gt;"


@pytest.mark.parametrize("kind", ["slack", "wecom"])
def test_nobody_is_mentioned_and_no_tag_or_link_is_opened_by_a_crawled_text(kind: str) -> None:
    notice = attrs.evolve(NOTICE, title=TRICKS, lines=(TRICKS, "二‮三"))
    text = json.dumps(MAKE[kind]("http://127.0.0.1:9").payload(notice), ensure_ascii=False)
    for trick in ("@all", "@everyone", "<!channel", "<!here", "<@", "](http://127.0.0.1/x)", "‮"):
        assert trick not in text
    assert text.count("</font>") == (1 if kind == "wecom" else 0)


any_lines = st.lists(st.text(max_size=1500), max_size=40).map(tuple)


@given(
    st.text(max_size=800),
    any_lines,
    st.sampled_from(["", NOTICE.link, "javascript:alert(1)", "http://127.0.0.1/" + "x" * 5000]),
)
def test_no_text_breaks_the_limits_of_a_channel(title: str, lines: tuple[str, ...], link: str) -> None:
    notice = attrs.evolve(NOTICE, title=title, lines=lines, link=link)
    content = MAKE["wecom"]("http://127.0.0.1:9").payload(notice)["markdown"]["content"]  # type: ignore[index]  # a dict
    assert len(content.encode()) <= 4096
    assert content.count("<font") == content.count("</font>") == 1
    assert content.endswith(f"编号 {NOTICE.key[:8]}")
    assert (f"[查看详情]({link})" in content) == (link == NOTICE.link)
    slack = MAKE["slack"]("http://127.0.0.1:9").payload(notice)
    blocks: Any = slack["blocks"]
    assert len(blocks[0]["text"]["text"]) <= 150
    for block in blocks[1:]:
        if block["type"] == "section":
            text = block["text"]["text"]
            assert 0 < len(text) <= 3000
            assert text.replace("&amp;", "").count("&") == text.count("&lt;") + text.count("&gt;")
    json.dumps(MAKE["webhook"]("http://127.0.0.1:9").payload(notice), ensure_ascii=False).encode("utf-8", "replace")


@given(st.text(), st.integers(0, 60))
def test_cutting_by_bytes_never_breaks_a_character(text: str, limit: int) -> None:
    text = harmless(text)
    short = cut_bytes(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))
