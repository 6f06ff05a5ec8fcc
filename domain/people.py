"""People: natural persons become keyed hashes before anything is kept."""

import hashlib
import hmac


def pseudonym(source: str, author: str, *, key: bytes) -> str:
    """A stable name for an author that can't be turned back without the key: 16 hex digits, empty for an unknown author.

    source: name of the site, so that equal ids of two sites stay apart. key: the installation's own secret.
    """
    if not author:
        return ""
    return hmac.new(key, f"{source}:{author}".encode(), hashlib.sha256).hexdigest()[:16]
