"""People: natural persons become keyed hashes before anything is kept, and no address that is kept names one."""

import hashlib
import hmac
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

_HIDDEN = "_"
_NAMES_SOMEBODY = frozenset((
    "uid", "uids", "user_id", "userid", "user", "uname", "un", "nick", "nickname", "nick_name", "screen_name", "name",
    "pin", "encryptpin", "author", "author_id", "buyer", "buyernick", "buyer_nick", "portrait", "member", "memberid",
    "member_id", "openid", "mobile", "phone", "tel", "email", "address", "ip", "user_smzdm_id", "sec_uid",
    "sec_user_id",
))  # fmt: skip
"""Parameters, lower case, that say who wrote or who asks."""
_OPENS_A_DOOR = frozenset((
    "h5st", "sign", "sig", "signature", "token", "_tb_token_", "csrf", "csrf_token", "xsrf", "_xsrf", "xsrf-token",
    "st", "access_token", "refresh_token", "code", "ticket", "x-api-eid-token", "eid", "fp", "uuid", "cna", "sid",
    "session", "sessionid", "x5secdata", "a_bogus", "mstoken", "x-s", "x-s-common", "x-t", "cookie", "password",
    "apikey", "api_key", "appkey", "app_secret",
))  # fmt: skip
"""Parameters, lower case, of a session or a signature."""
_CONTAINER = re.compile(r"^((?:100505|107603|230413|230283|231567|107803))\d{5,12}")
_PEOPLE_PATHS = re.compile(r"(/(?:u|profile|p/100505|n|user|member|people|home/main)/)[^/?#]+", re.IGNORECASE)
_WEIBO_POST = re.compile(r"^/\d{5,12}(/[0-9A-Za-z]{9})")


def pseudonym(source: str, author: str, *, key: bytes) -> str:
    """A stable name for an author that can't be turned back without the key: 16 hex digits, empty for an unknown author.

    source: name of the site, so that equal ids of two sites stay apart. key: the installation's own secret.
    """
    if not author:
        return ""
    return hmac.new(key, f"{source}:{author}".encode(), hashlib.sha256).hexdigest()[:16]


@lru_cache(maxsize=16_384)
def public_address(url: str) -> str:
    """An address that may be kept for long: user ids and names become `_`, signatures and tokens go, no name:password@.

    Pages of products, posts and searches stay what they were. An address that can't be read keeps nothing but its beginning.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return url.split("?", 1)[0][:200]
    host = parts.netloc.rpartition("@")[2]
    path = _PEOPLE_PATHS.sub(rf"\g<1>{_HIDDEN}", parts.path)
    if host.endswith("weibo.com"):
        path = _WEIBO_POST.sub(rf"/{_HIDDEN}\1", path)
    kept = [(name, _shown(name, value)) for name, value in pairs if name.lower() not in _OPENS_A_DOOR]
    if kept == pairs and path == parts.path and host == parts.netloc:
        return url  # nothing to hide: byte for byte as it was
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in kept)
    return urlunsplit((parts.scheme, host, path, query, ""))


def document_address(url: str) -> str:
    """A document's address as it is stored: without user ids and tokens, and still leading to it.

    A Weibo post's own address names its author; the mobile one needs only the post.
    """
    parts = urlsplit(url) if url.startswith("https://") else None
    if (
        parts is not None
        and (parts.hostname or "") in ("weibo.com", "www.weibo.com")
        and (post := _WEIBO_POST.match(parts.path))
    ):
        return f"https://m.weibo.cn/status{post[1]}"
    return public_address(url)


def _shown(name: str, value: str) -> str:
    if name.lower() in _NAMES_SOMEBODY and value:
        return _HIDDEN
    return _CONTAINER.sub(rf"\g<1>{_HIDDEN}", value)
