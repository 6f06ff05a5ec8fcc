import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.session_reading import read_session
from crawlers.sessions import Cookie, Session, SessionFiles, logged_in, session_of
from crawlers.sites.logins import LOGINS
from domain.errors import InvalidInput

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
LATER = NOW.timestamp() + 86_400
JD, WEIBO = LOGINS["jd"], LOGINS["weibo"]
SECRET = "canary-9d2e"
STATE = {
    "cookies": [
        {"name": "thor", "value": SECRET, "domain": ".jd.com", "path": "/", "expires": LATER, "httpOnly": True, "secure": True, "sameSite": "None"},
        {"name": "pin", "value": "p", "domain": ".jd.com", "path": "/", "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax"},
        {"name": "bank", "value": "private", "domain": ".bank.example", "path": "/", "expires": -1, "httpOnly": False, "secure": True, "sameSite": "Lax"},
    ],
    "origins": [
        {"origin": "https://item.jd.com", "localStorage": [{"name": "a", "value": "b"}]},
        {"origin": "https://bank.example", "localStorage": []},
    ],
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> SessionFiles:
    return SessionFiles(tmp_path / "sessions", key=b"k" * 32)


def cookie(name: str, value: str = "v", domain: str = ".jd.com", **more: object) -> Cookie:
    return Cookie(name=name, value=value, domain=domain, **more)  # type: ignore[arg-type]


def test_a_session_is_kept_whole_and_nobody_reads_it_from_the_disk(files: SessionFiles, tmp_path: Path) -> None:
    session = session_of(STATE, login=JD, user_agent="Chromium")
    files.save("jd", "备用", session)
    assert files.load("jd", "备用") == session
    (path,) = (tmp_path / "sessions" / "jd").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in (path.parent, path.parent.parent))
    assert SECRET.encode() not in path.read_bytes()
    assert SECRET not in repr(session)
    assert session.storage_state()["cookies"] == STATE["cookies"][:2]


def test_what_belongs_to_other_sites_is_never_kept(files: SessionFiles) -> None:
    session = session_of(STATE, login=JD)
    assert {c.domain for c in session.cookies} == {".jd.com"}
    assert [o["origin"] for o in session.origins] == ["https://item.jd.com"]


def test_another_key_another_place_and_a_changed_byte_do_not_open(files: SessionFiles, tmp_path: Path) -> None:
    files.save("jd", "main", Session(cookies=(cookie("thor"),)))
    path = tmp_path / "sessions" / "jd" / "main.session"
    with pytest.raises(InvalidInput, match="another key"):
        SessionFiles(tmp_path / "sessions", key=b"x" * 32).load("jd", "main")
    (tmp_path / "sessions" / "jd" / "other.session").write_bytes(path.read_bytes())
    with pytest.raises(InvalidInput, match="damaged"):
        files.load("jd", "other")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InvalidInput, match="damaged"):
        files.load("jd", "main")
    path.write_bytes(b"")
    with pytest.raises(InvalidInput, match="damaged"):
        files.load("jd", "main")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "x" * 41, "."])
def test_a_name_that_would_leave_the_folder_is_refused(files: SessionFiles, name: str) -> None:
    with pytest.raises(InvalidInput, match="account name"):
        files.save("jd", name, Session())


def test_removing_says_whether_there_was_one(files: SessionFiles) -> None:
    files.save("jd", "main", Session())
    assert files.remove("jd", "main")
    assert not files.remove("jd", "main")
    with pytest.raises(InvalidInput, match="tingchao login jd --account main"):
        files.load("jd", "main")


def test_a_header_goes_where_a_browser_would_send_it() -> None:
    session = Session(
        cookies=(
            cookie("all"), cookie("item", domain="item.jd.com"), cookie("path", path="/cart"),
            cookie("foreign", domain=".weibo.com"),
        )
    )  # fmt: skip
    assert session.header_for("https://item.jd.com/1.html") == "all=v; item=v"
    assert session.header_for("https://jd.com/cart/x") == "path=v; all=v"
    assert session.header_for("https://jd.com/cartoon") == "all=v"
    assert session.header_for("https://notjd.com/") == ""
    assert session.header_for("http://item.jd.com/1.html") == "", "never in the clear"


def test_a_visitor_is_not_somebody_who_logged_in() -> None:
    visitor = (cookie("SUB", domain=".weibo.com"), cookie("SUBP", domain=".weibo.com"))
    assert not logged_in(visitor, WEIBO)
    assert logged_in((*visitor, cookie("ALF", domain=".weibo.com")), WEIBO)
    assert not logged_in((*visitor, cookie("ALF", domain=".other.example")), WEIBO)
    assert not logged_in((*visitor, cookie("ALF", value="", domain=".weibo.com")), WEIBO)


NETSCAPE = f"""# Netscape HTTP Cookie File
.jd.com\tTRUE\t/\tTRUE\t{LATER:.0f}\tpin\tp
#HttpOnly_.jd.com\tTRUE\t/\tTRUE\t{LATER:.0f}\tthor\t{SECRET}
.bank.example\tTRUE\t/\tTRUE\t0\tbank\tprivate
"""
EXTENSION = json.dumps(
    [
        {"domain": "jd.com", "hostOnly": False, "name": "thor", "value": SECRET, "expirationDate": LATER, "sameSite": "no_restriction"},
        {"domain": ".jd.com", "name": "pin", "value": "p", "session": True},
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(STATE),
        NETSCAPE,
        EXTENSION,
        json.dumps({"cookies": json.loads(EXTENSION)}),
        f"thor={SECRET}; pin=p",
        f"Cookie: thor={SECRET}; pin=p",
        f"GET / HTTP/1.1\nHost: item.jd.com\ncookie: thor={SECRET}; pin=p\n",
        f"-H 'cookie: thor={SECRET}; pin=p' \\",
        f"\ufeffthor={SECRET}; pin=p\n",
    ],
)
def test_every_usual_form_of_a_session_is_read(text: str) -> None:
    session = read_session(text, login=JD, now=NOW)
    assert session.header_for("https://item.jd.com/1.html") in (f"thor={SECRET}; pin=p", f"pin=p; thor={SECRET}")


def test_the_end_of_a_session_is_that_of_its_first_identity_cookie() -> None:
    session = read_session(NETSCAPE, login=JD, now=NOW)
    assert session.ends_at(JD) == datetime.fromtimestamp(LATER, UTC)
    assert read_session("thor=x", login=JD, now=NOW).ends_at(JD) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing to read"),
        ("hello", "no cookie of jd.com"),
        ("pin=p; other=1", "nobody is logged in: none of the cookies thor, pt_key"),
        ("{", "not readable as JSON"),
        ('{"a": 1}', "holds no list of cookies"),
        ("[1, 2]", "holds no list of cookies"),
        ("a\tb", "line 1 of cookies.txt"),
        (NETSCAPE.replace("jd.com", "weibo.com"), "no cookie of jd.com"),
        (NETSCAPE.replace(f"{LATER:.0f}", "1000"), "this session has ended"),
    ],
)
def test_what_is_no_session_is_refused_with_its_reason_and_without_its_values(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        read_session(text, login=JD, now=NOW)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("source", sorted(LOGINS))
def test_each_log_in_page_may_be_loaded_and_its_proof_names_identity(source: str) -> None:
    from crawlers.addresses import is_allowed

    login = LOGINS[source]
    assert is_allowed(login.page, login.hosts)
    assert all(set(group) & set(login.identity) for group in login.proof)
